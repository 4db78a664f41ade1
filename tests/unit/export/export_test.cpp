#include "reports/export/export.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "tests/unit/export/small_store.h"

using namespace quadrant;
using nlohmann::json;
using test::kFailedItem, test::kMissingItem, test::kUnscoredItem, test::SmallRun, test::SmallStore;

namespace {

// Right, wrong, unscored, failed, without an answer in the suite, and one never answered.
SmallRun every_outcome() {
  SmallRun run;
  run.items = test::small_items(6);
  run.items[4].meta = {{"answerable", "false"}};
  const std::vector<double> scores{1, 0, kUnscoredItem, kFailedItem, 1, kMissingItem};
  run.cells = {{"none", "base", scores, std::nullopt, "plain"},
               {"rag", "lora", scores, 7, "a \"quoted\",\nlonger answer"},
               {"oracle", "base", scores, std::nullopt, "=1+1"}};
  return run;
}

std::string exported(const Store& store, std::int64_t run, const char* format) {
  std::string text;
  find_export_format(format).write(store, run, [&](std::string_view part) { text += part; });
  return text;
}

std::map<std::string, std::string> folder(const Store& store, std::int64_t run,
                                          const char* format) {
  std::map<std::string, std::string> files;
  find_export_format(format).write_folder(
      store, run, [&](const std::string& name, const std::function<void(const TextSink&)>& write) {
        CHECK_FALSE(files.contains(name));
        write([&](std::string_view part) { files[name] += part; });
      });
  return files;
}

std::vector<json> lines(const std::string& text) {
  std::vector<json> values;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) values.push_back(json::parse(line));
  return values;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

// RFC 4180, as strict as it is written.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1);
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      REQUIRE(cell.empty());
      quoted = true;
    } else if (c == ',' || c == '\r') {
      rows.back().push_back(std::exchange(cell, ""));
      if (c == '\r') {
        REQUIRE(text.at(++i) == '\n');
        rows.emplace_back();
      }
    } else {
      cell += c;
    }
  }
  REQUIRE(!quoted);
  rows.pop_back();
  return rows;
}

}  // namespace

TEST_CASE("formats are found by name, and a misspelt one names its nearest") {
  for (const ExportFormat& format : export_formats()) {
    CHECK(&find_export_format(format.name) == &format);
    CHECK((format.write != nullptr) != (format.write_folder != nullptr));
  }
  CHECK_THROWS_WITH_AS(find_export_format("jsnol"), doctest::Contains("did you mean jsonl?"),
                       Error);
}

TEST_CASE("jsonl and json: every record, with null for what is not known") {
  SmallStore store;
  const std::int64_t run = store.add(every_outcome());
  const auto records = lines(exported(store.store(), run, "jsonl"));
  REQUIRE(records.size() == 15);  // the sixth item has no record
  CHECK(records[0]["scores"]["contains"] == 1.0);
  CHECK(records[2]["scores"]["contains"].is_null());
  CHECK(records[2]["error"].is_null());
  CHECK(records[3]["scores"]["contains"].is_null());
  CHECK(records[3]["error"] == "the prompt is too long");
  CHECK(records[3]["logprob"].is_null());
  CHECK(records[4]["answerable"] == false);
  CHECK(records[0]["seed"].is_null());
  CHECK(records[5]["seed"] == 7);
  CHECK(records[5]["passages"][1]["in_prompt"] == false);
  CHECK(records[0]["delivered"].is_null());

  const json document = json::parse(exported(store.store(), run, "json"));
  CHECK(document["records"] == json(records));
  CHECK(document["cells"].size() == 3);
  CHECK(document["cells"][0]["expected"] == 6);
  const json& arm = document["suites"][0]["arms"][0];
  CHECK(arm["score"]["mean"] == 0.5);
  CHECK(arm["score"]["unscored"] == 3);
  CHECK(arm["errors"] == 1);
  CHECK(document["suites"][0]["verdicts"][0]["contrasts"].size() == 5);
}

TEST_CASE("csv: RFC 4180, and texts leave as they are") {
  SmallStore store;
  const std::int64_t run = store.add(every_outcome());
  const auto rows = read_csv(exported(store.store(), run, "csv"));
  REQUIRE(rows.size() == 16);
  std::map<std::string, std::size_t> column;
  for (std::size_t i = 0; i < rows[0].size(); ++i) column[rows[0][i]] = i;
  for (const auto& row : rows) CHECK(row.size() == rows[0].size());
  const auto value = [&](std::size_t row, const char* name) { return rows[row][column.at(name)]; };
  CHECK(value(1, "score_contains") == "1");
  CHECK(value(2, "score_contains") == "0");
  CHECK(value(3, "score_contains") == "");
  CHECK(value(4, "error") == "the prompt is too long");
  CHECK(value(4, "logprob") == "");
  CHECK(value(1, "logprob") == "-1.5");
  CHECK(value(5, "answerable") == "false");
  CHECK(value(6, "output") == "a \"quoted\",\nlonger answer");
  CHECK(value(11, "output") == "=1+1");
  CHECK(value(6, "docs_in_prompt") == R"(["doc-q0"])");
  CHECK(value(6, "retrieved_docs") == R"(["doc-q0","doc-x"])");
}

