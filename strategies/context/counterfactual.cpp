#include "strategies/context/counterfactual.h"

#include <algorithm>
#include <vector>

#include "harness/metrics/swapped_value.h"
#include "harness/metrics/target_in_text.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

// The longest target that stands whole at `at`; 0: none.
std::size_t target_at(const std::string& text, std::size_t at, const Item& item) {
  std::size_t longest = 0;
  for (const std::string& target : item.targets) {
    if (target.size() <= longest || text.compare(at, target.size(), target) != 0) continue;
    if (has_word_edges(text, at, at + target.size())) longest = target.size();
  }
  return longest;
}

std::vector<const Document*> gold_documents(const Suite& suite, const Item& item) {
  std::vector<const Document*> documents;
  for (const Document& document : suite.corpus) {
    const auto& gold = item.gold_docs;
    if (std::find(gold.begin(), gold.end(), document.id) != gold.end()) {
      documents.push_back(&document);
    }
  }
  return documents;
}

bool holds_target_as_written(const std::string& text, const Item& item) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (target_at(text, at, item) > 0) return true;
  }
  return false;
}

std::string obstacle(const ContextSpec&, const Suite& suite) {
  if (suite.corpus.empty()) return "no corpus.jsonl";
  const auto can = [&](const Item& item) { return counterfactual_value(suite, item).has_value(); };
  if (std::any_of(suite.test.begin(), suite.test.end(), can)) return "";
  return "no item of test.jsonl has a value in its gold_docs that another item's could replace";
}

// An item whose value cannot be swapped is asked without passages.
class Counterfactual : public Context {
 public:
  Counterfactual(const ContextSpec& spec, const ContextEnvironment& environment)
      : budget_(spec.budget_tokens), order_(spec.passage_order), environment_(environment) {}

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts;
    for (const Item& item : items) {
      const std::vector<ScoredPassage> swapped = swapped_passages(item);
      prompts.push_back(fit_prompt(environment_, item, {}, {swapped, budget_, order_}));
    }
    return prompts;
  }

 private:
  std::vector<ScoredPassage> swapped_passages(const Item& item) const {
    const auto value = counterfactual_value(environment_.suite, item);
    std::vector<ScoredPassage> passages;
    if (!value) return passages;
    for (const Document* document : gold_documents(environment_.suite, item)) {
      passages.push_back(
          {{document->id, with_value_swapped(document->title, item, *value),
            with_value_swapped(document->text, item, *value), 0, document->text.size()},
           1.0});
    }
    return passages;
  }

  int budget_;
  std::string order_;
  ContextEnvironment environment_;
};

}  // namespace

std::optional<std::string> counterfactual_value(const Suite& suite, const Item& item) {
  if (!is_answerable(item) || item.targets.empty()) return std::nullopt;
  const auto gold = gold_documents(suite, item);
  const bool is_written = std::any_of(gold.begin(), gold.end(), [&](const Document* document) {
    return holds_target_as_written(document->title + "\n" + document->text, item);
  });
  if (!is_written) return std::nullopt;
  return other_value(suite.test, item);
}

std::string with_value_swapped(const std::string& text, const Item& item,
                               const std::string& value) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = target_at(text, at, item);
    if (length > 0) {
      result += value;
      at += length;
    } else {
      result += text[at++];
    }
  }
  return result;
}

ContextKind counterfactual_kind() {
  return {"counterfactual", "the gold documents with another value: does the answer follow?",
          obstacle, [](const ContextSpec& spec, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<Counterfactual>(spec, environment));
          }};
}

}  // namespace quadrant
