#include "harness/run/leak_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "harness/core/error.h"
#include "harness/run/leak_words.h"

namespace quadrant {
namespace {

using Kind = TrainingExample::Kind;

constexpr std::size_t kRun = 13;

// How many words in a row give a question away: of a long one three quarters, as two tickets or
// pages of one office share a phrase or two.
std::size_t run_length(std::size_t words) { return std::max(kRun, 3 * words / 4); }

std::string test_line(const Item& item) { return fmt::format("test.jsonl:{}", item.line); }
std::string train_line(const TrainingExample& example) {
  return fmt::format("train.jsonl:{}", example.line);
}

// Whom an item or a line is about; one without a cluster is about itself.
std::string about(const std::string& cluster, const char* file, int line) {
  return cluster.empty() ? fmt::format("{}:{}", file, line) : cluster;
}

class LeakFinder {
 public:
  LeakFinder(const Suite& suite, const TrainingUse& use) : suite_(suite), use_(use) {
    for (const Item& item : suite.test) questions_.push_back(words_.of(item.question));
  }

  std::vector<Leak> find() {
    find_questions();
    find_entities();
    if (use_.demonstrations) find_demonstrations();
    find_gold();
    find_exchanges();
    return std::move(leaks_);
  }

 private:
  // ---- 1. question

  struct Place {
    std::size_t item = 0;
    bool shared = false;               // by the test questions of several clusters
    std::set<std::string> clusters{};  // of the training lines that hold it
    std::string line{};                // the first of them
  };

  void find_questions() {
    std::map<Words, std::size_t> whole;
    std::map<Words, Place> runs;
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      whole.emplace(questions_[i], i);
      if (suite_.kind == "text") continue;  // pages of one trade, whose phrases are what is learnt
      const std::size_t length = run_length(questions_[i].size());
      for (std::size_t at = 0; at + length <= questions_[i].size(); ++at) {
        lengths_.insert(length);
        const auto [run, is_new] = runs.try_emplace(part(questions_[i], at, length), Place{i});
        const Item &first = suite_.test[run->second.item], &item = suite_.test[i];
        run->second.shared = run->second.shared || about(first.cluster, "test", first.line) !=
                                                       about(item.cluster, "test", item.line);
      }
    }
    const bool any_run = !runs.empty();
    for (const TrainingExample& example : suite_.train) {
      for (const std::string& asked : asked_texts(example)) {
        if (const auto same = whole.find(words_.of(asked)); same != whole.end()) {
          add_question(suite_.test[same->second], "is also trained", train_line(example));
        }
      }
      if (!any_run) continue;
      for (const std::string& text : all_texts(example)) {
        look_for_runs(words_.of(text), about(example.cluster, "train", example.line),
                      train_line(example), runs);
      }
    }
    if (any_run && use_.documents) {
      for (const Document& document : suite_.corpus) {
        look_for_runs(words_.of(document.title + "\n" + document.text), document.id,
                      fmt::format("corpus.jsonl:{}", document.line), runs);
      }
    }
    for (const auto& [run, place] : runs) {
      if (place.shared || place.clusters.size() != 1) continue;
      add_question(suite_.test[place.item],
                   fmt::format("shares {} words in a row with training text", run.size()),
                   place.line);
    }
  }

  void look_for_runs(const Words& text, const std::string& cluster, const std::string& line,
                     std::map<Words, Place>& runs) {
    for (const std::size_t length : lengths_) {
      for (std::size_t at = 0; at + length <= text.size(); ++at) {
        const auto run = runs.find(part(text, at, length));
        if (run == runs.end()) continue;
        run->second.clusters.insert(cluster);
        if (run->second.line.empty()) run->second.line = line;
      }
    }
  }

  void add_question(const Item& item, const std::string& what, const std::string& line) {
    if (!reported_.insert(item.id).second) return;
    leaks_.push_back({"question", fmt::format("the question of item {} {}", item.id, what),
                      fmt::format("{}, {}", test_line(item), line),
                      "ask it in other words, or take the line out of the training data"});
  }

  // ---- 2. entity

  void find_entities() {
    std::map<std::string, const TrainingExample*> answered, any;
    for (const TrainingExample& example : suite_.train) {
      if (example.cluster.empty()) continue;
      any.emplace(example.cluster, &example);
      if (example.kind != Kind::kText) answered.emplace(example.cluster, &example);
    }
    for (const Item& item : suite_.test) {
      const auto claim = item.meta.find("held_out");
      if (claim == item.meta.end()) continue;
      check_claim(item, claim->second);
      const auto& trained = claim->second == "all" ? any : answered;
      const auto found = trained.find(item.cluster);
      if (found == trained.end()) continue;
      leaks_.push_back(
          {"entity",
           fmt::format("item {} is held out, but \"{}\" is in the training data", item.id,
                       item.cluster),
           fmt::format("{}, {}", test_line(item), train_line(*found->second)),
           "take the line out of the training data, or \"held_out\" out of the item's meta"});
    }
  }

  static void check_claim(const Item& item, const std::string& claim) {
    const bool known = claim == "questions" || claim == "all";
    if (known && !item.cluster.empty()) return;
    throw Error(known ? fmt::format("item {} is held out, but has no cluster", item.id)
                      : fmt::format("\"held_out\" of item {} is \"{}\"", item.id, claim),
                test_line(item),
                known ? "name the entity or document that is held out as its \"cluster\""
                      : R"(use "questions" or "all")");
  }