TEST_CASE("junit: wrong, failed, unscored and missing answers are four things") {
  SmallStore store;
  const std::int64_t run = store.add(every_outcome());
  const std::string text = exported(store.store(), run, "junit");
  CHECK(count(text, "<testsuite name=") == 3);
  CHECK(count(text, "tests=\"6\" failures=\"1\" errors=\"2\" skipped=\"1\"") == 3);
  CHECK(count(text, "<testcase ") == 18);
  CHECK(count(text, "<failure type=\"contains\"") == 3);
  CHECK(count(text, "<error type=\"error\" message=\"the prompt is too long\"") == 3);
  CHECK(count(text, "<error type=\"missing\" message=\"no answer: this cell is done\"/>") == 3);
  CHECK(count(text, "<skipped message=\"contains could not be scored\"/>") == 3);
  CHECK(count(text, "name=\"demo.rag.lora.seed7\"") >= 1);
}

TEST_CASE("lm-eval: a folder a strategy, hashes and means that its readers can check") {
  SmallStore store;
  const std::int64_t run = store.add(every_outcome());
  const auto files = folder(store.store(), run, "lm-eval");
  const std::string date = "2026-01-02T03-04-05.678000";
  REQUIRE(files.size() == 9);  // results, samples, samples of the unanswerable; three strategies
  const json results = json::parse(files.at("rag+lora+seed7/results_" + date + ".json"));
  const auto samples = lines(files.at("rag+lora+seed7/samples_demo_" + date + ".jsonl"));
  REQUIRE(samples.size() == 4);
  CHECK(lines(files.at("none+base/samples_demo_unanswerable_" + date + ".jsonl")).size() == 1);
  CHECK(results["results"]["demo"]["contains,none"] == 0.5);
  CHECK(results["results"]["demo"]["contains_stderr,none"].is_number());
  CHECK(results["results"]["demo_unanswerable"]["contains_stderr,none"] == "N/A");
  CHECK(results["n-samples"]["demo"] == json{{"original", 5}, {"effective", 2}});
  CHECK(results["higher_is_better"]["demo"]["contains"] == true);
  CHECK(results["date"] == doctest::Approx(1767323045.678));
  CHECK(results["config"]["model_args"] == "pretrained=tiny,context=rag,tuning=lora,seed=7");
  CHECK(results["configs"]["demo"]["generation_kwargs"]["until"] == json{"\n"});
  std::string hashes;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const json& sample = samples[i];
    CHECK(sample["doc_id"] == i);
    CHECK(sample["doc_hash"] == sha256_hex(sample["doc"].dump(2)));
    const auto prompt = sample["arguments"]["gen_args_0"]["arg_0"].get<std::string>();
    CHECK(sample["prompt_hash"] == sha256_hex(prompt));
    CHECK(sample["target_hash"] == sha256_hex(sample["target"].get<std::string>()));
    hashes += sample["doc_hash"].get<std::string>() + sample["prompt_hash"].get<std::string>() +
              sample["target_hash"].get<std::string>();
  }
  CHECK(results["task_hashes"]["demo"] == sha256_hex(hashes));
  CHECK(samples[0]["resps"] == json::parse(R"([["a \"quoted\",\nlonger answer"]])"));
  CHECK(samples[2]["contains"].is_null());
  CHECK(samples[3]["error"] == "the prompt is too long");
}

TEST_CASE("lm-eval: a scored answer has a request, a log-probability and greediness a choice") {
  SmallRun plan = every_outcome();
  for (Item& item : plan.items) {
    item.choices = {"no", "N"};
    item.answer = 1;
  }
  SmallStore store;
  const std::int64_t run = store.add(plan);
  store.store().database().execute(
      "UPDATE cell SET decoding='{\"method\":\"multiple_choice\"}';"
      "UPDATE record SET stop='choice',answer='{\"delimiter\":\" \",\"options\":["
      "{\"logprob\":-2.5,\"tokens\":1,\"characters\":2,\"bytes\":2,\"greedy\":false},"
      "{\"logprob\":-0.5,\"tokens\":1,\"characters\":1,\"bytes\":1,\"greedy\":true}]}' "
      "WHERE stop='eos'");
  const std::string date = "2026-01-02T03-04-05.678000";
  const auto files = folder(store.store(), run, "lm-eval");
  const json results = json::parse(files.at("none+base/results_" + date + ".json"));
  CHECK(results["configs"]["demo"]["output_type"] == "multiple_choice");
  CHECK(results["configs"]["demo"]["generation_kwargs"].is_null());
  const json sample = lines(files.at("none+base/samples_demo_" + date + ".jsonl"))[0];
  CHECK(sample["target"] == "1");
  CHECK(sample["target_hash"] == sha256_hex("1"));
  CHECK(sample["arguments"]["gen_args_1"]["arg_1"] == " N");
  CHECK(sample["resps"] == json::parse(R"([[["-2.5", "False"]], [["-0.5", "True"]]])"));
  CHECK(sample["filtered_resps"] == json::parse(R"([["-2.5", "False"], ["-0.5", "True"]])"));
  const json line = lines(exported(store.store(), run, "jsonl"))[0];
  CHECK(line["answer"]["options"][1]["greedy"] == true);
}

