#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "reports/charts/charts.h"
#include "reports/page/causes.h"
#include "reports/page/html.h"

namespace quadrant {
namespace {

constexpr Cause kShownCauses[] = {Cause::kRight,     Cause::kFromMemory, Cause::kOverrode,
                                  Cause::kForgotten, Cause::kMissed,     Cause::kCutOut,
                                  Cause::kIgnored,   Cause::kNotKnown};
constexpr auto kFirstWrong = static_cast<std::size_t>(Cause::kOverrode);

std::size_t index(Cause cause) { return static_cast<std::size_t>(cause); }

std::string wrong_sentence(const ReportModel& model, const SuiteReport& suite,
                           const ArmReport& arm) {
  const CauseCounts counts = count_causes(suite, arm);
  const int wrong = std::accumulate(counts.begin() + kFirstWrong, counts.end(), 0);
  if (wrong == 0) return "";
  const auto most = std::max_element(counts.begin() + kFirstWrong, counts.end());
  const auto cause = static_cast<Cause>(most - counts.begin());
  return model.say("{0}: {1} of {2} wrong answers are \"{3}\".",
                   "{0}: 틀린 답 {2}개 가운데 {1}개가 \"{3}\".", arm_label(model, arm), *most,
                   wrong, cause_name(model.say, cause));
}

ShareBars bars_of(const ReportModel& model, const SuiteReport& suite) {
  ShareBars bars;
  for (const Cause cause : kShownCauses) {
    const auto has = [&](const ArmReport& arm) {
      return count_causes(suite, arm)[index(cause)] > 0;
    };
    if (std::any_of(suite.arms.begin(), suite.arms.end(), has)) {
      bars.classes.push_back({cause_name(model.say, cause), static_cast<int>(cause) - 1});
    }
  }
  for (const ArmReport& arm : suite.arms) {
    const CauseCounts counts = count_causes(suite, arm);
    ShareRow row{arm_label(model, arm), {}};
    for (const ShareClass& part : bars.classes) {
      row.counts.push_back(counts[static_cast<std::size_t>(part.style) + 1]);
    }
    bars.rows.push_back(row);
  }
  return bars;
}

std::string cause_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  std::vector<std::string> columns{say("Strategy", "방식")};
  for (const Cause cause : kShownCauses) columns.push_back(cause_name(say, cause));
  Table table(say("{}: answerable items by reason", "{}: 이유별 답할 수 있는 문항 수", suite.name),
              columns);
  for (const ArmReport& arm : suite.arms) {
    const CauseCounts counts = count_causes(suite, arm);
    std::vector<std::string> row{arm_label(model, arm)};
    for (const Cause cause : kShownCauses) row.push_back(std::to_string(counts[index(cause)]));
    table.add(row);
  }
  return table.html();
}

}  // namespace

std::string cause_name(const Say& say, Cause cause) {
  switch (cause) {
    case Cause::kNone:
      return say("not judged", "판정 없음");
    case Cause::kRight:
      return say("right", "맞음");
    case Cause::kFromMemory:
      return say("answered from memory", "기억으로 맞힘");
    case Cause::kOverrode:
      return say("context overrode a right answer", "컨텍스트가 맞는 답을 뒤집음");
    case Cause::kForgotten:
      return say("forgotten after tuning", "학습 뒤 잊음");
    case Cause::kMissed:
      return say("retrieval miss", "검색 실패");
    case Cause::kCutOut:
      return say("cut out of the prompt", "프롬프트에서 잘림");
    case Cause::kIgnored:
      return say("delivered but ignored", "전달됐으나 무시");
    case Cause::kNotKnown:
      return say("not known", "모름");
  }
  return "";
}

CauseCounts count_causes(const SuiteReport& suite, const ArmReport& arm) {
  CauseCounts counts{};
  for (std::size_t i = 0; i < arm.causes.size(); ++i) {
    if (suite.items[i].answerable) ++counts[index(arm.causes[i])];
  }
  return counts;
}

std::string cause_finding(const ReportModel& model, const SuiteReport& suite) {
  const ArmReport* best = best_arm(suite);
  std::string text;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) text += (text.empty() ? "" : " ") + sentence;
  };
  for (const ArmReport& arm : suite.arms) {
    const bool retrieves = model.contexts[static_cast<std::size_t>(arm.context)].kind == "rag";
    if (retrieves && arm.tuning == base_tuning(model)) add(wrong_sentence(model, suite, arm));
  }
  const bool said = best && text.starts_with(arm_label(model, *best) + ":");
  if (best && !said) add(wrong_sentence(model, suite, *best));
  return text;
}

std::string cause_part(const ReportModel& model, const SuiteReport& suite, const std::string& id) {
  const Say& say = model.say;
  ShareBars bars = bars_of(model, suite);
  if (bars.classes.empty()) return "";
  bars.words = {id,
                say("{}: why answers are right or wrong", "{}: 답이 맞고 틀린 이유", suite.name),
                cause_finding(model, suite)};
  return figure(
             say, draw_share_bars(bars),
             say("Each bar holds all answerable items of a strategy; letters stand for the reasons "
                 "in the legend. Retrieval miss: no relevant passage was found. Cut out: it was "
                 "found, and the prompt had no room for it. Delivered but ignored: the right "
                 "passage stood in the prompt. From memory: right although it did not. Overrode: "
                 "the same model without this context is right. Forgotten: the base model is "
                 "right under the same context. The reasons are read from stored records, the "
                 "first that holds.",
                 "막대 하나가 한 방식의 답할 수 있는 문항 전체이고, 글자는 범례의 이유를 뜻합니다. "
                 "검색 실패: 관련 문단을 찾지 못했습니다. 프롬프트에서 잘림: 찾았으나 프롬프트에 "
                 "들어갈 자리가 없었습니다. 전달됐으나 무시: 맞는 문단이 프롬프트에 있었습니다. "
                 "기억으로 맞힘: 그 문단 없이 맞혔습니다. 뒤집음: 같은 모델이 이 컨텍스트 없이는 "
                 "맞힙니다. 잊음: 같은 컨텍스트에서 기본 모델은 맞힙니다. 이유는 저장된 기록만으로 "
                 "정하며, 먼저 해당하는 것을 씁니다.")) +
         fold(say("The same numbers as a table", "같은 숫자를 표로"), cause_table(model, suite));
}

}  // namespace quadrant
