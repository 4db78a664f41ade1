// The metrics against other people's programs; tests/golden/make_metrics.py made the numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "harness/metrics/bleu.h"
#include "harness/metrics/calibration.h"
#include "harness/metrics/constraints.h"
#include "harness/metrics/metric.h"
#include "harness/metrics/option_scores.h"
#include "harness/metrics/porter.h"
#include "harness/metrics/schema.h"

using namespace quadrant;
using Texts = std::vector<std::string>;
using Numbers = std::vector<double>;

namespace {

const nlohmann::json& golden() {
  static const auto data = nlohmann::json::parse(
      read_text(std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden/metrics.json"));
  return data;
}

void check_near(double value, const nlohmann::json& wanted) {
  CHECK(std::abs(value - wanted.get<double>()) < 1e-6);
}

Item item_of(const nlohmann::json& row) {
  Item item;
  item.targets = row["targets"].get<Texts>();
  return item;
}

double corpus_value(const std::string& name, const std::vector<Numbers>& statistics) {
  Numbers sums(statistics[0].size(), 0.0);
  for (const Numbers& one : statistics) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += one[i];
  }
  return find_metric(name).from_statistics(sums);
}

}  // namespace

TEST_CASE("ROUGE as rouge-score") {
  for (const auto& row : golden()["rouge"]) {
    CAPTURE(row.dump());
    for (const auto& [name, wanted] : row.items()) {
      if (!name.starts_with("rouge")) continue;
      CAPTURE(name);
      check_near(find_metric(name).score(row["output"], item_of(row)), wanted);
    }
  }
}

TEST_CASE("stems as NLTK's PorterStemmer") {
  for (const auto& [word, stem] : golden()["stems"].items()) {
    CAPTURE(word);
    CHECK(porter_stem(word) == stem.get<std::string>());
  }
}

TEST_CASE("BLEU and chrF of sentences as sacreBLEU") {
  for (const auto& row : golden()["sentences"]) {
    CAPTURE(row.dump());
    const std::string output = row["output"];
    CHECK(tokenize_13a(output) == row["tokens"].get<Texts>());
    check_near(find_metric("bleu").score(output, item_of(row)), row["bleu"]);
    check_near(find_metric("chrf").score(output, item_of(row)), row["chrf"]);
  }
}

TEST_CASE("BLEU and chrF of corpora as sacreBLEU") {
  const auto& sentences = golden()["sentences"];
  for (const auto& row : golden()["corpora"]) {
    CAPTURE(row.dump());
    for (const std::string name : {"bleu", "chrf"}) {
      std::vector<Numbers> statistics;
      for (std::size_t i = row["pairs"][0]; i < row["pairs"][1].get<std::size_t>(); ++i) {
        statistics.push_back(
            find_metric(name).statistics(sentences[i]["output"], item_of(sentences[i])));
      }
      check_near(corpus_value(name, statistics), row[name]);
    }
  }
}

TEST_CASE("macro-F1 and Matthews' correlation as scikit-learn") {
  const Texts labels{"zero", "one", "two", "three", "four", "five"};
  for (const auto& row : golden()["confusions"]) {
    CAPTURE(row.dump());
    const std::size_t size = row["labels"];
    for (const std::string name : {"macro_f1", "mcc"}) {
      std::vector<Numbers> statistics;
      for (std::size_t i = 0; i < row["right"].size(); ++i) {
        Item item;
        item.choices = Texts(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(size));
        item.answer = row["right"][i].get<int>();
        const std::size_t named = row["named"][i];
        statistics.push_back(
            find_metric(name).statistics(named < size ? labels[named] : "no label", item));
      }
      check_near(corpus_value(name, statistics), row[name]);
    }
  }
}

TEST_CASE("instructions as lm-eval's IFEval") {
  const auto& answers = golden()["instructions"]["answers"];
  for (const auto& row : golden()["instructions"]["rows"]) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      for (const bool loose : {false, true}) {
        const auto& wanted = row[loose ? "loose" : "strict"][i];
        CAPTURE(row["constraint"].dump());
        CAPTURE(answers[i].dump());
        CAPTURE(loose);
        const auto kept = follows(nlohmann::json::array({row["constraint"]}), answers[i], loose);
        CHECK(kept == std::vector<bool>{wanted.get<bool>()});
      }
    }
  }
}

TEST_CASE("answer options as lm-eval") {
  for (const auto& row : golden()["options"]) {
    CAPTURE(row.dump());
    const auto given = row["given"].get<Numbers>(), alone = row["alone"].get<Numbers>();
    const auto options = row["choices"].get<Texts>();
    const int gold = row["gold"];
    CHECK((most_likely(given) == gold) == (row["acc"] == 1));
    CHECK((most_likely_per_character(given, options) == gold) == (row["acc_norm"] == 1));
    CHECK((most_likely_per_byte(given, options) == gold) == (row["acc_bytes"] == 1));
    CHECK((most_informative(given, alone) == gold) == (row["acc_mutual_info"] == 1));
    check_near(brier(option_probabilities(given), gold), row["brier_score"]);
  }
}

TEST_CASE("calibration as NumPy and scikit-learn") {
  for (const auto& row : golden()["calibration"]) {
    const auto confidence = row["confidence"].get<Numbers>(), right = row["right"].get<Numbers>();
    CAPTURE(confidence.size());
    check_near(calibration_error(confidence, right), row["ece"]);
    check_near(risk_coverage_area(confidence, right), row["aurc"]);
    const double area = auroc(confidence, right);
    if (row["auroc"].is_null()) {
      CHECK(std::isnan(area));
    } else {
      check_near(area, row["auroc"]);
    }
  }
}

TEST_CASE("schemas as jsonschema's draft 2020-12") {
  for (const auto& row : golden()["schemas"]) {
    CAPTURE(row[0].dump());
    CHECK_NOTHROW(check_schema(row[0]));
    for (const auto& [value, valid] : row[1].get<std::vector<std::pair<nlohmann::json, bool>>>()) {
      CAPTURE(value.dump());
      CHECK(fits_schema(row[0], value) == valid);
    }
  }
}
