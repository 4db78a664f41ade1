// What a good suite folder gives: all forms of lines, normal form, identity, limits.
#include <doctest/doctest.h>

#include <algorithm>

#include "datasets/suite.h"
#include "datasets/suite_files.h"
#include "harness/core/error.h"
#include "tests/unit/datasets/suite_folder.h"

using namespace quadrant;

namespace {

bool mentions(const std::vector<std::string>& sentences, const std::string& part) {
  return std::any_of(sentences.begin(), sentences.end(), [&](const std::string& sentence) {
    return sentence.find(part) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("all fields of suite.toml arrive") {
  SuiteFolder folder;
  folder.write_good().write("suite.toml",
                            "name = \"n\"\nversion = \"2\"\nlanguage = \"ko\"\nlicence = \"MIT\"\n"
                            "source = \"me\"\nkind = \"qa\"\nmetrics = [\"f1\", \"contains\"]\n"
                            "[prompt]\nsystem = \"S\"\nquestion = \"Q {question}\"\n"
                            "context = \"{passages} / {question}\"\nmax_new_tokens = 7\n"
                            "stop = [\"\\n\"]\n");
  const Suite suite = load_suite(folder.path());
  CHECK(suite.name == "n");
  CHECK(suite.version == "2");
  CHECK(suite.language == "ko");
  CHECK(suite.licence == "MIT");
  CHECK(suite.source == "me");
  CHECK(suite.metrics == std::vector<std::string>{"f1", "contains"});
  CHECK(suite.prompt.system == "S");
  CHECK(suite.prompt.question == "Q {question}");
  CHECK(suite.prompt.context == "{passages} / {question}");
  CHECK(suite.prompt.max_new_tokens == 7);
  CHECK(suite.prompt.stop == std::vector<std::string>{"\n"});
}

TEST_CASE("wordings of the prompt: a text, or lists of equal length; items know their place") {
  SuiteFolder folder;
  const std::string head = "name = \"n\"\nkind = \"qa\"\nmetrics = [\"f1\"]\n[prompt]\n";
  folder.write_good().write(
      "suite.toml", head +
                        "question = [\"Q {question}\", \"{question}?\"]\n"
                        "context = [\"{passages} {question}\", \"{question} {passages}\"]\n");
  const Suite suite = load_suite(folder.path());
  CHECK(suite.prompt.wordings() == 2);
  CHECK(suite.prompt.question == "Q {question}");
  CHECK(suite.prompt.more.at(0).question == "{question}?");
  CHECK(suite.prompt.more.at(0).context == "{question} {passages}");
  for (std::size_t i = 0; i < suite.test.size(); ++i) {
    CHECK(suite.test[i].number == static_cast<int>(i));
  }
  folder.write("suite.toml", head + "question = [\"{question}\", \"Q {question}\"]\n");
  const Suite same_context = load_suite(folder.path());
  CHECK(same_context.prompt.wordings() == 2);
  CHECK(same_context.prompt.more.at(0).context == same_context.prompt.context);
}

TEST_CASE("items: meta as text, unknown keys into meta, targets from the right choice") {
  SuiteFolder folder;
  folder.write_good().write(
      "test.jsonl", R"({"id":"a","question":"q","targets":["x"],"level":3,"slice":"outer",)"
                    R"("meta":{"slice":"in","answerable":false,"tags":["p",1]},"cluster":"c"})"
                    "\n"
                    R"({"id":"b","question":"q","choices":["no","yes"],"answer":1})"
                    "\n");
  const Suite suite = load_suite(folder.path());
  CHECK(suite.test[0].meta ==
        std::map<std::string, std::string>{
            {"level", "3"}, {"slice", "in"}, {"answerable", "false"}, {"tags", "[\"p\",1]"}});
  CHECK(!is_answerable(suite.test[0]));
  CHECK(suite.test[0].cluster == "c");
  CHECK(suite.test[1].targets == std::vector<std::string>{"yes"});
  CHECK(suite.test[1].answer == 1);
}

TEST_CASE("the four forms of training lines") {
  SuiteFolder folder;
  folder.write_good().write(
      "train.jsonl",
      R"({"text":"t"})"
      "\n\n"
      R"({"question":"q","answer":"a","cluster":"c"})"
      "\n"
      R"({"prompt":"p","completion":"d","source":"kept out"})"
      "\n"
      R"({"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"v"}]})");
  const auto train = load_suite(folder.path()).train;
  REQUIRE(train.size() == 4);
  using Kind = TrainingExample::Kind;
  CHECK(train[0].kind == Kind::kText);
  CHECK(train[0].text == "t");
  CHECK(train[1].kind == Kind::kQuestionAnswer);
  CHECK(train[1].answer == "a");
  CHECK(train[1].cluster == "c");
  CHECK(train[2].kind == Kind::kPromptCompletion);
  CHECK(train[2].completion == "d");
  CHECK(train[3].kind == Kind::kMessages);
  CHECK(train[3].messages[1].content == "v");
}

TEST_CASE("the usual forms of fine-tuning data are the same examples") {
  const SuiteFolder folder;
  using Kind = TrainingExample::Kind;
  const auto roles = [](const TrainingExample& example) {
    std::string text;
    for (const Message& message : example.messages) {
      text += message.role + "=" + message.content + " ";
    }
    return text;
  };
  const std::string lines[] = {
      R"({"instruction":"i","input":"","output":"o","cluster":"c","gold_docs":["d"]})",
      R"({"instruction":"i","input":"more","output":"o"})",
      R"({"instruction":"i","output":"o","system":"s","history":[["a","b"],["c","d"]]})",
      R"({"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"v"}],"system":"s"})",
      R"({"conversations":[{"from":"system","value":"s"},{"from":"user","value":"u"},
          {"from":"assistant","value":"v"}]})",
      R"({"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"v","weight":1}]})"};
  std::string list;
  for (const std::string& line : lines) list += (list.empty() ? "[" : ",\n") + line;
  folder.write("list.json", list + "]");
  const auto examples = read_training_examples(folder.path() / "list.json");
  REQUIRE(examples.size() == 6);
  CHECK(examples[0].kind == Kind::kPromptCompletion);
  CHECK(examples[0].prompt == "i");
  CHECK(examples[0].completion == "o");
  CHECK(examples[0].cluster == "c");
  CHECK(examples[0].gold_docs == std::vector<std::string>{"d"});
  CHECK(examples[1].prompt == "i\nmore");
  CHECK(roles(examples[2]) == "system=s user=a assistant=b user=c assistant=d user=i assistant=o ");
  CHECK(roles(examples[3]) == "system=s user=u assistant=v ");
  CHECK(roles(examples[4]) == roles(examples[3]));
  CHECK(roles(examples[5]) == "user=u assistant=v ");
  CHECK(examples[5].line == 6);
}

