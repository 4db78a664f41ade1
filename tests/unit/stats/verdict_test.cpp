#include <doctest/doctest.h>

#include <set>

#include "harness/stats/verdict_text.h"
#include "tests/unit/stats/worlds.h"

using namespace quadrant;

namespace {

Verdict verdict_of(const World& world, std::optional<Single> best = std::nullopt) {
  auto input = simulate(world, 7);
  input.best_single = best;
  return judge(input);
}

// All numbers in a text, sorted: the languages name them in another order.
std::multiset<std::string> numbers_of(const std::string& text) {
  std::multiset<std::string> numbers;
  std::string number;
  for (const char c : text + " ") {
    if ((c >= '0' && c <= '9') || (c == '.' && !number.empty())) {
      number += c;
    } else {
      if (!number.empty() && number.back() == '.') number.pop_back();
      if (!number.empty()) numbers.insert(number);
      number.clear();
    }
  }
  return numbers;
}

void print(const Verdict& verdict) {
  std::string text = to_string(verdict.kind);
  for (const auto& sentence : verdict.sentences) text += "\n  " + sentence;
  MESSAGE(text);
}

}  // namespace

TEST_CASE("each verdict comes from the world that deserves it") {
  struct Row {
    VerdictKind kind;
    World world;
    Interaction interaction;
  };
  const std::vector<Row> rows{
      {VerdictKind::kContextWins,
       {.clusters = 80, .base = 0.1, .context = 0.7, .model = 0.3, .both = 0.7},
       Interaction::kSubAdditiveRemovable},
      {VerdictKind::kModelWins,
       {.clusters = 80, .base = 0.1, .context = 0.3, .model = 0.7, .both = 0.7},
       Interaction::kSubAdditiveRemovable},
      {VerdictKind::kBothWin,
       {.clusters = 80, .base = 0.1, .context = 0.3, .model = 0.3, .both = 0.9},
       Interaction::kSuperAdditive},
      {VerdictKind::kInterference,
       {.clusters = 80, .base = 0.1, .context = 0.7, .model = 0.5, .both = 0.3},
       Interaction::kAntagonistic},
      {VerdictKind::kEquivalent,
       {.clusters = 400, .base = 0.3, .context = 0.5, .model = 0.5, .both = 0.5, .shared = 0.97},
       Interaction::kSubAdditiveRemovable},
      {VerdictKind::kNoVerdict,
       {.clusters = 20, .base = 0.3, .context = 0.4, .model = 0.35, .both = 0.4},
       Interaction::kNotDetermined},
  };
  for (const auto& row : rows) {
    const auto verdict = verdict_of(row.world);
    print(verdict);
    CHECK(std::string(to_string(verdict.kind)) == to_string(row.kind));
    CHECK(std::string(to_string(verdict.interaction)) == to_string(row.interaction));
    CHECK(verdict.contrasts.size() == 5);
    CHECK(verdict.sentences.size() >= 2);
    CHECK(verdict.sentences.size() <= 4);
    CHECK(!verdict.fragile);
  }
}

TEST_CASE("a failed check makes the verdict invalid and is named") {
  auto input = simulate({.context = 0.9}, 1);
  input.checks = {{"finite loss", true, ""},
                  {"reader works", false, "oracle - base = +1.2 points"}};
  input.views = {{AlternativeView::Kind::kMetric, "f1", simulate({}, 2).scores}};
  const auto verdict = judge(input);
  CHECK(std::string(to_string(verdict.kind)) == "INVALID");
  CHECK(verdict.failed_checks.size() == 1);
  CHECK(!verdict.fragile);
  CHECK(verdict.sentences[0] ==
        "On score, the arms cannot be compared, because a check failed: reader works (oracle - "
        "base = +1.2 points).");
}

TEST_CASE("a verdict that another view changes is fragile") {
  auto input = simulate({.clusters = 80, .base = 0.1, .context = 0.7, .both = 0.7}, 3);
  using View = AlternativeView::Kind;
  input.views = {{View::kWithoutSeed, "1", input.scores},
                 {View::kMetric, "f1", simulate({.clusters = 80}, 4).scores}};
  const auto verdict = judge(input);
  CHECK(verdict.kind == VerdictKind::kContextWins);
  CHECK(verdict.fragile);
  REQUIRE(verdict.fragile_reasons.size() == 1);
  const FragileReason& reason = verdict.fragile_reasons[0];
  CHECK(describe(reason, Language::kEnglish) == "metric f1: NO VERDICT AT THIS n");
  CHECK(describe(reason, Language::kKorean) == "지표 f1: 현재 n으로는 판정 불가");
}

