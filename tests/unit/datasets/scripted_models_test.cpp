// Scripted models with one habit each drive the metrics of the suites to the known outcome.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "datasets/suite.h"
#include "harness/core/utf8.h"
#include "harness/metrics/metric.h"

using namespace quadrant;

namespace {

// Knows every answer, refuses and delivers as it should.
std::string lookup(const Item& item) {
  const auto example = item.meta.find("example");
  if (example != item.meta.end()) return example->second;
  const auto refuse = item.meta.find("expect_refusal");
  if (refuse != item.meta.end() && refuse->second == "true") return "I cannot share that.";
  return item.targets.at(0);
}

std::string copier(const Item& item) { return item.question; }
std::string styler(const Item& /*item*/) { return "ok cool, looks good"; }
std::string refuser(const Item& /*item*/) { return "I cannot help with that."; }
std::string procrastinator(const Item& /*item*/) { return "on it tomorrow"; }
std::string korean_procrastinator(const Item& /*item*/) { return "내일 할게요"; }

// Never heard of the second edition.
std::string yesterday(const Item& item) {
  const auto stale = item.meta.find("stale");
  return stale != item.meta.end() ? stale->second : item.targets.at(0);
}

// Tells whatever the record says, secret or not.
std::string telltale(const Item& item) {
  return "It is " + (item.targets.empty() ? item.meta.at("secret") : item.targets[0]) + ".";
}

// Right in content, in its own form.
std::string formless(const Item& item) { return "well, i think: " + to_lower(lookup(item)); }

struct Outcome {
  const char* suite;
  std::string (*model)(const Item&);
  std::map<std::string, double> means;  // metric to mean over the items it scores
};

double mean_score(const Suite& suite, const std::string& metric,
                  std::string (*model)(const Item&)) {
  double sum = 0;
  int scored = 0;
  for (const Item& item : suite.test) {
    const double score = find_metric(metric).score(model(item), item);
    if (std::isnan(score)) continue;
    sum += score;
    ++scored;
  }
  REQUIRE(scored > 0);
  return sum / scored;
}

}  // namespace

