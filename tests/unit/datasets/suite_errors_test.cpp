// Every mistake in a suite folder: the file, the line and the mend are named.
#include <doctest/doctest.h>

#include "datasets/suite.h"
#include "harness/core/error.h"
#include "tests/unit/datasets/suite_folder.h"

using namespace quadrant;

namespace {

struct Case {
  std::string file, text;
  std::string where;          // the end of Error::where
  std::string problem, mend;  // parts of them
};

const std::string kHead = "name = \"s\"\nkind = \"qa\"\nmetrics = [\"f1\"]\n";
const std::string kItem = R"({"id":"a","question":"q","targets":["x"]})"
                          "\n";

const std::vector<Case> kManifest{
    {"suite.toml", kHead + "langage = \"en\"\n", "suite.toml:4", "unknown key `langage`",
     "did you mean `language`"},
    {"suite.toml", kHead + "[prompt]\nquestions = \"{question}\"\n", "suite.toml:5",
     "unknown key `prompt.questions`", "did you mean `question`"},
    {"suite.toml", kHead + "[prompt]\nquestion = \"Q\"\n", "suite.toml:5", "has no {question}",
     "write {question}"},
    {"suite.toml", kHead + "[prompt]\ncontext = \"{question}\"\n", "suite.toml:5",
     "has no {passages}", "write {passages}"},
    {"suite.toml", kHead + "[prompt]\nquestion = [\"{question}\", \"Q\"]\n", "suite.toml:5",
     "has no {question}", "write {question}"},
    {"suite.toml",
     kHead + "[prompt]\nquestion = [\"Q {question}\", \"{question}\"]\n"
             "context = \"{passages} {question}\"\n",
     "suite.toml:6", "2 wordings and `prompt.context` 1", "as many of the one"},
    {"suite.toml", kHead + "[prompt]\nmax_new_tokens = 0\n", "suite.toml:5", "out of range",
     "from 1"},
    {"suite.toml", kHead + "[prompt]\nstop = \"x\"\n", "suite.toml:5", "list of texts", "stop = ["},
    {"suite.toml", "name = \"s\"\nkind = \"quiz\"\nmetrics = [\"f1\"]\n", "suite.toml:2",
     "cannot be \"quiz\"", "use one of"},
    {"suite.toml", "name = \"s\"\nkind = \"qa\"\n", "suite.toml:1", "`metrics` is missing",
     "add metrics"},
    {"suite.toml", "name = \"s\"\nkind = \"qa\"\nmetrics = []\n", "suite.toml:3", "empty list",
     "metrics = "},
    {"suite.toml", "name = \"s\"\nkind = qa\n", "suite.toml:2", "not TOML", "quotes"},
    {"suite.toml", "name = \"\xff\"\n", "suite.toml, byte 8", "not UTF-8", "as UTF-8"},
};

const std::vector<Case> kLines{
    {"test.jsonl", "", "test.jsonl", "no test questions", "a line"},
    {"test.jsonl", "\n\n", "test.jsonl", "no test questions", "a line"},
    {"test.jsonl", kItem + "{oops\n", "test.jsonl:2", "not a JSON value", "one JSON object"},
    {"test.jsonl", kItem + "\n\"\xff\"\n", "test.jsonl:3, byte 1", "not UTF-8", "as UTF-8"},
    {"test.jsonl", "[1]\n", "test.jsonl:1", "not a JSON object but array", "one {...} a line"},
    {"test.jsonl", kItem + "\n" + kItem, "test.jsonl:3", "the id \"a\" is used twice", "its own"},
    {"test.jsonl", kItem + "\n" + kItem, "test.jsonl:1 and ", "", ""},
    {"test.jsonl", R"({"id":7,"question":"q","targets":["x"]})", "test.jsonl:1",
     "\"id\" must be a text, but this is number", "in quotes"},
    {"test.jsonl", R"({"question":"q","targets":["x"]})", "test.jsonl:1", "\"id\" is missing",
     "add \"id\""},
    {"test.jsonl", R"({"id":"a","qestion":"q","targets":["x"]})", "test.jsonl:1",
     "\"question\" is missing", "was \"qestion\" meant"},
    {"test.jsonl", R"({"id":"a","question":" ","targets":["x"]})", "test.jsonl:1",
     "\"question\" is empty", "write something"},
    {"test.jsonl", R"({"id":"a","question":"q","targets":[]})", "test.jsonl:1",
     "\"targets\" is missing or empty", "write \"targets\""},
    {"test.jsonl", R"({"id":"a","question":"q"})", "test.jsonl:1",
     "\"targets\" is missing or empty", "write \"targets\""},
    {"test.jsonl", R"({"id":"a","question":"q","targets":"x"})", "test.jsonl:1",
     "\"targets\" must be a list of texts, but this is string", "[\"...\"]"},
    {"test.jsonl", R"({"id":"a","question":"q","targets":["x",2]})", "test.jsonl:1",
     "it holds number", "[\"...\"]"},
    {"test.jsonl", R"({"id":"a","question":"q","targets":[""]})", "test.jsonl:1", "empty text",
     "leave it out"},
    {"test.jsonl", R"({"id":"a","question":"q","choices":["x","y"]})", "test.jsonl:1",
     "\"choices\" without \"answer\"", "from 0 to 1"},
    {"test.jsonl", R"({"id":"a","question":"q","choices":["x","y"],"answer":2})", "test.jsonl:1",
     "\"answer\" is 2, out of range", "from 0 to 1"},
    {"test.jsonl", R"({"id":"a","question":"q","choices":["x","y"],"answer":-1})", "test.jsonl:1",
     "out of range", "from 0 to 1"},
    {"test.jsonl", R"({"id":"a","question":"q","choices":["x"],"answer":4294967296})",
     "test.jsonl:1", "out of range", "from 0 to 0"},
    {"test.jsonl", R"({"id":"a","question":"q","choices":["x","y"],"answer":"x"})", "test.jsonl:1",
     "must be a whole number", "from 0 to 1"},
    {"test.jsonl", R"({"id":"a","question":"q","targets":["x"],"answer":0})", "test.jsonl:1",
     "there are none", "add \"choices\""},
    {"test.jsonl", R"({"id":"a","question":"q","targets":["x"],"meta":3})", "test.jsonl:1",
     "\"meta\" must be an object", "write \"meta\""},
    {"test.jsonl", R"({"id":"a","question":"q","targets":["x"],"gold_docs":["d2"]})",
     "test.jsonl:1", "\"d2\" is not in corpus.jsonl", "did you mean \"d1\""},
    {"dev.jsonl", kItem + kItem, "dev.jsonl:2", "used twice", "its own"},
    {"corpus.jsonl", "{\"_id\":\"d1\",\"text\":\"x\"}\n{\"_id\":\"d1\",\"text\":\"y\"}\n",
     "corpus.jsonl:2", "the id \"d1\" is used twice", "its own"},
    {"corpus.jsonl", R"({"id":"d1","text":"x"})", "corpus.jsonl:1", "\"_id\" is missing",
     "was \"id\" meant"},
    {"corpus.jsonl", R"({"_id":"d1","text":""})", "corpus.jsonl:1", "\"text\" is empty",
     "remove the line"},
    {"corpus.jsonl", R"({"_id":"d1","text":"x","title":1})", "corpus.jsonl:1",
     "\"title\" must be a text", "in quotes"},
    {"train.jsonl", "{\"text\":\"x\"}\n{\"note\":\"x\"}\n", "train.jsonl:2", "no training example",
     "{\"text\"}"},
    {"train.jsonl", R"({"text":"x","question":"q"})", "train.jsonl:1",
     "both \"text\" and \"question\"", "use one of"},
    {"train.jsonl", R"({"question":"q","anwser":"a"})", "train.jsonl:1", "\"answer\" is missing",
     "was \"anwser\" meant"},
    {"train.jsonl", R"({"completion":"q"})", "train.jsonl:1", "\"prompt\" is missing", "add"},
    {"train.jsonl", R"({"messages":[]})", "train.jsonl:1", "must be a list", "role"},
    {"train.jsonl", R"({"messages":[{"role":"user","content":"x"}]})", "train.jsonl:1",
     "not the assistant's", "role"},
    {"train.jsonl", R"({"messages":[{"role":"bot","content":"x"}]})", "train.jsonl:1",
     "unknown role \"bot\"", "assistant"},
    {"train.jsonl", R"({"messages":["x"]})", "train.jsonl:1", "not a JSON object", "{...}"},
    {"train.jsonl", R"({"conversations":[{"from":"function_call","value":"x"}]})", "train.jsonl:1",
     "unknown role \"function_call\"", "human"},
    {"train.jsonl", R"({"conversations":[{"from":"human","value":"x"}]})", "train.jsonl:1",
     "not the assistant's", "\"gpt\""},
    {"train.jsonl", R"({"messages":[{"role":"assistant","content":"x","weight":0}]})",
     "train.jsonl:1", "\"weight\"", "leave it out"},
    {"train.jsonl", R"({"instruction":"x","output":"y","history":["a","b"]})", "train.jsonl:1",
     "no pair", "[[\"instruction\""},
    {"train.jsonl", R"({"instruction":"x","output":"y","text":"z"})", "train.jsonl:1",
     "both \"text\" and \"instruction\"", "use one of"},
    {"train.jsonl", R"({"question":"x","answer":"y","gold_docs":["d3"]})", "train.jsonl:1",
     "\"d3\" is not in corpus.jsonl", "did you mean"},
    {"train.jsonl", R"({"text":"x","cluster":5})", "train.jsonl:1", "\"cluster\" must be a text",
     "in quotes"},
};

void check(const SuiteFolder& folder, const Case& wrong) {
  try {
    load_suite(folder.path());
    FAIL_CHECK("no error");
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.where().find(wrong.where) != std::string::npos);
    CHECK(error.problem().find(wrong.problem) != std::string::npos);
    CHECK(error.mend().find(wrong.mend) != std::string::npos);
  }
}

void check_all(const std::vector<Case>& cases) {
  for (const Case& wrong : cases) {
    CAPTURE(wrong.file);
    CAPTURE(wrong.text);
    SuiteFolder folder;
    check(folder.write_good().write(wrong.file, wrong.text), wrong);
  }
}

}  // namespace

TEST_CASE("mistakes in suite.toml") { check_all(kManifest); }

TEST_CASE("mistakes in lines") { check_all(kLines); }

TEST_CASE("a choice suite needs choices") {
  SuiteFolder folder;
  folder.write_good().write("suite.toml", "name = \"s\"\nkind = \"choice\"\nmetrics = [\"f1\"]\n");
  check(folder, {"", "", "dev.jsonl:1", "\"choices\" is missing", "add \"choices\""});
}

TEST_CASE("missing folder, missing suite.toml, missing test.jsonl") {
  SuiteFolder folder;
  check(folder, {"", "", "", "no suite.toml", "add suite.toml"});
  folder.write_good();
  std::filesystem::remove(folder.path() / "test.jsonl");
  check(folder, {"", "", "test.jsonl", "no test questions", "a line"});
  CHECK_THROWS_WITH_AS(load_suite(folder.path() / "none"),
                       doctest::Contains("this suite folder does not exist"), Error);
}
