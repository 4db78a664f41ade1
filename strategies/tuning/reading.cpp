// reading (RAFT: Zhang et al. 2024, arXiv 2403.10131): answering from passages, of which one or
// none holds the answer.
#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/metrics/target_in_text.h"
#include "retrieval/chunk.h"
#include "retrieval/lexical/bm25.h"
#include "strategies/context/prompt.h"
#include "strategies/tuning/purposes.h"
#include "strategies/tuning/sequences.h"

namespace quadrant {
namespace {

constexpr int kPassageTokens = 180;  // as rag's chunk_tokens has it
constexpr int kCandidates = 200;     // passages that a question looks at

bool is_question(const TrainingExample& example) {
  return example.kind == TrainingExample::Kind::kQuestionAnswer;
}

std::string whole_text(const Passage& passage) { return passage.title + "\n" + passage.text; }

// The corpus in passages, and what a question shows of it.
class Shelf {
 public:
  Shelf(const Suite& suite, const Tokenizer& tokenizer)
      : passages_(chunk(suite.corpus, chunk_by(tokenizer, kPassageTokens))) {
    for (const Passage& passage : passages_) index_.add(whole_text(passage));
  }

  // Rows in the order of the search by words.
  std::vector<std::size_t> ranked(const std::string& question) const {
    std::vector<std::size_t> rows;
    for (const RankedRow& hit : index_.search(question, kCandidates)) rows.push_back(hit.row);
    return rows;
  }

  // The first passage of a gold document that holds the answer. Lines that name no gold documents:
  // of the passages that hold the answer the first that names the line's cluster, else the first.
  std::optional<std::size_t> gold(const TrainingExample& example,
                                  const std::vector<std::size_t>& rows) const {
    std::optional<std::size_t> best;
    for (const std::size_t row : rows) {
      const Passage& passage = passages_[row];
      if (!contains_target(passage.text, example.answer)) continue;
      const auto& docs = example.gold_docs;
      if (!docs.empty() && std::find(docs.begin(), docs.end(), passage.doc_id) == docs.end()) {
        continue;
      }
      if (!docs.empty() || example.cluster.empty() ||
          contains_target(whole_text(passage), example.cluster)) {
        return row;
      }
      if (!best) best = row;
    }
    return best;
  }

  // The passages most like the question that do not hold the answer.
  std::vector<ScoredPassage> distractors(const TrainingExample& example,
                                         const std::vector<std::size_t>& rows, int most) const {
    std::vector<ScoredPassage> found;
    for (const std::size_t row : rows) {
      if (std::ssize(found) == most) break;
      if (!contains_target(whole_text(passages_[row]), example.answer)) {
        found.push_back({passages_[row], 0});
      }
    }
    return found;
  }

  const Passage& passage(std::size_t row) const { return passages_[row]; }

 private:
  std::vector<Passage> passages_;
  Bm25Index index_;
};

void add_reading(const Material& material, std::vector<TrainingSequence>& sequences) {
  const auto& [tuning, suite, model] = material;
  const Shelf shelf(suite, model.tokenizer());
  const int wordings = std::min(suite.prompt.wordings(), kTrainedWordings);
  const auto without_gold = [&](int examples) {
    return std::floor(examples * (1 - tuning.gold_share) + 1e-9);
  };
  int number = 0;
  for (const TrainingExample& example : suite.train) {
    if (!is_question(example)) continue;
    const auto rows = shelf.ranked(example.question);
    const auto gold = shelf.gold(example, rows);
    if (!gold) continue;
    const bool shown = without_gold(number + 1) == without_gold(number);
    auto passages = shelf.distractors(example, rows, tuning.distractors + (shown ? 0 : 1));
    if (shown) {
      // Every place as often as every other, in each wording.
      const auto place = (number / wordings) % (std::ssize(passages) + 1);
      passages.insert(passages.begin() + place, ScoredPassage{shelf.passage(*gold), 0});
    }
    const auto wording = in_wording(suite.prompt, static_cast<std::uint64_t>(number % wordings));
    auto messages = prompt_messages(wording, {}, passages, example.question);
    messages.push_back({"assistant", example.answer});
    sequences.push_back(learn_answers(model, suite.prompt, messages));
    require_window(model, sequences.back(), example.answer, "lower distractors");
    ++number;
  }
}

std::string reading_obstacle(const Suite& suite) {
  if (suite.corpus.empty()) return "no corpus.jsonl";
  for (const TrainingExample& example : suite.train) {
    if (!is_question(example)) continue;
    for (const Document& document : suite.corpus) {
      if (contains_target(document.text, example.answer)) return "";
    }
  }
  return "no question-answer line of train.jsonl has its answer in a document";
}

}  // namespace

Purpose reading_purpose() {
  return {"reading",
          "purpose: questions with passages, of which one or none holds the answer (RAFT; "
          "distractors, gold_share)",
          reading_obstacle, add_reading};
}

}  // namespace quadrant