  // ---- 3. demonstration

  void find_demonstrations() {
    std::vector<std::pair<const TrainingExample*, Words>> examples;
    for (const TrainingExample& example : suite_.train) {
      if (example.kind != Kind::kQuestionAnswer) continue;
      examples.emplace_back(&example, words_.of(example.question + "\n" + example.answer));
    }
    for (std::size_t i = 0; i < suite_.test.size(); ++i) {
      const Item& item = suite_.test[i];
      const Words entity = words_.of(item.cluster);
      if (!is_answerable(item) || !has(questions_[i], entity)) continue;
      for (const auto& [example, text] : examples) {
        if (example->cluster == item.cluster || !has(text, entity)) continue;
        const std::string target = target_in(text, item);
        if (target.empty()) continue;
        leaks_.push_back(
            {"demonstration",
             fmt::format("an example for few_shot gives \"{}\" away to item {}", target, item.id),
             fmt::format("{}, {}", test_line(item), train_line(*example)),
             fmt::format("give the example the cluster \"{}\"", item.cluster)});
        break;
      }
    }
  }

  std::string target_in(const Words& text, const Item& item) {  // "" = none is
    for (const std::string& target : item.targets) {
      if (has(text, words_.of(target))) return target;
    }
    return "";
  }

  // ---- 4. gold

  void find_gold() {
    struct Found {
      std::string target;
      const char* key;
      std::vector<const Item*> items;
    };
    std::map<Words, Found> found;
    std::vector<std::pair<const char*, std::string>> fixed{
        {"prompt.system", suite_.prompt.system},
        {"prompt.question", without_placeholder(suite_.prompt.question)}};
    for (const PromptTemplate::Wording& wording : suite_.prompt.more) {
      fixed.emplace_back("prompt.question", without_placeholder(wording.question));
    }
    for (const auto& [key, text] : fixed) {
      const Words words = words_.of(text);
      for (const Item& item : suite_.test) {
        if (!is_answerable(item) || !item.choices.empty()) continue;
        const std::string target = target_in(words, item);
        // As written: the verb "may" does not give "May" away.
        if (target.empty() || text.find(target) == std::string::npos) continue;
        Found& entry = found[words_.of(target)];
        if (entry.items.empty()) entry = {target, key, {}};
        entry.items.push_back(&item);
      }
    }
    const auto several = [](const auto& entry) { return entry.second.items.size() > 1; };
    const bool labels = std::count_if(found.begin(), found.end(), several) > 1;
    for (const auto& entry : found) {
      if (labels && several(entry)) continue;
      const Item& item = *entry.second.items[0];
      leaks_.push_back({"gold",
                        fmt::format("every prompt holds \"{}\", the answer of item {}",
                                    entry.second.target, item.id),
                        fmt::format("suite.toml, {}; {}", entry.second.key, test_line(item)),
                        "take it out of the prompt; labels to choose from are \"choices\""});
    }
  }

  // ---- 5. twice

  void find_exchanges() {
    for (const TrainingExample& example : suite_.train) {
      std::set<std::pair<Words, Words>> seen;
      for (std::size_t i = 0; i + 1 < example.messages.size(); ++i) {
        if (example.messages[i].role != "user") continue;
        const auto exchange = std::pair(words_.of(example.messages[i].content),
                                        words_.of(example.messages[i + 1].content));
        if (seen.insert(exchange).second) continue;
        leaks_.push_back({"twice",
                          fmt::format("the same exchange stands twice in one conversation: \"{}\"",
                                      example.messages[i].content),
                          train_line(example),
                          "take one out: a fact seen twice in one window is learnt far worse"});
        break;
      }
    }
  }

  const Suite& suite_;
  const TrainingUse use_;
  WordNumbers words_;
  std::vector<Words> questions_;   // of suite_.test
  std::set<std::size_t> lengths_;  // of the runs of words that are looked for
  std::set<std::string> reported_;
  std::vector<Leak> leaks_;
};

}  // namespace

TrainingUse training_use(const TuningSpec& tuning) {
  const auto& purposes = tuning.purpose;
  return {.documents = std::find(purposes.begin(), purposes.end(), "continued_pretraining") !=
                       purposes.end()};
}

TrainingUse training_use(const Experiment& experiment) {
  TrainingUse use;
  for (const TuningSpec& tuning : experiment.tunings) {
    use.documents = use.documents || training_use(tuning).documents;
  }
  for (const ContextSpec& context : experiment.contexts) {
    use.demonstrations =
        use.demonstrations || shows_examples(context) || context.kind == "optimised";
  }
  return use;
}

std::vector<Leak> find_leaks(const Suite& suite, const TrainingUse& use) {
  return LeakFinder(suite, use).find();
}

void refuse_leaks(const Suite& suite, const TrainingUse& use) {
  const std::vector<Leak> leaks = find_leaks(suite, use);
  if (leaks.empty()) return;
  const std::string more = leaks.size() == 1 ? "" : fmt::format(" ({} leaks in all)", leaks.size());
  throw Error(fmt::format("the suite {} leaks: {}{}", suite.name, leaks[0].what, more),
              leaks[0].where, leaks[0].mend);
}

}  // namespace quadrant
