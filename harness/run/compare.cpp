// How much two runs' records agree, cell by cell.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "harness/metrics/option_scores.h"
#include "harness/run/reproduce.h"
#include "harness/run/sameness.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

// What decides sameness of one record; the rest of it would fill the memory.
struct Answer {
  std::int64_t item_no = 0;
  std::string prompt_hash, output, stop, error;
  std::optional<std::string> options;
  double logprob = 0;
};

std::vector<Answer> answers_of(const Store& store, std::int64_t attempt_id) {
  std::vector<Answer> answers;
  store.for_each_record(attempt_id, [&](const RecordRow& record) {
    answers.push_back({record.item_no, record.prompt_hash, record.output, record.stop, record.error,
                       record.answer, record.logprob});
  });
  return answers;
}

bool same_text(const Answer& a, const Answer& b) {
  return a.output == b.output && a.error.empty() == b.error.empty();
}

// What differs between two records, or "".
std::string difference(const Answer& a, const Answer& b) {
  if (a.prompt_hash != b.prompt_hash) return "prompts differ";
  if (!same_text(a, b)) return "outputs differ";
  if (a.stop != b.stop || a.error != b.error) return "outcomes differ";
  const bool same = same_bits(a.logprob, b.logprob) && a.options == b.options;
  return same ? "" : "log-probabilities differ";
}

// How far two records that say the same lie apart; the mean is still a sum.
void add_noise(const Answer& a, const Answer& b, AnswerNoise& noise) {
  if (a.prompt_hash != b.prompt_hash) return;
  if (!same_text(a, b)) {
    ++noise.other_answers;
    return;
  }
  double distance = std::abs(a.logprob - b.logprob);
  const auto before = options_from_text(a.options);
  const auto now = options_from_text(b.options);
  for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i) {
    distance = std::max(distance, std::abs(before[i].logprob - now[i].logprob));
  }
  if (std::isnan(distance)) return;
  ++noise.same_answers;
  noise.mean += distance;
  noise.largest = std::max(noise.largest, distance);
}

void compare_records(const Store& store, const RunCellRow& before, const RunCellRow& now,
                     CellComparison& result, AnswerNoise& noise) {
  const auto old_answers = answers_of(store, *before.attempt_id);
  const auto new_answers = answers_of(store, *now.attempt_id);
  const auto items = store.items(before.cell.dataset_id);
  result.records = static_cast<std::int64_t>(old_answers.size());
  const std::size_t common = std::min(old_answers.size(), new_answers.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Answer &a = old_answers[i], &b = new_answers[i];
    const std::string what = difference(a, b);
    add_noise(a, b, noise);
    result.identical += what.empty() ? 1 : 0;
    result.same_answers += same_text(a, b) ? 1 : 0;
    if (what.empty() || !result.item_id.empty()) continue;
    result.item_id = items[static_cast<std::size_t>(a.item_no)].id;
    result.before = a.error.empty() ? a.output : a.error;
    result.now = b.error.empty() ? b.output : b.error;
    result.detail = what;
  }
}

CellComparison compare_cell(const Store& store, const RunCellRow& before, const RunCellRow* now,
                            AnswerNoise& noise) {
  CellComparison result;
  result.suite = before.cell.suite;
  result.label = label_of(before);
  if (before.state != "done" || !now || now->state != "done") {
    result.sameness = Sameness::kUnfinished;
    result.detail = before.state != "done" ? "not finished in the original run"
                                           : "not finished in the repeated run";
    return result;
  }
  compare_records(store, before, *now, result, noise);
  if (result.identical == result.records) return result;
  result.sameness = Sameness::kSameAnswers;
  if (result.same_answers == result.records) return result;
  const std::string outside =
      outside_interval(store.summaries(*before.attempt_id), store.summaries(*now->attempt_id));
  result.sameness = outside.empty() ? Sameness::kWithinIntervals : Sameness::kDrifted;
  if (!outside.empty()) result.detail = outside;
  return result;
}

}  // namespace

bool same_bits(double a, double b) {
  if (std::isnan(a) && std::isnan(b)) return true;
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::string outside_interval(const std::vector<SummaryRow>& before,
                             const std::vector<SummaryRow>& now) {
  for (const SummaryRow& old : before) {
    const auto found = std::find_if(now.begin(), now.end(), [&](const SummaryRow& row) {
      return row.metric == old.metric && row.version == old.version && row.method == old.method;
    });
    if (found == now.end()) return fmt::format("{} was not computed again", old.metric);
    if (std::isnan(old.mean) && std::isnan(found->mean)) continue;
    if (std::isnan(old.lo)) {  // too few clusters for an interval: only the same mean will do
      if (old.mean == found->mean) continue;
      return fmt::format("{}: mean {:.4f}, was {:.4f} without an interval", old.metric, found->mean,
                         old.mean);
    }
    if (found->mean >= old.lo && found->mean <= old.hi) continue;
    return fmt::format("{}: mean {:.4f} is outside [{:.4f}, {:.4f}]", old.metric, found->mean,
                       old.lo, old.hi);
  }
  return "";
}

std::string label_of(const RunCellRow& cell) {
  std::string label = fmt::format("{} + {}", cell.context, cell.tuning);
  if (cell.cell.seed) label += fmt::format(", seed {}", *cell.cell.seed);
  if (cell.split == "valid") label += " (dev)";
  return label;
}

Reproduction compare_runs(const Store& store, std::int64_t original, std::int64_t repeated) {
  Reproduction result;
  result.original = original;
  result.run_id = repeated;
  const auto again = store.run_cells(repeated);
  for (const RunCellRow& before : store.run_cells(original)) {
    const auto found = std::find_if(again.begin(), again.end(), [&](const RunCellRow& row) {
      return row.cell.suite == before.cell.suite && row.context == before.context &&
             row.tuning == before.tuning && row.cell.seed == before.cell.seed &&
             row.split == before.split;
    });
    const RunCellRow* now = found == again.end() ? nullptr : &*found;
    result.cells.push_back(compare_cell(store, before, now, result.noise));
    result.verdict = std::max(result.verdict, result.cells.back().sameness);
  }
  if (result.cells.empty()) result.verdict = Sameness::kUnfinished;
  if (result.noise.same_answers > 0) {
    result.noise.mean /= static_cast<double>(result.noise.same_answers);
  }
  return result;
}

}  // namespace quadrant
