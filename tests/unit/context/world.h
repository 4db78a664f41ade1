// A small world for tests of contexts: three documents, three questions, a pool of examples.
#pragma once

#include <string>
#include <vector>

#include "strategies/context/context.h"
#include "tests/unit/retrieval/fakes.h"

namespace quadrant::test {

inline TrainingExample example(const std::string& question, const std::string& answer,
                               const std::string& cluster) {
  TrainingExample line;
  line.kind = TrainingExample::Kind::kQuestionAnswer;
  line.question = question;
  line.answer = answer;
  line.cluster = cluster;
  return line;
}

inline Item item(const std::string& id, const std::string& question, const std::string& target,
                 const std::vector<std::string>& gold, const std::string& cluster) {
  Item result;
  result.id = id;
  result.question = question;
  result.targets = {target};
  result.gold_docs = gold;
  result.cluster = cluster;
  return result;
}

inline Suite make_suite() {
  Suite suite;
  suite.name = "fruit";
  suite.prompt.system = "Short.";
  suite.prompt.question = "Q: {question}";
  suite.prompt.context = "C:\n{passages}\nQ: {question}";
  suite.prompt.max_new_tokens = 8;
  suite.corpus = {{"apple", "Apple", "The apple farm sold 40 crates to Rome."},
                  {"pear", "Pear", "The pear farm sold 17 crates to Oslo."},
                  {"plum", "Plum", "The plum orchard is closed."}};
  suite.test = {item("1", "How many crates did the apple farm sell?", "40", {"apple"}, "apple"),
                item("2", "Where did the pear crates go?", "Oslo", {"pear"}, "pear")};
  Item nothing = item("3", "Who owns the plum orchard?", "not stated", {}, "plum");
  nothing.meta["answerable"] = "false";
  suite.test.push_back(nothing);
  for (const char* cluster : {"apple", "pear", "fig"}) {
    for (int i = 0; i < 4; ++i) {
      const std::string name = cluster + std::to_string(i);
      suite.train.push_back(example("ask " + name, "answer " + name, cluster));
    }
  }
  return suite;
}

struct World {
  Suite suite = make_suite();
  FakeModel model;
  BagOfWords embedder{256};
  ContextEnvironment environment{suite, model, &embedder, "", 7};

  std::unique_ptr<Context> make(const ContextSpec& spec) const {
    return make_context(spec, environment);
  }
  std::vector<BuiltPrompt> build(const ContextSpec& spec) const {
    return make(spec)->build(suite.test);
  }
};

inline ContextSpec spec_of(const std::string& kind, int k = 4) {
  ContextSpec spec;
  spec.kind = kind;
  spec.k = k;
  return spec;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace quadrant::test