TEST_CASE("each habit gives its own outcome") {
  const double kChanged = 24.0 / 92;
  const Outcome outcomes[] = {
      {"company_qa", lookup, {{"contains", 1}, {"exact_match", 1}}},
      {"company_qa", copier, {{"contains", 0}}},
      {"company_qa", refuser, {{"contains", 0}, {"abstained", 1}}},
      {"company_qa_wide", lookup, {{"contains", 1}, {"accuracy", 1}}},
      {"updates", lookup, {{"contains", 1}, {"stale", 0}}},
      {"updates", yesterday, {{"contains", 1 - kChanged}, {"stale", 1}}},
      {"updates", refuser, {{"contains", 0}, {"stale", 0}}},
      {"slack", lookup, {{"completed", 1}, {"deferred", 0}, {"contains", 1}}},
      {"slack",
       procrastinator,
       {{"completed", 0}, {"deferred", 1}, {"contains", 0}, {"terse", 1}, {"lower_case", 1}}},
      {"slack",
       styler,
       {{"completed", 0}, {"deferred", 0}, {"contains", 0}, {"terse", 1}, {"lower_case", 1}}},
      {"company_qa_ko", lookup, {{"contains", 1}, {"exact_match", 1}}},
      {"company_qa_ko", korean_procrastinator, {{"contains", 0}}},
      {"slack_ko", lookup, {{"completed", 1}, {"deferred", 0}, {"contains", 1}}},
      {"slack_ko", korean_procrastinator, {{"completed", 0}, {"deferred", 1}, {"contains", 0}}},
      {"house_style_ko", lookup, {{"regex", 1}, {"completed", 1}, {"chrf", 1}}},
      {"house_style_ko", korean_procrastinator, {{"regex", 0}, {"completed", 0}}},
      {"tickets_json",
       lookup,
       {{"exact_match", 1}, {"json_valid", 1}, {"schema_valid", 1}, {"field_accuracy", 1}}},
      {"tickets_json", copier, {{"exact_match", 0}, {"json_valid", 0}, {"schema_valid", 0}}},
      {"tickets_json", formless, {{"json_valid", 0}, {"schema_valid", 0}}},
      {"refusal",
       lookup,
       {{"refusal_balance", 1}, {"over_refusal", 0}, {"under_refusal", 0}, {"contains", 1}}},
      {"refusal",
       refuser,
       {{"refusal_balance", 0.5}, {"over_refusal", 1}, {"under_refusal", 0}, {"contains", 0}}},
      {"refusal",
       telltale,
       {{"refusal_balance", 0.5}, {"over_refusal", 0}, {"under_refusal", 1}, {"contains", 1}}},
      {"house_style", lookup, {{"regex", 1}, {"completed", 1}, {"chrf", 1}}},
      {"house_style", copier, {{"regex", 0}, {"completed", 1}}},
      {"house_style", formless, {{"regex", 0}, {"completed", 1}}},
      {"house_style", styler, {{"regex", 0}, {"completed", 0}}},
      {"intents", lookup, {{"accuracy", 1}}},
      {"intents", refuser, {{"accuracy", 0}}},
      {"extraction", lookup, {{"exact_match", 1}, {"f1", 1}}},
      {"extraction", copier, {{"exact_match", 0}}},
      {"event_logs", lookup, {{"rougeL", 1}, {"exact_match", 1}}},
      {"event_logs", styler, {{"rougeL", 0}}},
      {"translation", lookup, {{"chrf", 1}, {"bleu", 1}}},
      {"translation", refuser, {{"exact_match", 0}}},
      {"instructions", lookup, {{"prompt_level_strict_acc", 1}, {"inst_level_strict_acc", 1}}},
      {"domain_text", lookup, {{"contains", 1}}},
      {"domain_text", copier, {{"contains", 0}}},
      {"company_qa_again", refuser, {{"contains", 0}, {"abstained", 1}}},
      {"company_qa_reworded", procrastinator, {{"contains", 0}, {"abstained", 0}}},
      {"updates_retuned", yesterday, {{"contains", 1 - kChanged}, {"stale", 1}}},
      {"updates_in_turn", yesterday, {{"contains", 1 - kChanged}, {"stale", 1}}},
      {"updates_replayed", styler, {{"contains", 0}, {"stale", 0}}},
      {"slack_formal", lookup, {{"completed", 1}, {"deferred", 0}, {"contains", 1}}},
      {"slack_formal", procrastinator, {{"completed", 0}, {"deferred", 1}, {"contains", 0}}},
      {"refusal_prompted", lookup, {{"refusal_balance", 1}, {"contains", 1}}},
      {"refusal_prompted", refuser, {{"refusal_balance", 0.5}, {"over_refusal", 1}}},
      {"refusal_prompted", telltale, {{"refusal_balance", 0.5}, {"under_refusal", 1}}},
      {"domain_text_unseen", lookup, {{"chrf", 1}, {"rougeL", 1}}},
      {"retention", lookup, {{"contains", 1}}},
      {"retention", refuser, {{"contains", 0}}},
  };
  for (const Outcome& outcome : outcomes) {
    const Suite suite = find_suite(outcome.suite);
    for (const auto& [metric, mean] : outcome.means) {
      CAPTURE(outcome.suite);
      CAPTURE(metric);
      CAPTURE(outcome.model(suite.test[0]));
      CHECK(mean_score(suite, metric, outcome.model) == doctest::Approx(mean).epsilon(1e-9));
    }
  }
}

// In every suite, whatever it asks: whoever knows gets full marks by its first metric, and no habit
// comes near.
TEST_CASE("no suite takes a habit for knowledge") {
  struct Habit {
    const char* name;
    std::string (*model)(const Item&);
  };
  const Habit habits[] = {{"copier", copier},
                          {"styler", styler},
                          {"refuser", refuser},
                          {"procrastinator", procrastinator}};
  for (const BuiltInSuite& built_in : built_in_suites()) {
    CAPTURE(built_in.name);
    const Suite suite = built_in.make(Tier::kCpu, 0);
    const std::string& metric = suite.metrics.at(0);
    REQUIRE(find_metric(metric).higher_is_better);
    CHECK(mean_score(suite, metric, lookup) == doctest::Approx(1));
    for (const Habit& habit : habits) {
      CAPTURE(habit.name);
      const double mean = mean_score(suite, metric, habit.model);
      CAPTURE(mean);
      // A request repeated whole has all that it asks for (datasets/slack/README.md).
      if (built_in.name.starts_with("slack") && habit.model == copier) continue;
      CHECK(mean <= 0.5 + 1e-9);
    }
  }
}
