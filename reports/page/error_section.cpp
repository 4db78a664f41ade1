#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/page/causes.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

const ArmReport& arm_at(const SuiteReport& suite, int arm) {
  return suite.arms[static_cast<std::size_t>(arm)];
}

std::string flow_name(const ReportModel& model, const SuiteReport& suite, const ItemFlow& flow) {
  return fmt::format("{} → {}", arm_label(model, arm_at(suite, flow.from)),
                     arm_label(model, arm_at(suite, flow.to)));
}

bool without_oracle(const ReportModel& model, const SuiteReport& suite, const ItemFlow& flow) {
  return !is_oracle(model, arm_at(suite, flow.from)) && !is_oracle(model, arm_at(suite, flow.to));
}

// The single change that brings most over the base model.
std::string flow_sentence(const ReportModel& model, const SuiteReport& suite) {
  const ItemFlow* most = nullptr;
  const auto net = [](const ItemFlow& flow) { return flow.whole.repaired - flow.whole.broken; };
  for (const ItemFlow& flow : suite.flows) {
    if (flow.from != suite.flows.front().from || !without_oracle(model, suite, flow)) continue;
    if (!most || net(flow) > net(*most)) most = &flow;
  }
  if (!most) return "";
  return model.say(
      "On {0}, {1} repairs {2} items that {3} gets wrong and breaks {4} that it gets right.",
      "{0}: {1} 방식은 {3} 방식이 틀린 문항 {2}개를 고치고, 맞힌 문항 {4}개를 망칩니다.",
      suite.name, arm_label(model, arm_at(suite, most->to)), most->whole.repaired,
      arm_label(model, arm_at(suite, most->from)), most->whole.broken);
}

std::string flow_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  Table table(say("{}: what changing one thing repaired and broke",
                  "{}: 하나를 바꾸어 고친 것과 망친 것", suite.name),
              {say("From → to", "앞 → 뒤"), say("Repaired", "고침"), say("Broken", "망침"),
               say("Right in both", "둘 다 맞음"), say("Wrong in both", "둘 다 틀림")});
  for (const ItemFlow& flow : suite.flows) {
    table.add({flow_name(model, suite, flow), std::to_string(flow.whole.repaired),
               std::to_string(flow.whole.broken), std::to_string(flow.whole.both_right),
               std::to_string(flow.whole.both_wrong)});
  }
  return table.html();
}

std::string flow_slices(const ReportModel& model, const SuiteReport& suite) {
  if (suite.slices.size() < 2) return "";
  const Say& say = model.say;
  std::vector<std::string> columns{say("From → to", "앞 → 뒤")};
  for (const std::string& slice : suite.slices) {
    columns.push_back(slice_name(say, slice));
  }
  Table table(say("{}: repaired / broken, by slice", "{}: 부분별 고침 / 망침", suite.name),
              columns);
  for (const ItemFlow& flow : suite.flows) {
    std::vector<std::string> row{flow_name(model, suite, flow)};
    for (const FlowCounts& slice : flow.slices) {
      row.push_back(fmt::format("{} / {}", slice.repaired, slice.broken));
    }
    table.add(row);
  }
  return fold(say("By slice", "부분별로"), table.html());
}

std::string flow_part(const ReportModel& model, const SuiteReport& suite, const std::string& id) {
  const Say& say = model.say;
  FlowChart chart;
  for (const ItemFlow& flow : suite.flows) {
    if (!without_oracle(model, suite, flow)) continue;
    chart.rows.push_back({flow_name(model, suite, flow), flow.whole.repaired, flow.whole.broken});
  }
  if (chart.rows.empty()) return "";
  chart.broken = say("← broken", "← 망침");
  chart.repaired = say("repaired →", "고침 →");
  chart.words = {id, say("{}: repaired and broken items", "{}: 고친 문항과 망친 문항", suite.name),
                 flow_sentence(model, suite)};
  return figure(say, draw_flow_chart(chart),
                say("Each row changes one thing. Right: items wrong before and right after; left: "
                    "items lost. Two strategies with the same score may differ much here. An item "
                    "counts as right when its score, averaged over seeds, is at least 50.",
                    "한 줄은 하나만 바꾼 것입니다. 오른쪽은 앞에서 틀리고 뒤에서 맞힌 문항, 왼쪽은 "
                    "잃은 문항입니다. 점수가 같은 두 방식도 여기서는 크게 다를 수 있습니다. 시드 "
                    "평균 점수가 50 이상이면 맞은 것으로 셉니다.")) +
         fold(say("The same numbers as a table", "같은 숫자를 표로"), flow_table(model, suite)) +
         flow_slices(model, suite);
}

// What strategies do where nothing in the suite holds the answer.
std::string unanswerable_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  std::vector<std::string> columns{say("Strategy", "방식")};
  for (const ArmReport& arm : suite.arms) {
    if (arm.unanswerable.empty()) continue;
    for (const MetricValue& value : arm.unanswerable) columns.push_back(value.metric);
    break;
  }
  if (columns.size() == 1) return "";
  Table table(say("{}: items that nothing answers ({} items), apart from every verdict",
                  "{}: 답이 없는 문항 ({}개), 모든 판정에서 제외", suite.name,
                  suite.items.size() - static_cast<std::size_t>(suite.answerable)),
              columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm)};
    for (std::size_t c = 1; c < columns.size(); ++c) {
      std::string text = "n/a";
      for (const MetricValue& value : arm.unanswerable) {
        if (value.metric == columns[c]) text = score_with_bounds(value.value);
      }
      row.push_back(text);
    }
    table.add(row);
  }
  return heading(3, say("Questions without an answer", "답이 없는 질문")) + table.html() +
         paragraph(say("Here the right thing is to say so: \"abstained\" is the share of such "
                       "answers, and what is missing to 100 asserts something made up.",
                       "여기서는 모른다고 하는 것이 맞습니다. \"abstained\"는 그런 답의 비율이고, "
                       "100에서 모자라는 만큼은 지어낸 답입니다."),
                   "small");
}

std::string answer_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  Table table(say("{}: answers that went another way", "{}: 다르게 끝난 답", suite.name),
              {say("Strategy", "방식"), say("Answers", "답"), say("Expected", "예정"),
               say("Failed", "실패"), say("Prompt cut to fit", "잘린 프롬프트"),
               say("Answer cut by length", "길이에서 잘린 답")});
  for (const ArmReport& arm : suite.arms) {
    table.add({arm_label(model, arm), std::to_string(arm.answers), std::to_string(arm.expected),
               std::to_string(arm.errors), std::to_string(arm.truncated),
               std::to_string(arm.cut_off)});
  }
  return table.html();
}

}  // namespace

std::string error_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  const auto add_finding = [&](const std::string& sentence) {
    if (!sentence.empty()) finding += (finding.empty() ? "" : " ") + sentence;
  };
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (suite.arms.empty()) continue;
    add_finding(flow_sentence(model, suite));
    add_finding(cause_finding(model, suite));
    body += suite_heading(model, suite) + cause_part(model, suite, chart_id(model, "cause", s)) +
            flow_part(model, suite, chart_id(model, "flow", s)) + unanswerable_table(model, suite) +
            fold(say("Failed, cut and missing answers", "실패하거나 잘리거나 빠진 답"),
                 answer_table(model, suite));
  }
  return body.empty()
             ? ""
             : section(model, "errors", say("Why answers are wrong", "왜 틀리는가"), finding, body);
}

}  // namespace quadrant
