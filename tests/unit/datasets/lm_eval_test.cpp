#include "datasets/lm_eval/task.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/metrics/metric.h"
#include "suite_folder.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

const nlohmann::json& golden() {
  static const auto file =
      nlohmann::json::parse(read_text(fs::path(QUADRANT_SOURCE_DIR) / "tests/golden/lm_eval.json"));
  return file;
}

Suite load(SuiteFolder& folder, const nlohmann::json& files) {
  for (const auto& [name, text] : files.items()) folder.write(name, text);
  return load_suite(folder.path());
}

// A task of one question; `change` replaces the line of its key, or adds one.
std::string complaint(const std::string& key, const std::string& line) {
  std::map<std::string, std::string> lines{
      {"task", "task: t"},
      {"dataset_path", "dataset_path: json"},
      {"dataset_kwargs", "dataset_kwargs: {data_files: {test: d.jsonl}}"},
      {"test_split", "test_split: test"},
      {"output_type", "output_type: generate_until"},
      {"doc_to_text", "doc_to_text: q"},
      {"doc_to_target", "doc_to_target: a"}};
  lines[key] = line;
  std::string yaml;
  for (const auto& [name, text] : lines) yaml += text + "\n";
  SuiteFolder folder;
  folder.write("d.jsonl", R"({"q": "Q:", "a": "A"})");
  folder.write("t.yaml", yaml);
  try {
    load_suite(folder.path());
  } catch (const Error& error) {
    CHECK_FALSE(error.mend().empty());
    return error.problem() + " @ " + error.where();
  }
  return "none";
}

}  // namespace

TEST_CASE("lm-eval tasks ask what lm-eval asks") {
  for (const auto& [name, task] : golden().items()) {
    CAPTURE(name);
    SuiteFolder folder;
    const Suite suite = load(folder, task.at("files"));
    REQUIRE(suite.test.size() == task.at("items").size());
    for (std::size_t i = 0; i < suite.test.size(); ++i) {
      const auto& expected = task.at("items")[i];
      CHECK(suite.test[i].question == expected.at("question").get<std::string>());
      if (expected.at("choices").is_null()) {
        CHECK(suite.test[i].targets.front() == expected.at("target").get<std::string>());
        CHECK(suite.kind == "qa");
      } else {
        CHECK(suite.test[i].choices == expected.at("choices").get<std::vector<std::string>>());
        CHECK(suite.test[i].answer == expected.at("target").get<int>());
        CHECK(suite.kind == "choice");
      }
    }
  }
}

TEST_CASE("the settings of an lm-eval task are the suite's") {
  SuiteFolder choice, generate;
  const Suite suite = load(choice, golden().at("choice").at("files"));
  CHECK(suite.name == "local_choice");
  CHECK(suite.version == "2.0");
  CHECK(suite.prompt.system == "Pick one.");
  CHECK(suite.metrics == std::vector<std::string>{"acc"});
  CHECK(suite.output_type == "multiple_choice");
  CHECK(suite.prompt.delimiter == " ");
  CHECK(suite.file_hashes.size() == 3);
  const Suite other = load(generate, golden().at("generate").at("files"));
  CHECK(other.prompt.max_new_tokens == 12);
  CHECK(other.prompt.stop == std::vector<std::string>{"\n", "Q:"});
  CHECK(other.metrics == std::vector<std::string>{"exact_match"});
  CHECK(other.hash != suite.hash);
  CHECK(find_suite((generate.path() / "task.yaml").string()).hash == other.hash);
}

TEST_CASE("filters and the rule of exact_match are in each item") {
  SuiteFolder folder;
  folder.write("t.yaml",
               "task: t\ndataset_path: json\noutput_type: generate_until\n"
               "dataset_kwargs: {data_files: {test: d.jsonl}}\ntest_split: test\n"
               "doc_to_text: q\ndoc_to_target: a\n"
               "filter_list: [{name: f, filter: [{function: regex, regex_pattern: '(\\d+)'}, "
               "{function: take_first}]}]\n"
               "metric_list: [{metric: exact_match, ignore_case: true}]\n");
  folder.write("d.jsonl", R"({"q": "Q:", "a": "4"})");
  const Suite suite = load_suite(folder.path());
  const Item& item = suite.test[0];
  const Metric& metric = find_metric(suite.metrics[0]);
  CHECK(score_of(metric, "it is 4 or 5", {}, item) == 1);
  CHECK(score_of(metric, "four", {}, item) == 0);
}