TEST_CASE(
    "unseen templates make a verdict fragile when they contradict it, not when they are few") {
  auto input = simulate({.clusters = 80, .base = 0.1, .context = 0.7, .both = 0.7}, 3);
  ArmScores few = input.scores, turned = input.scores;
  std::swap(turned.context, turned.model);
  for (std::size_t i = 0; i < input.clusters.size(); ++i) {
    if (i % 20 == 0) continue;
    for (auto* arms : {&few, &turned}) {
      for (auto* arm : {&arms->base, &arms->context, &arms->model, &arms->both}) {
        (*arm)[i] = kUnknown;
      }
    }
  }
  constexpr auto kUnseen = AlternativeView::Kind::kUnseenTemplates;
  input.views = {{kUnseen, "", few}};
  CHECK(!judge(input).fragile);
  input.views = {{kUnseen, "", turned}};
  const auto verdict = judge(input);
  REQUIRE(verdict.fragile_reasons.size() == 1);
  CHECK(describe(verdict.fragile_reasons[0], Language::kEnglish).starts_with("unseen templates: "));
}

TEST_CASE("sentences in Korean hold the same numbers, and the scope ends both languages") {
  const std::vector<World> worlds{
      {.clusters = 80, .base = 0.1, .context = 0.7, .model = 0.3, .both = 0.7},
      {.clusters = 80, .base = 0.1, .context = 0.3, .model = 0.7, .both = 0.7},
      {.clusters = 80, .base = 0.1, .context = 0.3, .model = 0.3, .both = 0.9},
      {.clusters = 80, .base = 0.1, .context = 0.7, .model = 0.5, .both = 0.3},
      {.clusters = 400, .base = 0.3, .context = 0.5, .model = 0.5, .both = 0.5, .shared = 0.97},
      {.clusters = 20}};
  for (const World& world : worlds) {
    auto input = simulate(world, 7);
    input.labels = {"the base model", "rag", "lora", "rag + lora", "company_qa (contains)"};
    input.scope = {"smollm2-135m-instruct", "company_qa 2", 80, 40, {0, 1}, 5, 2};
    const Verdict verdict = judge(input);
    const auto korean = verdict_sentences(verdict, Language::kKorean);
    REQUIRE(korean.size() == verdict.sentences.size());
    std::string text = to_string(verdict.kind, Language::kKorean);
    for (std::size_t i = 0; i < korean.size(); ++i) {
      text += "\n  " + korean[i];
      CHECK(numbers_of(korean[i]) == numbers_of(verdict.sentences[i]));
    }
    MESSAGE(text);
    CHECK(korean[0].starts_with("company_qa (contains)에서, "));
    CHECK(verdict.sentences.back() ==
          "This applies to smollm2-135m-instruct on company_qa 2 (80 questions in 40 clusters), "
          "seeds 0, 1, 5 prompt templates (2 unseen); other models, data or seeds may give another "
          "answer.");
  }
}

TEST_CASE("two seeds of one cell never win") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto input = simulate({.clusters = 60, .shared = 0.9}, seed);
    input.resamples = 1000;
    const auto kind = judge(input).kind;
    CHECK((kind == VerdictKind::kEquivalent || kind == VerdictKind::kNoVerdict));
  }
  // The same answers four times over: no spread, yet no certainty with 40 clusters.
  auto input = simulate({.clusters = 40}, 1);
  input.scores.context = input.scores.model = input.scores.both = input.scores.base;
  const auto few = judge(input);
  CHECK(few.kind == VerdictKind::kNoVerdict);
  CHECK(few.contrasts[2].method == IntervalMethod::kFlat);
  CHECK(few.contrasts[2].mde > 0);
  print(few);
  auto many = simulate({.clusters = 100}, 1);
  many.scores.context = many.scores.model = many.scores.both = many.scores.base;
  CHECK(judge(many).kind == VerdictKind::kEquivalent);
}

