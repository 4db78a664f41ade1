#include <fmt/format.h>

#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/page/differences.h"
#include "reports/page/html.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

// A component as a standard deviation in points; "–" where it cannot be told from the rest.
std::string deviation(double variance) {
  return std::isnan(variance) ? "–" : score_text(std::sqrt(variance));
}

std::string spread_table(const ReportModel& model, const SuiteReport& suite,
                         const VerdictReport& report) {
  const Say& say = model.say;
  Table table(say("{}: {}: standard deviations of single differences, in points",
                  "{}: {}: 차이 하나하나의 표준편차 (점)", suite.name, arms_title(model, report)),
              {say("Contrast", "대비"), say("Between documents", "문서 사이"),
               say("Between items", "문항 사이"), say("Between trainings", "학습 사이"),
               say("Between wordings", "표현 사이"), say("Rest", "나머지")});
  for (std::size_t c = 0; c < report.spread.size(); ++c) {
    const Contrast& contrast = report.verdict.contrasts[c];
    if (!contrast.available) continue;
    const VarianceComponents& spread = report.spread[c];
    table.add({contrast.name + " " + contrast_name(say, contrast), deviation(spread.cluster),
               deviation(spread.item), deviation(spread.seed), deviation(spread.prompt),
               deviation(spread.residual)});
  }
  return table.html();
}

}  // namespace

std::string spread_part(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  std::string tables;
  for (const VerdictReport& report : suite.verdicts) {
    if (!report.spread.empty()) tables += spread_table(model, suite, report);
  }
  if (tables.empty()) return "";
  return fold(
      say("Where the spread comes from", "흩어짐은 어디에서 오는가"),
      tables +
          paragraph(
              say("More documents make an interval narrower where the first column is large, more "
                  "seeds where the third is. A dash: this run cannot tell it from the rest (one "
                  "seed, one wording, or each item asked once). Components of variance by "
                  "Henderson's first method.",
                  "첫 열이 크면 문서를 늘릴수록, 셋째 열이 크면 시드를 늘릴수록 구간이 "
                  "좁아집니다. 줄표는 이 실행으로는 나머지와 가를 수 없다는 뜻입니다(시드 하나, "
                  "표현 하나, 또는 문항마다 한 번만 물음). 분산 성분은 헨더슨의 첫째 방법으로 "
                  "구했습니다."),
              "small"));
}

std::string corpus_part(const ReportModel& model, const SuiteReport& suite) {
  if (suite.corpus_contrasts.empty()) return "";
  const Say& say = model.say;
  Table table(say("{}: differences of metrics that are no means of items",
                  "{}: 문항의 평균이 아닌 지표의 차이", suite.name),
              {say("Metric", "지표"), say("Contrast", "대비"), say("First", "앞"),
               say("Second", "뒤"), say("Difference, 95 % interval", "차이, 95 % 신뢰구간"), "p"});
  for (const CorpusContrast& contrast : suite.corpus_contrasts) {
    const CorpusDifference& d = contrast.difference;
    table.add({contrast.metric, contrast.description, score_text(d.first), score_text(d.second),
               fmt::format("{} {}", format_points(d.difference),
                           format_bounds(d.interval.low, d.interval.high)),
               p_text(d.p)});
  }
  return fold(
      say("Metrics of the whole corpus", "말뭉치 전체의 지표"),
      table.html() +
          paragraph(
              say("These are computed over all answers at once; clusters of items are drawn "
                  "again, the same ones for both strategies. The verdict rests on the mean of "
                  "the items' own scores. p is not corrected for several tests.",
                  "모든 답을 한꺼번에 놓고 계산한 값입니다. 두 방식에서 같은 문항 군집을 다시 "
                  "뽑아 구간을 구했습니다. 판정은 문항별 점수의 평균으로 합니다. p는 여러 "
                  "검정에 대해 보정하지 않았습니다."),
              "small"));
}

}  // namespace quadrant