TEST_CASE("continuations and whole texts") {
  const std::string head =
      "task: t\ndataset_path: json\ndataset_kwargs: {data_files: {test: d.jsonl}}\n"
      "test_split: test\ndoc_to_target: \" {{a}}\"\n";
  SuiteFolder continuation, rolling;
  for (SuiteFolder* folder : {&continuation, &rolling}) {
    folder->write("d.jsonl", R"({"q": "one two", "a": "three"})");
  }
  continuation.write("t.yaml", head + "output_type: loglikelihood\ndoc_to_text: q\n");
  rolling.write("t.yaml", head + "output_type: loglikelihood_rolling\ntraining_split: test\n");
  const Suite next = load_suite(continuation.path());
  CHECK(next.metrics == std::vector<std::string>{"acc", "perplexity"});
  CHECK(next.test[0].targets[0] == " three");
  const Suite text = load_suite(rolling.path());
  CHECK(text.kind == "text");
  CHECK(text.metrics[0] == "byte_likelihood");
  CHECK(text.test[0].question.empty());
}

// As PyYAML writes a line feed, which a YAML library of C++ once read as nothing.
TEST_CASE("line feeds in folded texts are read as PyYAML reads them") {
  SuiteFolder folder;
  folder.write("t.yaml",
               "task: t\ndataset_path: json\noutput_type: generate_until\n"
               "dataset_kwargs: {data_files: {test: a.jsonl}}\ntest_split: test\n"
               "doc_to_text: q\ndoc_to_target: a\n"
               "generation_kwargs:\n  until:\n  - '\n\n    '\n  - 'a\n\n\n    b'\n");
  folder.write("a.jsonl", R"({"q": "Q1:", "a": "x"})");
  CHECK(load_suite(folder.path()).prompt.stop == std::vector<std::string>{"\n", "a\n\nb"});
}

TEST_CASE("few-shot examples come from their split") {
  SuiteFolder folder;
  folder.write("t.yaml",
               "task: t\ndataset_path: json\noutput_type: multiple_choice\n"
               "dataset_kwargs: {data_files: {train: a.jsonl, dev: [a.jsonl, b.json]}}\n"
               "training_split: train\nvalidation_split: dev\ndoc_to_text: q\n"
               "doc_to_choice: ['x', 'y']\ndoc_to_target: a\n");
  folder.write("a.jsonl", R"({"q": "Q1:", "a": 1})");
  folder.write("b.json", R"([{"q": "Q2:", "a": "x"}])");
  const Suite suite = load_suite(folder.path());
  REQUIRE(suite.train.size() == 1);
  CHECK(suite.train[0].answer == "y");
  CHECK(suite.test.size() == 2);
  CHECK(suite.test[1].answer == 0);
  CHECK(suite.dev.empty());
}

TEST_CASE("what an lm-eval task may not have is named") {
  CHECK(complaint("task", "task: t") == "none");
  const auto named = [](const std::string& key, const std::string& line, const char* problem) {
    CAPTURE(line);
    CHECK(complaint(key, line).find(problem) != std::string::npos);
  };
  named("doc_to_text", "doc_to_text: !function utils.text", "t.yaml:");
  named("doc_to_text", "doc_to_text: !function utils.text", "!function");
  named("output_type", "output_type: loglikelihood_roling", "loglikelihood_roling");
  named("dataset_path", "dataset_path: allenai/ai2_arc", "allenai/ai2_arc");
  named("fewshot_delimiter", "fewshot_delimiter: ' '", "fewshot_delimiter");
  named("filter_list", "filter_list: [{name: f, filter: [{function: uppercase}]}]", "uppercase");
  named("filter_list", "filter_list: [{name: f, filter: []}, {name: g, filter: []}]", "2 lists");
  named("metric_list", "metric_list: [{metric: word_perplexity}]", "word_perplexity");
  named("generation_kwargs", "generation_kwargs: {temperature: 0.7}", "sampling");
  named("doc_to_txt", "doc_to_txt: q", "doc_to_txt");
  named("doc_to_text", "doc_to_text: '{{ nothing }}'", "\"nothing\" is not defined");
  named("doc_to_text", "doc_to_text: '{{ q | nothing }}'", "filter \"nothing\"");
  named("dataset_kwargs", "dataset_kwargs: {data_files: {test: missing.jsonl}}", "does not exist");
  named("dataset_kwargs", "dataset_kwargs: {}", "no data file");
  named("doc_to_text", "doc_to_text: [", "not YAML");
  named("doc_to_text", "doc_to_text: !!python/name:os.system ''", "not supported");
  named("include", "include: t.yaml", "include each other");
  named("doc_to_text", "doc_to_text: &a [*a]", "too large or deep");
}

TEST_CASE("an alias cannot grow without bound") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += before + ", ";
    bomb += "x]\n";
  }
  SuiteFolder folder;
  folder.write("t.yaml", bomb);
  std::vector<fs::path> files;
  CHECK_THROWS_AS(lm_eval::read_yaml(folder.path() / "t.yaml", files), Error);
}

}  // namespace quadrant