TEST_CASE("ragas, ragchecker, deepeval: a file a cell; a failed answer is null, not empty") {
  SmallStore store;
  const std::int64_t run = store.add(every_outcome());
  const auto ragas = folder(store.store(), run, "ragas");
  REQUIRE(ragas.size() == 3);
  const auto rag = lines(ragas.at("demo+rag+lora+seed7.jsonl"));
  REQUIRE(rag.size() == 5);
  CHECK(rag[0]["user_input"] == "What is number 0?");
  CHECK(rag[0]["reference"] == "N0");
  CHECK(rag[0]["retrieved_contexts"] == json{"Passage of q0"});  // what stood in the prompt
  CHECK(rag[0]["retrieved_context_ids"] == json{"doc-q0"});
  CHECK(rag[0]["reference_contexts"] == json{"Passage of q0"});  // of the oracle cell
  CHECK(rag[3]["response"].is_null());
  CHECK(rag[3]["error"] == "the prompt is too long");
  const auto plain = lines(ragas.at("demo+none+base.jsonl"));
  CHECK_FALSE(plain[0].contains("retrieved_contexts"));

  const json checker =
      json::parse(folder(store.store(), run, "ragchecker").at("demo+rag+lora+seed7.json"));
  REQUIRE(checker["results"].size() == 5);
  CHECK(checker["results"][0]["query_id"] == "q0");
  CHECK(checker["results"][0]["gt_answer"] == "N0");
  CHECK(checker["results"][0]["retrieved_context"] ==
        json::parse(R"([{"doc_id":"doc-q0","text":"Passage of q0"}])"));
  CHECK(checker["results"][3]["response"].is_null());

  const json cases = json::parse(folder(store.store(), run, "deepeval").at("demo+none+base.json"));
  REQUIRE(cases.size() == 5);
  CHECK(cases[0]["input"] == "What is number 0?");
  CHECK(cases[0]["actual_output"] == "plain");
  CHECK(cases[0]["expected_output"] == "N0");
  CHECK(cases[0]["retrieval_context"].is_null());
  CHECK(cases[0]["context"] == json{"Passage of q0"});
}

TEST_CASE("md: tables and verdicts; nothing of a name is markup") {
  SmallStore store;
  SmallRun plan = every_outcome();
  plan.suite = "de|mo <b>`x` [a](javascript:b)";
  const std::int64_t run = store.add(plan);
  const std::string text = exported(store.store(), run, "md");
  CHECK(count(text, "## de\\|mo \\<b\\>\\`x\\` [a]\\(javascript:b)") == 1);
  CHECK(count(text, "| base | 50.0 |") == 1);
  // The gold passage brings nothing here, so no verdict can be valid.
  CHECK(count(text, "### no tuned arm: INVALID") == 1);
}

TEST_CASE("hostile text comes out whole, in files that can be read") {
  SmallStore store;
  SmallRun plan;
  plan.items = test::small_items(1);
  plan.items[0].id = "../<q>\xEF\xBF\xBF";
  plan.suite = "../up & down";
  const std::string answer = std::string("\xFF\x00<&\"]]>\x1B\r\n=cmd()", 17) + "\u202E\uFFFE";
  plan.cells = {{"none", "base", {0}, std::nullopt, answer}};
  const std::int64_t run = store.add(plan);
  const std::string shown = std::string("\uFFFD") + answer.substr(1);
  CHECK(lines(exported(store.store(), run, "jsonl"))[0]["output"] == shown);
  const auto rows = read_csv(exported(store.store(), run, "csv"));
  CHECK(rows[1][13] == shown);
  const std::string junit = exported(store.store(), run, "junit");
  CHECK(junit.find("<failure type=\"contains\" message=\"contains 0, wanted: N0\">"
                   "\uFFFD\u2400&lt;&amp;&quot;]]&gt;\u241B\u240D\n=cmd()[U+202E]\uFFFD<") !=
        std::string::npos);
  CHECK(junit.find("name=\"../&lt;q&gt;\uFFFD\"") != std::string::npos);
  for (const char* format : {"lm-eval", "ragas"}) {
    for (const auto& [name, text] : folder(store.store(), run, format)) {
      CHECK(name.find("..") == std::string::npos);
      CHECK(name.find(' ') == std::string::npos);
    }
  }
}
