#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "retrieval/chunk.h"
#include "strategies/context/delivery.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

// Size of the passages of a document that is too long to be shown whole.
constexpr int kPassageTokens = 180;

std::string oracle_obstacle(const ContextSpec&, const Suite& suite) {
  if (suite.corpus.empty()) return "no corpus.jsonl";
  const auto has_gold = [](const Item& item) { return !item.gold_docs.empty(); };
  if (std::any_of(suite.test.begin(), suite.test.end(), has_gold)) return "";
  return "no item of test.jsonl names its gold_docs";
}

// Shows the gold documents whole when they are within the budget together. Otherwise they are cut
// into passages; those that hold a target rank before the others, each in the documents' order.
class Oracle : public Context {
 public:
  Oracle(const ContextSpec& spec, const ContextEnvironment& environment)
      : budget_(spec.budget_tokens), order_(spec.passage_order), environment_(environment) {
    for (const Document& document : environment.suite.corpus) by_id_[document.id] = &document;
  }

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts;
    for (const Item& item : items) {
      const std::vector<ScoredPassage> gold = gold_passages(item);
      prompts.push_back(fit_prompt(environment_, item, {}, {gold, budget_, order_}));
    }
    return prompts;
  }

 private:
  std::vector<ScoredPassage> gold_passages(const Item& item) const {
    std::vector<ScoredPassage> whole;
    for (const std::string& id : item.gold_docs) {
      const auto found = by_id_.find(id);
      if (found == by_id_.end()) continue;  // load_suite() refuses such an item
      const Document& document = *found->second;
      whole.push_back({{id, document.title, document.text, 0, document.text.size()}, 1.0});
    }
    const Tokenizer& tokenizer = environment_.model.tokenizer();
    if (count_tokens(tokenizer, passage_block(whole)) <= static_cast<std::size_t>(budget_)) {
      return whole;
    }
    return cut(whole, item);
  }

  std::vector<ScoredPassage> cut(const std::vector<ScoredPassage>& whole, const Item& item) const {
    const Tokenizer& tokenizer = environment_.model.tokenizer();
    std::vector<ScoredPassage> passages;
    for (const auto& [document, score] : whole) {
      // Number and title are shown with every passage; two tokens for the seams between them.
      const ScoredPassage head{{document.doc_id, document.title, "", 0, 0}, score};
      const auto taken = static_cast<int>(count_tokens(tokenizer, passage_block({&head, 1}))) + 2;
      const Chunking chunking = chunk_by(tokenizer, std::clamp(budget_ - taken, 1, kPassageTokens));
      for (Passage& passage : chunk({document.doc_id, document.title, document.text}, chunking)) {
        passages.push_back({std::move(passage), score});
      }
    }
    std::stable_partition(passages.begin(), passages.end(), [&](const ScoredPassage& candidate) {
      return is_relevant(candidate.passage, item);
    });
    return passages;
  }

  int budget_;
  std::string order_;
  ContextEnvironment environment_;
  std::unordered_map<std::string_view, const Document*> by_id_;
};

}  // namespace

ContextKind oracle_kind() {
  return {"oracle", "the documents that hold the answer: the ceiling of retrieval", oracle_obstacle,
          [](const ContextSpec& spec, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<Oracle>(spec, environment));
          }};
}

}  // namespace quadrant