TEST_CASE("the two arms together may be missing") {
  auto input = simulate({.clusters = 80, .base = 0.1, .context = 0.8, .model = 0.3}, 5);
  input.scores.both.clear();
  const auto verdict = judge(input);
  CHECK(verdict.kind == VerdictKind::kContextWins);
  CHECK(verdict.contrasts.size() == 5);
  CHECK(!verdict.contrasts[3].available);
  CHECK(!verdict.contrasts[4].available);
  CHECK(verdict.interaction == Interaction::kNotDetermined);
  CHECK(verdict.sentences[2] == "both was not measured, so nothing is known of the two together.");
}

TEST_CASE("unscored items leave only the contrasts that need them") {
  auto input = simulate({.clusters = 30}, 6);
  input.scores.model[0] = input.scores.model[1] = input.scores.both[5] = kUnknown;
  const auto verdict = judge(input);
  CHECK(verdict.contrasts[0].unscored == 0);
  CHECK(verdict.contrasts[1].unscored == 2);
  CHECK(verdict.contrasts[4].unscored == 3);
  CHECK(verdict.contrasts[4].n == 117);
  CHECK(verdict.sentences.back().find("up to 3 items unscored") != std::string::npos);

  for (double& score : input.scores.model) score = kUnknown;
  input.scores.both.clear();
  const auto without_model = judge(input);
  CHECK(!without_model.contrasts[1].available);
  // An arm without any score was not run: the one difference there is leaves nothing out.
  CHECK(without_model.sentences.back().find("unscored") == std::string::npos);
}

TEST_CASE("the best single is the caller's, or flagged as chosen here") {
  const World world{.clusters = 60, .base = 0.1, .context = 0.6, .model = 0.3, .both = 0.5};
  const auto chosen = verdict_of(world, Single::kModel);
  CHECK(!chosen.best_single_from_test);
  CHECK(chosen.contrasts[3].description == "both - model");
  const auto found = verdict_of(world), told = verdict_of(world, Single::kContext);
  CHECK(found.best_single_from_test);
  CHECK(found.best_single == Single::kContext);
  CHECK(found.contrasts[3].p == doctest::Approx(2 * told.contrasts[3].p));
}

TEST_CASE("both above the best single but below base is no win") {
  const auto verdict =
      verdict_of({.clusters = 80, .base = 0.9, .context = 0.2, .model = 0.2, .both = 0.5});
  CHECK(verdict.contrasts[3].detected == 1);
  CHECK(verdict.kind != VerdictKind::kBothWin);
}

TEST_CASE("a metric of which less is better turns the verdict") {
  auto input =
      simulate({.clusters = 80, .base = 0.7, .context = 0.1, .model = 0.6, .both = 0.1}, 8);
  input.higher_is_better = false;
  const auto verdict = judge(input);
  CHECK(verdict.kind == VerdictKind::kContextWins);
  CHECK(verdict.contrasts[0].estimate > 0.4);
}

TEST_CASE("one cluster: an estimate, no interval, no verdict") {
  auto input = simulate({.clusters = 1, .per_cluster = 30, .context = 1}, 9);
  const auto verdict = judge(input);
  CHECK(verdict.kind == VerdictKind::kNoVerdict);
  CHECK(verdict.contrasts[0].available);
  CHECK(verdict.contrasts[0].p == 1);
  print(verdict);
}

TEST_CASE("numbers in sentences") {
  CHECK(format_points(0.1243) == "+12.4");
  CHECK(format_points(-0.0001) == "+0.0");
  CHECK(format_points(kUnknown) == "n/a");
  CHECK(format_bounds(-0.031, 0.054) == "[-3.1, 5.4]");
  CHECK(format_bounds(kUnknown, 1) == "[n/a]");

  auto input =
      simulate({.clusters = 80, .base = 0.1, .context = 0.3, .model = 0.7, .both = 0.7}, 7);
  input.labels = {"prompt only", "rag", "lora", "rag + lora", "contains"};
  const auto verdict = judge(input);
  const auto& t3 = verdict.contrasts[2];
  CHECK(t3.description == "rag - lora");
  const auto expected = "On contains, lora is better than rag by " +
                        format_points(-t3.estimate).substr(1) + " points " +
                        format_bounds(-t3.high, -t3.low);
  CHECK(verdict.sentences[0].substr(0, expected.size()) == expected);
}
