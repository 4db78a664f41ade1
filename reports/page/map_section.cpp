#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

// Paired gain of one arm over another on the answerable items.
ValueWithBounds gain(const SuiteReport& suite, const ArmReport& arm, const ArmReport& base) {
  if (&arm == &base) return {0, kUnknown, kUnknown};
  std::vector<double> differences;
  std::vector<std::string> clusters;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    if (!suite.items[i].answerable) continue;
    differences.push_back(arm.scores[i] - base.scores[i]);
    clusters.push_back(suite.items[i].cluster);
  }
  const MeanInterval interval =
      cluster_t_interval(differences, number_clusters(clusters), 0.95, {-1, 1});
  return {interval.mean, interval.low, interval.high};
}

std::string gain_text(const ValueWithBounds& gain) {
  return fmt::format("{} {}", format_points(gain.value), format_bounds(gain.low, gain.high));
}

struct Gains {
  QuadrantMap map;
  std::string best_context, best_tuning;  // "rag by +61.0 [...]"
};

QuadrantAxisArm axis_arm(const SuiteReport& suite, const std::string& name, const ArmReport* arm,
                         const ArmReport& base) {
  return {name, arm ? gain(suite, *arm, base) : ValueWithBounds{}};
}

std::string best_of(const std::vector<QuadrantAxisArm>& arms, const std::vector<bool>& competes) {
  const QuadrantAxisArm* best = nullptr;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (!competes[i] || std::isnan(arms[i].gain.low)) continue;
    if (!best || arms[i].gain.value > best->gain.value) best = &arms[i];
  }
  return best ? fmt::format("{} {}", best->name, gain_text(best->gain)) : "";
}

void add_dots(const ReportModel& model, const SuiteReport& suite, const ArmReport& base,
              QuadrantMap& map) {
  for (const ArmReport& arm : suite.arms) {
    if (std::isnan(arm.score.mean)) continue;
    QuadrantDot dot{arm.tuning, arm.context, arm.score.mean, std::nullopt, ""};
    const double x = map.tunings[static_cast<std::size_t>(arm.tuning)].gain.value;
    const double y = map.contexts[static_cast<std::size_t>(arm.context)].gain.value;
    const bool combined =
        arm.context != zero_shot_context(model) && arm.tuning != base_tuning(model);
    dot.tooltip = arm_label(model, arm) + ": " + score_with_bounds(arm.score);
    if (combined && std::isfinite(x) && std::isfinite(y)) {
      dot.expected = std::clamp(base.score.mean + x + y, 0.0, 1.0);
      dot.tooltip += model.say("; the gains added up would give {}", "; 두 향상을 더하면 {}",
                               score_text(*dot.expected));
    }
    map.dots.push_back(dot);
  }
}

Gains gains_of(const ReportModel& model, const SuiteReport& suite, const ArmReport& base,
               const std::string& id) {
  Gains gains;
  std::vector<bool> contexts, tunings;
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    gains.map.contexts.push_back(axis_arm(suite, model.contexts[c].name,
                                          find_arm(suite, static_cast<int>(c), base_tuning(model)),
                                          base));
    contexts.push_back(model.contexts[c].kind != "oracle");
  }
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    gains.map.tunings.push_back(
        axis_arm(suite, model.tunings[t].name,
                 find_arm(suite, zero_shot_context(model), static_cast<int>(t)), base));
    tunings.push_back(true);
  }
  gains.best_context = best_of(gains.map.contexts, contexts);
  gains.best_tuning = best_of(gains.map.tunings, tunings);
  add_dots(model, suite, base, gains.map);
  const Say& say = model.say;
  const std::string none = say("none measured", "측정 안 함");
  gains.map.x_title = say("gain from changing the model, points →", "모델을 바꾸어 얻은 점수 →");
  gains.map.y_title = say("↑ gain from changing what the model sees, points",
                          "↑ 모델이 보는 것을 바꾸어 얻은 점수");
  gains.map.words = {id,
                     say("{}: gain from context against gain from the model",
                         "{}: 컨텍스트로 얻은 점수와 모델로 얻은 점수", suite.name),
                     say("Largest gain from context: {}. Largest gain from the model: {}.",
                         "컨텍스트의 가장 큰 향상: {}. 모델의 가장 큰 향상: {}.",
                         gains.best_context.empty() ? none : gains.best_context,
                         gains.best_tuning.empty() ? none : gains.best_tuning)};
  return gains;
}

