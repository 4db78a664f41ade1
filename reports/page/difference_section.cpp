#include <fmt/format.h>

#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/page/differences.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

ForestRow forest_row(const Say& say, const Contrast& contrast, std::string label) {
  ForestRow row;
  row.label = std::move(label);
  if (!contrast.available) {
    row.note = say("not measured", "측정 안 함");
    return row;
  }
  row.difference = {contrast.estimate, contrast.low, contrast.high};
  row.detected = contrast.detected != 0;
  return row;
}

void add_rows(const Say& say, const VerdictReport& report, const std::string& title,
              std::vector<ForestRow>& rows) {
  ForestRow head;
  head.label = title;
  head.heading = true;
  rows.push_back(head);
  for (const Contrast& contrast : report.verdict.contrasts) {
    rows.push_back(forest_row(say, contrast, contrast_name(say, contrast)));
  }
}

std::string contrast_table(const Say& say, const SuiteReport& suite, const VerdictReport& report,
                           const std::string& title) {
  const bool sliced = !report.false_discovery.empty();
  std::vector<std::string> columns{say("Contrast", "대비"),
                                   say("Difference, 95 % interval", "차이, 95 % 신뢰구간"),
                                   say("Bootstrap", "부트스트랩"), "p", say("Holm p", "Holm p")};
  if (sliced) columns.push_back(say("p over all slices", "모든 부분에 대해 보정한 p"));
  for (const std::string& column :
       {say("MDE", "최소 검출 차이"), say("Equivalent", "동등"), say("Detected", "검출"),
        say("Items (clusters)", "문항 (군집)"), say("Unscored", "채점 안 됨")}) {
    columns.push_back(column);
  }
  Table table(fmt::format("{}: {}", suite.name, title), columns);
  for (std::size_t i = 0; i < report.verdict.contrasts.size(); ++i) {
    const Contrast& c = report.verdict.contrasts[i];
    const std::string name = c.name + " " + contrast_name(say, c);
    if (!c.available) {
      std::vector<std::string> row(columns.size());
      row[0] = name;
      row[1] = say("not measured", "측정 안 함");
      table.add(row);
      continue;
    }
    std::vector<std::string> row{
        name, fmt::format("{} {}", format_points(c.estimate), format_bounds(c.low, c.high)),
        format_bounds(c.bootstrap.low, c.bootstrap.high), p_text(c.p), p_text(c.holm_p)};
    if (sliced) row.push_back(p_text(report.false_discovery[i]));
    for (const std::string& cell :
         {score_text(c.mde), c.equivalent ? say("yes", "예") : say("no", "아니요"),
          c.detected > 0   ? say("above 0", "0보다 큼")
          : c.detected < 0 ? say("below 0", "0보다 작음")
                           : say("no", "아니요"),
          fmt::format("{} ({})", c.n, c.clusters), std::to_string(c.unscored)}) {
      row.push_back(cell);
    }
    table.add(row);
  }
  return table.html();
}

std::string slice_title(const ReportModel& model, const VerdictReport& report) {
  return fmt::format("{}: {}", slice_name(model.say, report.slice), arms_title(model, report));
}

std::string finding(const ReportModel& model) {
  int detected = 0, measured = 0, nulls = 0;
  for (const SuiteReport& suite : model.suites) {
    for (const VerdictReport& report : suite.verdicts) {
      if (!report.whole) continue;
      for (const Contrast& contrast : report.verdict.contrasts) {
        measured += contrast.available;
        detected += contrast.available && contrast.detected != 0;
        nulls += contrast.available && contrast.detected == 0;
      }
    }
  }
  return model.say(
      "Of {0} primary differences, {1} {2} detected and {3} {4} not; for those the table says how "
      "large an effect this run could have found.",
      "주요 차이 {0}개 가운데 {1}개가 검출되고 {3}개는 검출되지 않았습니다. 검출되지 않은 것은 이 "
      "실행이 얼마나 큰 효과를 찾을 수 있었는지 표에 적혀 있습니다.",
      measured, detected, detected == 1 ? "is" : "are", nulls, nulls == 1 ? "is" : "are");
}

}  // namespace