TEST_CASE("CRLF and a byte order mark are tolerated; text is brought to NFC") {
  SuiteFolder folder;
  folder.write_good();
  folder.write("suite.toml",
               "\xEF\xBB\xBFname = \"e\xCC\x81\"\r\nkind = \"qa\"\r\nmetrics = [\"f1\"]\r\n");
  folder.write("corpus.jsonl",
               "\xEF\xBB\xBF{\"_id\":\"e\xCC\x81\",\"text\":\"caf\x65\xCC\x81\"}\r\n\r\n");
  folder.write("test.jsonl",
               "\xEF\xBB\xBF{\"id\":\"a\",\"question\":\"e\xCC\x81?\",\"targets\":[\"e\xCC\x81\"],"
               "\"gold_docs\":[\"\xC3\xA9\"]}\r\n");
  const Suite suite = load_suite(folder.path());
  CHECK(suite.name == "\xC3\xA9");
  CHECK(suite.corpus[0].text == "caf\xC3\xA9");
  CHECK(suite.test[0].question == "\xC3\xA9?");
  CHECK(suite.test[0].targets[0] == "\xC3\xA9");
}

TEST_CASE("the identity of a suite is the bytes of its files") {
  SuiteFolder a, b;
  const Suite first = load_suite(a.write_good().path());
  CHECK(first.hash == load_suite(b.write_good().path()).hash);
  CHECK(first.file_hashes.size() == 5);
  b.write("corpus.jsonl", R"({"_id":"d1","title":"T","text":"the sky is grey"})"
                          "\n");
  b.write("notes.txt", "not part of the suite");
  const Suite second = load_suite(b.path());
  CHECK(first.hash != second.hash);
  CHECK(first.file_hashes.at("test.jsonl") == second.file_hashes.at("test.jsonl"));
  CHECK(first.file_hashes.at("corpus.jsonl") != second.file_hashes.at("corpus.jsonl"));
}

TEST_CASE("what is missing is said") {
  SuiteFolder folder;
  folder.write_good();
  auto limits = suite_limits(load_suite(folder.path()));
  REQUIRE(limits.size() == 1);
  CHECK(mentions(limits, "few_shot and domain_qa"));
  for (const char* file : {"corpus.jsonl", "train.jsonl", "dev.jsonl"}) {
    std::filesystem::remove(folder.path() / file);
  }
  limits = suite_limits(load_suite(folder.path()));
  CHECK(limits.size() == 4);
  CHECK(mentions(limits, "rag and oracle cannot run"));
  CHECK(mentions(limits, "continued_pretraining cannot run"));
  CHECK(mentions(limits, "no dev.jsonl"));
  folder.write_good().write("test.jsonl", R"({"id":"t","question":"q","targets":["x"]})");
  CHECK(mentions(suite_limits(load_suite(folder.path())), "no gold_docs"));
}

TEST_CASE("find_suite: built-in, folder, neither") {
  CHECK(find_suite("company_qa_smoke").name == "company_qa_smoke");
  SuiteFolder folder;
  CHECK(find_suite(folder.write_good().path().string()).name == "s");
  try {
    find_suite("company_q");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.mend().find("did you mean \"company_qa\"") != std::string::npos);
  }
}

TEST_CASE("a built-in suite's name in a tier; other names stay as they are") {
  CHECK(name_in_tier("slack", Tier::kFull) == "slack_full");
  CHECK(name_in_tier("slack", Tier::kSmoke) == "slack_smoke");
  CHECK(name_in_tier("slack", Tier::kCpu) == "slack");
  CHECK(name_in_tier("slack_full", Tier::kSmoke) == "slack_full");
  CHECK(name_in_tier("my/folder", Tier::kFull) == "my/folder");
  CHECK(parse_tier("cpu") == Tier::kCpu);
  CHECK_THROWS_WITH_AS(parse_tier("huge"), doctest::Contains("no tier"), Error);
}

TEST_CASE("a training line may belong to a later stage; anything but a count from 1 is refused") {
  SuiteFolder folder;
  folder.write_good().write("train.jsonl", R"({"text": "a"}
{"text": "b", "stage": 2})");
  const Suite suite = load_suite(folder.path());
  CHECK(suite.train[0].stage == 1);
  CHECK(suite.train[1].stage == 2);
  for (const char* stage : {"0", "1.5", "\"2\"", "1e9"}) {
    folder.write("train.jsonl", R"({"text": "a", "stage": )" + std::string(stage) + "}");
    CHECK_THROWS_WITH_AS(load_suite(folder.path()), doctest::Contains("train.jsonl:1"), Error);
  }
}