std::string gain_table(const ReportModel& model, const SuiteReport& suite, const QuadrantMap& map) {
  const Say& say = model.say;
  Table table(say("{}: gains over the base model, one thing changed",
                  "{}: 기본 모델보다 얻은 점수, 하나만 바꿀 때", suite.name),
              {say("Changed", "바꾼 것"), say("Gain in points", "얻은 점수")});
  for (const auto& arm : map.contexts) {
    if (std::isfinite(arm.gain.low)) table.add({arm.name, gain_text(arm.gain)});
  }
  for (const auto& arm : map.tunings) {
    if (std::isfinite(arm.gain.low)) table.add({arm.name, gain_text(arm.gain)});
  }
  Table sums(say("{}: both changed", "{}: 둘 다 바꿀 때", suite.name),
             {say("Strategy", "방식"), say("Score", "점수"),
              say("If the gains added up", "향상이 더해진다면")});
  bool any = false;
  for (const QuadrantDot& dot : map.dots) {
    if (!dot.expected) continue;
    any = true;
    sums.add({arm_label(model, dot.y, dot.x), score_text(dot.score), score_text(*dot.expected)});
  }
  return table.html() + (any ? sums.html() : "");
}

}  // namespace

std::string map_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    const ArmReport* base = find_arm(suite, zero_shot_context(model), base_tuning(model));
    if (!base || std::isnan(base->score.mean)) continue;
    const Gains gains = gains_of(model, suite, *base, chart_id(model, "map", s));
    finding += say("{}On {}, {}; {}.", "{}{}: {}; {}.", finding.empty() ? "" : " ", suite.name,
                   gains.best_context.empty()
                       ? say("no context was measured", "컨텍스트는 측정하지 않았습니다")
                       : say("changing what the model sees brings most with {}",
                             "모델이 보는 것을 바꾸면 가장 많이 얻는 것은 {}", gains.best_context),
                   gains.best_tuning.empty()
                       ? say("no tuned model was measured", "학습한 모델은 측정하지 않았습니다")
                       : say("changing the model brings most with {}",
                             "모델을 바꾸면 가장 많이 얻는 것은 {}", gains.best_tuning));
    body += suite_heading(model, suite);
    body += figure(
        say, draw_quadrant_map(gains.map),
        say("Right means that changing the model helps, up that changing what it sees helps, both "
            "over the base model. A disc is a strategy that was measured, its area and number the "
            "score. At a crossing both are changed: a dashed ring is the score if both gains added "
            "up, so a disc smaller than its ring gives less than that. A context with the right "
            "passage in hand (oracle) is a ceiling, not something one could use.",
            "오른쪽은 모델을 바꾸는 것이, 위쪽은 모델이 보는 것을 바꾸는 것이 기본 모델보다 낫다는 "
            "뜻입니다. 원은 측정한 방식이고 넓이와 숫자가 점수입니다. 만나는 곳은 둘 다 바꾼 "
            "것이며, 점선 고리는 두 향상이 그대로 더해질 때의 점수입니다. 원이 고리보다 작으면 "
            "그만큼 얻지 못한 것입니다. 맞는 문단을 손에 쥔 컨텍스트(oracle)는 상한일 뿐, 실제로 "
            "쓸 수는 없습니다."));
    body += fold(say("The same numbers as a table", "같은 숫자를 표로"),
                 gain_table(model, suite, gains.map));
  }
  return body.empty() ? ""
                      : section(model, "map", say("Quadrant map", "사분면 지도"), finding, body);
}

}  // namespace quadrant
