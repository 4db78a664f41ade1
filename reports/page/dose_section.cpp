#include <fmt/format.h>

#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/model/dose.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string dose_label(const DoseSeries& series, double dose) {
  return fmt::format("{}, {} = {}", series.kind, series.key,
                     plain_tick(std::round(dose * 10) / 10));
}

// "rag, k = 4 (34.2) does as well as lora, epochs = 6", for the most context that was tried.
std::string equals_sentence(const Say& say, const SuiteDoses& doses) {
  std::string text;
  for (const DoseSeries& context : doses.series) {
    if (context.trains) continue;
    const DosePoint& most = context.points.back();
    for (const DoseSeries& training : doses.series) {
      if (!training.trains) continue;
      const double dose = dose_for(training, most.score.mean);
      const std::string name = dose_label(context, most.dose);
      const std::string score = score_text(most.score.mean);
      text += text.empty() ? "" : " ";
      text += std::isnan(dose)
                  ? say("{0} ({1}) is matched by no number of {3} of {2} that was tried.",
                        "{0} ({1}): 시험한 {2}의 {3} 가운데 같은 점수가 되는 것이 없습니다.", name,
                        score, training.kind, training.key)
                  : say("{} ({}) does as well as {}, as measured.",
                        "{} ({}): 측정값으로 {}와(과) 점수가 같습니다.", name, score,
                        dose_label(training, dose));
    }
  }
  if (!text.empty()) return doses.suite + ": " + text;
  return say("{}: what more of one thing brings, and what it costs.",
             "{}: 한 가지를 늘리면 무엇을 얻고 얼마가 드는지 봅니다.", doses.suite);
}

ParetoPlot plot_of(const Say& say, const SuiteDoses& doses) {
  ParetoPlot plot;
  plot.cost_title =
      say("compute for 1,000 questions, training included", "질문 1,000개의 연산, 학습 포함");
  plot.score_title = say("score", "점수");
  plot.cost_label = flops_tick;
  for (std::size_t s = 0; s < doses.series.size(); ++s) {
    const DoseSeries& series = doses.series[s];
    std::vector<std::size_t> path;
    for (const DosePoint& point : series.points) {
      path.push_back(plot.points.size());
      plot.points.push_back({dose_label(series, point.dose),
                             point.flops,
                             {point.score.mean, point.score.low, point.score.high},
                             static_cast<int>(s),
                             false});
    }
    plot.paths.push_back(path);
  }
  return plot;
}

std::string dose_table(const Say& say, const SuiteDoses& doses) {
  Table table(
      say("{}: more context, more training", "{}: 더 많은 컨텍스트, 더 많은 학습", doses.suite),
      {say("Strategy", "방식"), say("Score", "점수"),
       say("Compute for 1,000 questions", "질문 1,000개의 연산"),
       say("Same score with", "점수가 같은 것")});
  for (const DoseSeries& series : doses.series) {
    for (const DosePoint& point : series.points) {
      std::string same;
      for (const DoseSeries& other : doses.series) {
        const double dose = dose_for(other, point.score.mean);
        if (&other == &series || std::isnan(dose)) continue;
        same += (same.empty() ? "" : "; ") + dose_label(other, dose);
      }
      table.add({dose_label(series, point.dose), score_with_bounds(point.score),
                 flops_text(point.flops), same.empty() ? "–" : same});
    }
  }
  return table.html();
}

}  // namespace

std::string dose_section(std::span<const ReportModel> models) {
  const Say& say = models.front().say;
  std::string body, finding;
  const auto found = find_doses(models);
  for (std::size_t s = 0; s < found.size(); ++s) {
    ParetoPlot plot = plot_of(say, found[s]);
    const std::string sentence = equals_sentence(say, found[s]);
    plot.words = {
        fmt::format("dose{}", s),
        say("{}: score against the cost of more", "{}: 늘리는 비용과 점수", found[s].suite),
        sentence};
    finding += (finding.empty() ? "" : " ") + sentence;
    body += figure(
        say, draw_pareto(plot),
        say("Each line follows one strategy of which one number was raised: more "
            "passages, more epochs. Points at the same height answer equally well; the "
            "one further left is cheaper at 1,000 questions per version of the "
            "knowledge. Vertical lines are 95 % intervals.",
            "선마다 한 방식에서 숫자 하나를 늘린 것입니다. 문단 수나 학습 횟수 같은 것입니다. "
            "높이가 같으면 똑같이 잘 답하고, 지식 한 판마다 질문이 1,000개일 때 왼쪽이 더 쌉니다. "
            "세로선은 95 % 신뢰구간입니다."));
    body += dose_table(say, found[s]);
  }
  if (body.empty()) return "";
  return section(
      "dose",
      say("How much context equals how much training?", "컨텍스트 얼마가 학습 얼마와 같은가?"),
      finding, body);
}

}  // namespace quadrant
