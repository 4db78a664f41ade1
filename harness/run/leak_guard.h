// What would hand a strategy the answers it is asked for; stops a run before anything is computed.
//
// Science: shared/science.md 2.3 and GPT-3's 13-gram rule (Brown et al. 2020). Words are those of
// harness/metrics/normalise.h. That a test question is about an entity of the training data is no
// leak by itself (company_qa's trained_qa: another wording of a trained fact); it is one for an
// item that says it is held out. The kinds:
// 1. question: a test question is also a question, prompt, user turn or text line of train.jsonl;
//    or 13 words in a row of it (of one of more than 17 words, three quarters) stand in one, or in
//    a document when documents are trained on. A run that several clusters' test questions share,
//    or several clusters' training lines, is the wording of a template and does not count; nor do
//    runs in suites of kind "text", whose items are prose that repeats the phrases of its trade.
// 2. entity: an item whose meta says "held_out": "questions" has its cluster on a training line
//    that answers (not "text"); with "all" on any training line.
// 3. demonstration, for few_shot: an example of another cluster names the item's entity (its
//    cluster, where the question names it too) and a target. few_shot itself leaves out examples of
//    the item's own cluster and question.
// 4. gold: a target stands in the fixed text of a prompt without passages (system text, question
//    template). No leak: an item with choices, or that nothing answers; labels, that is at least
//    two such targets, each right for several items.
// 5. twice: the same exchange twice in one "messages" line. Nothing else can put a fact into one
//    training window twice: each line is a sequence, and packed sequences never see each other.
#pragma once

#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/config/experiment.h"

namespace quadrant {

struct Leak {
  std::string kind;   // question, entity, demonstration, gold, twice
  std::string what;   // "the question of item t3 is trained"
  std::string where;  // "test.jsonl:3, train.jsonl:7"
  std::string mend;
};

// What a suite's training lines are used for.
struct TrainingUse {
  bool documents = false;       // a tuning trains on the corpus
  bool demonstrations = false;  // a context shows examples
};
TrainingUse training_use(const Experiment& experiment);
TrainingUse training_use(const TuningSpec& tuning);

// In the order of the kinds above. Error for an unknown "held_out".
std::vector<Leak> find_leaks(const Suite& suite, const TrainingUse& use);

// Error for the first leak, which says how many there are.
void refuse_leaks(const Suite& suite, const TrainingUse& use);

}  // namespace quadrant