std::string arms_title(const ReportModel& model, const VerdictReport& report) {
  const std::string context = report.context < 0
                                  ? model.say("no context arm", "컨텍스트 없음")
                                  : model.contexts[static_cast<std::size_t>(report.context)].name;
  const std::string tuned = report.tuning < 0
                                ? model.say("no tuned arm", "학습한 모델 없음")
                                : model.tunings[static_cast<std::size_t>(report.tuning)].name;
  return model.say("{} and {}", "{}, {}", context, tuned);
}

std::string p_text(double p) {
  if (std::isnan(p)) return "n/a";
  return p < 0.001 ? "< .001" : decimal_text(p, 3);
}

std::string contrast_name(const Say& say, const Contrast& contrast) {
  if (contrast.name == "T5") return say("interaction", "상호작용");
  const std::string base = "the base model";
  std::string text = contrast.description;
  if (say.korean() && text.ends_with(base)) {
    text.replace(text.size() - base.size(), base.size(), "기본 모델");
  }
  return text;
}

std::string difference_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (suite.verdicts.empty()) continue;
    ForestPlot whole, sliced;
    whole.margin = sliced.margin = model.margin;
    whole.x_title = sliced.x_title = say("difference in points", "차이 (점)");
    std::string tables, slice_tables;
    for (const VerdictReport& report : suite.verdicts) {
      const std::string title =
          report.whole ? arms_title(model, report) : slice_title(model, report);
      add_rows(say, report, title, report.whole ? whole.rows : sliced.rows);
      (report.whole ? tables : slice_tables) += contrast_table(say, suite, report, title);
    }
    whole.words = {chart_id(model, "forest", s),
                   say("{}: paired differences", "{}: 짝지은 차이", suite.name), finding(model)};
    sliced.words = {chart_id(model, "slices", s),
                    say("{}: paired differences by slice", "{}: 부분별 짝지은 차이", suite.name),
                    say("The five differences of each slice.", "부분마다 다섯 가지 차이입니다.")};
    body += suite_heading(model, suite);
    body += figure(
        say, draw_forest_plot(whole),
        say("A square is the mean difference between two strategies on the same items, the line "
            "its 95 % interval; right of 0 the first one is better. Full squares are detected, "
            "hollow ones not. The band holds differences too small to matter. The interaction is "
            "what both changes together bring beyond the sum of each.",
            "네모는 같은 문항에서 두 방식의 평균 차이이고, 선은 95 % 신뢰구간입니다. 0의 "
            "오른쪽이면 앞의 방식이 더 좋습니다. 찬 네모는 검출된 것, 빈 네모는 아닌 것입니다. 띠 "
            "안의 차이는 중요하지 않을 만큼 작습니다. 상호작용은 두 변화를 함께 할 때 각각의 "
            "합보다 더 얻는 것입니다."));
    body += fold(say("The same numbers as a table, with p-values and detectable effects",
                     "같은 숫자를 표로, p 값과 검출 가능한 효과까지"),
                 tables);
    if (!sliced.rows.empty()) {
      body += fold(
          say("By slice", "부분별로"),
          figure(say, draw_forest_plot(sliced),
                 say("As above, within each slice of the suite; slices are smaller, so "
                     "intervals are wider.",
                     "위와 같으나 부분마다 따로 본 것입니다. 문항이 적어 구간이 넓습니다.")) +
              paragraph(say("\"p over all slices\" takes all differences of all slices as one "
                            "family (Benjamini and Hochberg): of those at most .05, at most one "
                            "in twenty is expected to be chance.",
                            "\"모든 부분에 대해 보정한 p\"는 모든 부분의 모든 차이를 한 묶음으로 "
                            "본 것입니다(벤야미니·호흐베르크). .05 이하인 것 가운데 우연은 "
                            "스물에 하나를 넘지 않을 것으로 봅니다."),
                        "small") +
              slice_tables);
    }
    body += spread_part(model, suite) + corpus_part(model, suite);
  }
  return body.empty() ? ""
                      : section(model, "differences", say("Paired differences", "짝지은 차이"),
                                finding(model), body);
}

}  // namespace quadrant
