#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string best_sentence(const ReportModel& model, const SuiteReport& suite) {
  const ArmReport* best = best_arm(suite);
  const auto tied = std::count_if(suite.arms.begin(), suite.arms.end(),
                                  [](const ArmReport& arm) { return arm.among_best; });
  const Say& say = model.say;
  if (!best) return say("{} has no scored answers.", "{}: 채점된 답이 없습니다.", suite.name);
  std::string text =
      say("On {} by {}, {} scores best with {}", "{}, {} 기준: {} 방식이 가장 좋습니다, {}",
          suite.name, suite.metric, arm_label(model, *best), score_with_bounds(best->score));
  const ArmReport* base = find_arm(suite, zero_shot_context(model), base_tuning(model));
  if (base && base != best) {
    text += say("; base has {}", "; 기본 모델은 {}", score_with_bounds(base->score));
  }
  if (tied > 1) {
    text += say("; {} other{} cannot be told from it", "; 다른 {}개{} 방식과는 구별되지 않습니다",
                tied - 1, tied > 2 && !say.korean() ? "s" : "");
  }
  return text + ".";
}

HeatCell heat_cell(const ReportModel& model, const SuiteReport& suite, int context, int tuning) {
  const ArmReport* arm = find_arm(suite, context, tuning);
  HeatCell cell;
  if (!arm || std::isnan(arm->score.mean)) return cell;
  cell.measured = true;
  cell.marked = arm->among_best;
  cell.ceiling = is_oracle(model, *arm);
  cell.score = {arm->score.mean, arm->score.low, arm->score.high};
  cell.tooltip = model.say("{}: {}, {} items in {} clusters, {} unscored",
                           "{}: {}, 문항 {}개, 군집 {}개, 채점 안 됨 {}개", arm_label(model, *arm),
                           score_with_bounds(arm->score), arm->score.n, arm->score.clusters,
                           arm->score.unscored);
  return cell;
}

HeatMap heat_map(const ReportModel& model, const SuiteReport& suite, const std::string& id) {
  HeatMap map;
  map.words = {id,
               model.say("{}: {} by context and model", "{}: 컨텍스트와 모델별 {}", suite.name,
                         suite.metric),
               best_sentence(model, suite)};
  map.not_run = model.say("not run", "실행 안 함");
  for (const ContextArm& context : model.contexts) {
    map.columns.push_back(context.kind == "oracle"
                              ? model.say("{} (ceiling)", "{} (상한)", context.name)
                              : context.name);
  }
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    map.rows.push_back(model.tunings[t].name);
    for (std::size_t c = 0; c < model.contexts.size(); ++c) {
      map.cells.push_back(heat_cell(model, suite, static_cast<int>(c), static_cast<int>(t)));
    }
  }
  return map;
}

std::string seeds_text(const Say& say, const ArmReport& arm) {
  return arm.seeds.empty() ? say("none needed", "필요 없음")
                           : fmt::format("{}", fmt::join(arm.seeds, ", "));
}

std::string score_table(const ReportModel& model, const SuiteReport& suite) {
  std::vector<std::string> metrics;
  for (const ArmReport& arm : suite.arms) {
    for (const MetricValue& value : arm.metrics) {
      if (value.metric == suite.metric ||
          std::find(metrics.begin(), metrics.end(), value.metric) != metrics.end()) {
        continue;
      }
      metrics.push_back(value.metric);
    }
  }
  const Say& say = model.say;
  std::vector<std::string> columns{say("Strategy", "방식"), suite.metric};
  columns.insert(columns.end(), metrics.begin(), metrics.end());
  for (const std::string& name :
       {say("Items", "문항"), say("Clusters", "군집"), say("Unscored", "채점 안 됨"),
        say("Seeds", "시드"), say("From", "출처")}) {
    columns.push_back(name);
  }
  Table table(
      say("{}: every metric, answerable items", "{}: 모든 지표, 답할 수 있는 문항", suite.name),
      columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm), score_with_bounds(arm.score)};
    for (const std::string& metric : metrics) {
      std::string text = "n/a";
      for (const MetricValue& value : arm.metrics) {
        if (value.metric == metric) text = score_with_bounds(value.value);
      }
      row.push_back(text);
    }
    row.push_back(std::to_string(arm.score.n));
    row.push_back(std::to_string(arm.score.clusters));
    row.push_back(std::to_string(arm.score.unscored));
    row.push_back(seeds_text(say, arm));
    row.push_back(arm.cached ? say("earlier run", "앞선 실행") : say("this run", "이 실행"));
    table.add(row);
  }
  return table.html();
}

std::string slice_scores(const ReportModel& model, const SuiteReport& suite) {
  if (suite.slices.size() < 2) return "";
  const Say& say = model.say;
  std::vector<std::string> columns{say("Strategy", "방식")};
  for (const std::string& slice : suite.slices) columns.push_back(slice_name(say, slice));
  Table table(say("{}: {} by slice", "{}: 부분별 {}", suite.name, suite.metric), columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm)};
    for (const MeanInterval& slice : arm.slices) row.push_back(score_with_bounds(slice));
    table.add(row);
  }
  return table.html();
}

}  // namespace

std::string score_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (suite.arms.empty()) continue;
    finding += (finding.empty() ? "" : " ") + best_sentence(model, suite);
    body += suite_heading(model, suite);
    body += figure(
        say, draw_heat_map(heat_map(model, suite, chart_id(model, "heat", s))),
        say("Rows are what the model is, columns what it sees. Each square has the mean score over "
            "answerable items and its 95 % interval; the stronger the blue, the higher, on one "
            "scale for the whole page. A frame and a star mark the best strategy and all that "
            "a paired comparison cannot tell from it; the ceiling stays out.",
            "행은 모델이 무엇인지, 열은 모델이 무엇을 보는지입니다. 칸마다 답할 수 있는 문항의 "
            "평균 점수와 95 % 신뢰구간이 있고, 파랑이 짙을수록 높으며 눈금은 쪽 전체에서 "
            "하나입니다. 테두리와 별은 가장 좋은 방식과, 짝지은 비교로 그것과 구별되지 않는 "
            "방식입니다. 상한은 빼고 봅니다."));
    body += slice_scores(model, suite);
    body +=
        fold(say("Every metric, items, seeds", "모든 지표, 문항, 시드"), score_table(model, suite));
  }
  return body.empty() ? "" : section(model, "scores", say("Scores", "점수"), finding, body);
}

}  // namespace quadrant
