// The contexts that show retrieved passages: what was found, what was found without the gold, and
// what a shuffled index says was found.
#include <algorithm>
#include <chrono>
#include <vector>

#include "strategies/context/delivery.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"
#include "strategies/context/search.h"

namespace quadrant {
namespace {

using Lists = std::vector<std::vector<ScoredPassage>>;

std::vector<std::string> questions_of(std::span<const Item> items) {
  std::vector<std::string> questions;
  for (const Item& item : items) questions.push_back(item.question);
  return questions;
}

Lists find(IndexRetriever& retriever, std::span<const Item> items, int k) {
  return retriever.search(questions_of(items), k);
}

bool gives_answer(const Passage& passage, const Item& item) {
  const auto& gold = item.gold_docs;
  if (std::find(gold.begin(), gold.end(), passage.doc_id) != gold.end()) return true;
  const std::string shown = passage.title + "\n" + passage.text;
  return is_answerable(item) &&
         std::any_of(item.targets.begin(), item.targets.end(),
                     [&](const std::string& target) { return contains_target(shown, target); });
}

// The best passages that are not from a gold document and hold no target: longer lists are asked
// for until there are k of them, or no more.
std::vector<ScoredPassage> distractors(IndexRetriever& retriever, const Item& item, int k) {
  const auto all = static_cast<int>(retriever.index().passages.size());
  for (int asked = std::min(2 * k + 8, all);; asked = std::min(2 * asked, all)) {
    std::vector<ScoredPassage> found = retriever.search(std::span(&item.question, 1), asked)[0];
    const bool no_more = asked == all || std::ssize(found) < asked;
    std::erase_if(found, [&](const ScoredPassage& one) { return gives_answer(one.passage, item); });
    if (std::ssize(found) < k && !no_more) continue;
    found.resize(std::min(found.size(), static_cast<std::size_t>(k)));
    return found;
  }
}

Lists find_distractors(IndexRetriever& retriever, std::span<const Item> items, int k) {
  Lists lists;
  for (const Item& item : items) lists.push_back(distractors(retriever, item, k));
  return lists;
}

using Find = Lists (*)(IndexRetriever& retriever, std::span<const Item> items, int k);

class Retrieved : public Context {
 public:
  Retrieved(const ContextSpec& spec, const ContextEnvironment& environment, Find find,
            bool shuffled)
      : spec_(spec),
        environment_(environment),
        find_(find),
        retriever_(make_retriever(spec, environment, shuffled)) {}

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    if (items.empty()) return {};
    const auto start = std::chrono::steady_clock::now();
    const Lists found = find_(retriever_, items, spec_.k);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::vector<BuiltPrompt> prompts;
    for (std::size_t i = 0; i < items.size(); ++i) {
      prompts.push_back(fit_prompt(environment_, items[i], {},
                                   {found[i], spec_.budget_tokens, spec_.passage_order}));
      prompts.back().retrieve_ms = took.count() / static_cast<double>(items.size());
    }
    return prompts;
  }

  IndexUse index() const override {
    return {retriever_.index().hash, static_cast<std::int64_t>(retriever_.index().bytes)};
  }

 private:
  ContextSpec spec_;
  ContextEnvironment environment_;
  Find find_;
  IndexRetriever retriever_;
};

template <Find find, bool shuffled>
std::unique_ptr<Context> make(const ContextSpec& spec, const ContextEnvironment& environment) {
  return std::make_unique<Retrieved>(spec, environment, find, shuffled);
}

}  // namespace

ContextKind rag_kind() {
  return {"rag", "the k passages of the corpus that retrieval finds for the question",
          search_obstacle, make<find, false>};
}

ContextKind distractor_kind() {
  return {"distractor", "as rag, without the passages that give the answer: do they mislead?",
          search_obstacle, make<find_distractors, false>};
}

ContextKind shuffled_index_kind() {
  return {"shuffled_index", "a placebo: as rag, from an index whose passages have changed places",
          search_obstacle, make<find, true>};
}

}  // namespace quadrant
