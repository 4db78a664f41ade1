#include <fmt/format.h>

#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string in_words(const Say& say, Interaction interaction) {
  switch (interaction) {
    case Interaction::kNotDetermined:
      return say("the data cannot tell", "이 데이터로는 알 수 없음");
    case Interaction::kAdditive:
      return say("they add up", "더해짐");
    case Interaction::kAntagonistic:
      return say("they hurt each other: both together are worse than the better one",
                 "서로 해침: 함께 쓰면 더 나은 하나보다 나쁨");
    case Interaction::kSubAdditiveRemovable:
      return say("less than their sum, which the end of the scale alone could explain",
                 "합보다 적음. 점수의 끝에 가까운 탓일 수도 있음");
    case Interaction::kSuperAdditive:
      return say("more than their sum", "합보다 많음");
  }
  return "";
}

std::string sentence(const ReportModel& model, const SuiteReport& suite) {
  std::string text;
  for (const VerdictReport& report : suite.verdicts) {
    if (!report.whole || report.tuning < 0 || report.context < 0) continue;
    const Contrast& contrast = report.verdict.contrasts[4];
    if (!contrast.available) continue;
    text += model.say("{}{} with {} on {}: {} {} points ({}).", "{}{}와(과) {}, {}: {}점 {} ({}).",
                      text.empty() ? "" : " ",
                      model.contexts[static_cast<std::size_t>(report.context)].name,
                      model.tunings[static_cast<std::size_t>(report.tuning)].name, suite.name,
                      format_points(contrast.estimate), format_bounds(contrast.low, contrast.high),
                      in_words(model.say, report.verdict.interaction));
  }
  return text;
}

InteractionPlot plot_of(const ReportModel& model, const SuiteReport& suite) {
  InteractionPlot plot;
  plot.y_title = model.say("score", "점수");
  for (const TuningArm& tuning : model.tunings) plot.places.push_back(tuning.name);
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    InteractionSeries series{model.contexts[c].name, {}};
    bool any = false;
    for (std::size_t t = 0; t < model.tunings.size(); ++t) {
      const ArmReport* arm = find_arm(suite, static_cast<int>(c), static_cast<int>(t));
      any = any || arm;
      series.scores.push_back(
          arm ? ValueWithBounds{arm->score.mean, arm->score.low, arm->score.high}
              : ValueWithBounds{});
    }
    if (any) plot.series.push_back(series);
  }
  return plot;
}

std::string score_grid(const ReportModel& model, const SuiteReport& suite,
                       const InteractionPlot& plot) {
  std::vector<std::string> columns{model.say("Context", "컨텍스트")};
  columns.insert(columns.end(), plot.places.begin(), plot.places.end());
  Table table(model.say("{}: {} by context and model", "{}: 컨텍스트와 모델별 {}", suite.name,
                        suite.metric),
              columns);
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    std::vector<std::string> row{model.contexts[c].name};
    for (std::size_t t = 0; t < model.tunings.size(); ++t) {
      const ArmReport* arm = find_arm(suite, static_cast<int>(c), static_cast<int>(t));
      row.push_back(arm ? score_with_bounds(arm->score) : model.say("not run", "실행 안 함"));
    }
    table.add(row);
  }
  return table.html();
}

}  // namespace

std::string interaction_section(const ReportModel& model) {
  const Say& say = model.say;
  if (model.tunings.size() < 2 || model.contexts.size() < 2) return "";
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    const std::string found = sentence(model, suite);
    if (found.empty()) continue;
    InteractionPlot plot = plot_of(model, suite);
    plot.words = {chart_id(model, "inter", s),
                  say("{}: do the two changes add up?", "{}: 두 변화는 더해지는가?", suite.name),
                  found};
    finding += (finding.empty() ? "" : " ") + found;
    body += suite_heading(model, suite);
    body += figure(
        say, draw_interaction_plot(plot),
        say("A line for each context, from the base model to the tuned ones. Parallel lines mean "
            "that the two changes add up. Lines that come together mean that tuning brings less "
            "where the context already helps; lines that move apart, more.",
            "컨텍스트마다 선이 하나이고, 기본 모델에서 학습한 모델로 이어집니다. 나란한 선은 두 "
            "변화가 더해진다는 뜻입니다. 선이 모이면 컨텍스트가 이미 돕는 곳에서 학습이 덜 보태고, "
            "벌어지면 더 보탭니다."));
    body += fold(say("The same numbers as a table", "같은 숫자를 표로"),
                 score_grid(model, suite, plot));
  }
  return body.empty() ? ""
                      : section(model, "interaction",
                                say("Do the two changes add up?", "두 변화는 더해지는가?"),
                                say("Interaction, what both bring beyond the sum of each: {}",
                                    "상호작용, 함께 쓸 때 각각의 합보다 더 얻는 것: {}", finding),
                                body);
}

}  // namespace quadrant
