// Which items a reader can open in the page, and their texts.
//
// By default: up to 200 items a suite on which the strategies disagree (some right, some wrong),
// and 50 others, both drawn by the hash of the item's id.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

constexpr std::size_t kDisagreements = 200, kOthers = 50;
constexpr std::size_t kLongestText = 20'000;  // bytes; one endless output must not fill the page

std::string cut(const std::string& text, std::size_t limit = kLongestText) {
  if (text.size() <= limit) return text;
  const std::string valid = to_valid_utf8(std::string_view(text).substr(0, limit));
  return fmt::format("{}\n[{} more bytes are in the store]",
                     valid.substr(0, whole_characters(valid)), text.size() - limit);
}

bool strategies_disagree(const SuiteReport& suite, std::size_t item) {
  bool right = false, wrong = false;
  for (const ArmReport& arm : suite.arms) {
    const double score = arm.scores[item];
    if (std::isnan(score)) continue;
    (score >= .5 ? right : wrong) = true;
  }
  return right && wrong;
}

void keep_first_by_hash(const SuiteReport& suite, std::size_t count,
                        std::vector<std::size_t>& items) {
  if (items.size() <= count) return;
  std::map<std::string, std::size_t> by_hash;
  for (const std::size_t item : items) by_hash[sha256_hex(suite.items[item].id)] = item;
  items.clear();
  for (const auto& [hash, item] : by_hash) {
    if (items.size() < count) items.push_back(item);
  }
}

std::vector<std::size_t> choose_items(const SuiteReport& suite, SampleChoice choice) {
  std::vector<std::size_t> disagreements, others;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    (strategies_disagree(suite, i) ? disagreements : others).push_back(i);
  }
  if (choice == SampleChoice::kNone) return {};
  if (choice == SampleChoice::kDefault) {
    keep_first_by_hash(suite, kDisagreements, disagreements);
    keep_first_by_hash(suite, kOthers, others);
  }
  disagreements.insert(disagreements.end(), others.begin(), others.end());
  std::sort(disagreements.begin(), disagreements.end());
  return disagreements;
}

class TextPool {
 public:
  TextPool(const Store& store, std::vector<std::string>& texts) : store_(store), texts_(texts) {}

  int index(std::int64_t text_id) {
    const auto [place, is_new] = positions_.emplace(text_id, static_cast<int>(texts_.size()));
    if (is_new) texts_.push_back(cut(report_text(store_.database(), text_id)));
    return place->second;
  }

 private:
  const Store& store_;
  std::vector<std::string>& texts_;
  std::map<std::int64_t, int> positions_;
};

SampleAnswer make_answer(const ReportSampleRow& row, int arm, const SeedScores& seed, double score,
                         TextPool& texts) {
  SampleAnswer answer;
  answer.arm = arm;
  answer.seed = seed.seed;
  answer.prompt = texts.index(row.prompt_id);
  answer.output = cut(row.output);
  answer.stop = row.stop;
  answer.error = cut(row.error, 2000);
  answer.score = score;
  answer.prompt_tokens = row.prompt_tokens;
  answer.output_tokens = row.output_tokens;
  answer.truncated = row.truncated;
  answer.delivered = row.delivered;
  for (const ReportPassageRow& passage : row.passages) {
    answer.passages.push_back({texts.index(passage.text_id), passage.doc_id, passage.score,
                               passage.relevant.value_or(false), passage.in_prompt});
  }
  return answer;
}

void load_suite_samples(const Store& store, const SuiteReport& suite, int suite_index,
                        const SuiteData& data, const std::vector<std::size_t>& chosen,
                        TextPool& texts, std::vector<SampleItem>& samples) {
  const std::vector<Item> items = store.items(data.dataset_id);
  std::map<std::int64_t, std::size_t> position;
  std::vector<std::int64_t> numbers;
  for (const std::size_t item : chosen) {
    const auto number = static_cast<std::int64_t>(item);
    position[number] = samples.size();
    numbers.push_back(number);
    SampleItem sample{suite_index, static_cast<int>(item), cut(items[item].question), {}, {}};
    for (const std::string& target : items[item].targets)
      sample.targets.push_back(cut(target, 500));
    samples.push_back(std::move(sample));
  }
  for (std::size_t a = 0; a < data.arms.size(); ++a) {
    if (data.arms[a].empty()) continue;
    const SeedScores& seed = data.arms[a].front();
    for (const auto& row : report_samples(store.database(), seed.attempt_id, numbers)) {
      const double score = suite.arms[a].scores[static_cast<std::size_t>(row.item_no)];
      samples[position.at(row.item_no)].answers.push_back(
          make_answer(row, static_cast<int>(a), seed, score, texts));
    }
  }
}

}  // namespace

SampleChoice parse_sample_choice(const std::string& name) {
  if (name == "default") return SampleChoice::kDefault;
  if (name == "all") return SampleChoice::kAll;
  if (name == "none") return SampleChoice::kNone;
  throw Error("unknown choice of samples \"" + name + "\"", "--samples",
              "use default, all or none");
}

void load_samples(const Store& store, const std::vector<SuiteData>& data, SampleChoice choice,
                  ReportModel& model) {
  TextPool texts(store, model.samples.texts);
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    const auto chosen = choose_items(suite, choice);
    model.samples.left_out += static_cast<int>(suite.items.size() - chosen.size());
    if (chosen.empty()) continue;
    load_suite_samples(store, suite, static_cast<int>(s), data[s], chosen, texts,
                       model.samples.items);
  }
}

}  // namespace quadrant
