#include "reports/model/attribution.h"

#include <cmath>

namespace quadrant {
namespace {

// The arms that an item is looked at under: this one, and those with one thing changed.
struct Neighbours {
  const ArmReport* here = nullptr;
  const ArmReport* without_context = nullptr;  // null: this one has none, or it was not run
  const ArmReport* untuned = nullptr;          // null: this one is untuned, or it was not run
};

Cause cause_of(const Neighbours& arms, std::size_t item) {
  const double score = arms.here->scores[item];
  if (std::isnan(score)) return Cause::kNone;
  const Shown shown = arms.here->shown[item];
  const bool lacks_gold = shown == Shown::kMissed || shown == Shown::kCutOut;
  if (is_right(score)) return lacks_gold ? Cause::kFromMemory : Cause::kRight;
  if (arms.without_context && is_right(arms.without_context->scores[item])) return Cause::kOverrode;
  if (arms.untuned && is_right(arms.untuned->scores[item])) return Cause::kForgotten;
  switch (shown) {
    case Shown::kMissed:
      return Cause::kMissed;
    case Shown::kCutOut:
      return Cause::kCutOut;
    case Shown::kDelivered:
      return Cause::kIgnored;
    case Shown::kNothing:
      break;
  }
  return Cause::kNotKnown;
}

void add_causes(const ReportModel& model, SuiteReport& suite) {
  const int zero = zero_shot_context(model), base = base_tuning(model);
  for (ArmReport& arm : suite.arms) {
    Neighbours arms{&arm, nullptr, nullptr};
    if (arm.context != zero) arms.without_context = find_arm(suite, zero, arm.tuning);
    if (arm.tuning != base) arms.untuned = find_arm(suite, arm.context, base);
    for (std::size_t i = 0; i < suite.items.size(); ++i) {
      arm.causes.push_back(suite.items[i].answerable ? cause_of(arms, i) : Cause::kNone);
    }
  }
}

void add_flow(SuiteReport& suite, const ArmReport* from, const ArmReport* to) {
  if (!from || !to || from == to) return;
  ItemFlow flow;
  flow.from = static_cast<int>(from - suite.arms.data());
  flow.to = static_cast<int>(to - suite.arms.data());
  flow.slices.resize(suite.slices.size());
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    const ReportItem& item = suite.items[i];
    if (!item.answerable || std::isnan(from->scores[i]) || std::isnan(to->scores[i])) continue;
    const bool before = is_right(from->scores[i]), after = is_right(to->scores[i]);
    flow.whole.add(before, after);
    for (std::size_t s = 0; s < suite.slices.size(); ++s) {
      if (suite.slices[s] == item.slice) flow.slices[s].add(before, after);
    }
  }
  suite.flows.push_back(std::move(flow));
}

// Base to each single change, and each single change to both.
void add_flows(const ReportModel& model, SuiteReport& suite) {
  const int zero = zero_shot_context(model), base = base_tuning(model);
  const ArmReport* plain = find_arm(suite, zero, base);
  for (const ArmReport& arm : suite.arms) {
    if (arm.context == zero || arm.tuning == base) add_flow(suite, plain, &arm);
  }
  for (const ArmReport& arm : suite.arms) {
    if (arm.context == zero || arm.tuning == base) continue;
    add_flow(suite, find_arm(suite, arm.context, base), &arm);
    add_flow(suite, find_arm(suite, zero, arm.tuning), &arm);
  }
}

}  // namespace

bool is_right(double score) { return score >= .5; }

void FlowCounts::add(bool before, bool after) {
  int& count = before ? (after ? both_right : broken) : (after ? repaired : both_wrong);
  ++count;
}

void add_attribution(ReportModel& model) {
  for (SuiteReport& suite : model.suites) {
    add_causes(model, suite);
    add_flows(model, suite);
  }
}

}  // namespace quadrant
