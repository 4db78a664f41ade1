// The Korean writer. Every arm is called "... 방식" or "... 모델": both end in a consonant, so one
// set of particles (은, 과, 보다) fits whatever the user's names are. Sentences stand by
// themselves, because Korean clauses do not join as the English ones do.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_sentences.h"
#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

std::string arm(const std::string& label) { return label + " 방식"; }

std::string size_and_bounds(const Contrast& contrast) {
  const int direction = contrast.estimate < 0 ? -1 : 1;
  return fmt::format("{}점 {}", format_size(contrast.estimate),
                     turned_bounds(contrast.low, contrast.high, direction));
}

std::string estimate_and_mde(const Contrast& contrast, int sign) {
  const std::string estimate = format_points(sign * contrast.estimate) + "점";
  if (std::isnan(contrast.low)) return estimate + ", 군집이 너무 적어 신뢰구간 없음";
  return fmt::format("{} {}, 최소 검출 가능 차이 {}점", estimate,
                     turned_bounds(contrast.low, contrast.high, sign), format_size(contrast.mde));
}

std::string not_detected(const Contrast& contrast) {
  const bool alone = contrast.low > 0 || contrast.high < 0;
  return alone ? "Holm 보정 후 검출되지 않았습니다" : "검출되지 않았습니다";
}

class KoreanWriter {
 public:
  explicit KoreanWriter(const Verdict& verdict)
      : context_(verdict.labels.context.empty() ? "컨텍스트 방식" : arm(verdict.labels.context)),
        model_(verdict.labels.model.empty() ? "학습한 모델" : arm(verdict.labels.model)),
        both_(verdict.labels.both.empty() ? "둘을 합친 방식" : arm(verdict.labels.both)),
        verdict_(verdict) {}

  std::vector<std::string> sentences() const {
    std::vector<std::string> text = decided();
    if (!verdict_.scope.model.empty()) text.push_back(scope());
    return text;
  }

 private:
  std::vector<std::string> decided() const {
    switch (verdict_.kind) {
      case VerdictKind::kInvalid:
        return {invalid(),
                "수치는 그대로 싣지만, 이 점검을 통과하기 전에는 아무 결론도 내릴 수 없습니다."};
      case VerdictKind::kContextWins:
        return {lead(against_model() + " " + context_gain()), "또한 " + model_gain(), together(),
                basis()};
      case VerdictKind::kModelWins:
        return {lead(against_context() + " " + model_gain()), "또한 " + context_gain(), together(),
                basis()};
      case VerdictKind::kBothWin:
      case VerdictKind::kInterference:
        return {
            lead(combination()),
            fmt::format("하나씩 쓸 때, {} {} {}", context_gain(), model_gain(), against_model()),
            "함께 쓸 때, " + interaction(), basis()};
      case VerdictKind::kEquivalent:
      case VerdictKind::kNoVerdict:
        return {lead(against_model()),
                fmt::format("하나씩 쓸 때, {} {}", context_gain(), model_gain()), together(),
                basis()};
    }
    return {};
  }

  // One contrast as a sentence about `first` against `second`; `sign` is -1 when it was computed
  // the other way round.
  std::string sentence(int index, const std::string& first, const std::string& second,
                       int sign = 1) const {
    const Contrast& contrast = contrast_at(index);
    if (!contrast.available) return fmt::format("{}은 {}과 비교되지 않았습니다.", first, second);
    if (contrast.detected != 0) {
      const bool better = contrast.detected * sign > 0;
      const std::string size = size_and_bounds(contrast);
      if (contrast.equivalent) {
        return fmt::format("{}은 {}보다 {} 더 {}, 이 차이는 미리 정한 한계 {}점보다 작습니다.",
                           first, second, size, better ? "좋지만" : "나쁘지만",
                           format_size(verdict_.margin));
      }
      return fmt::format("{}은 {}보다 {} 더 {}.", first, second, size,
                         better ? "좋습니다" : "나쁩니다");
    }
    if (contrast.equivalent) {
      return fmt::format(
          "{}과 {}은 미리 정한 한계 {}점 안에서 동등합니다(차이 {}점, 90% 신뢰구간 {}).", first,
          second, format_size(verdict_.margin), format_points(sign * contrast.estimate),
          turned_bounds(contrast.equivalence.low, contrast.equivalence.high, sign));
    }
    return fmt::format("{}과 {}의 차이는 {}({}).", first, second, not_detected(contrast),
                       estimate_and_mde(contrast, sign));
  }

  std::string context_gain() const { return sentence(kContextGain, context_, kBase); }
  std::string model_gain() const { return sentence(kModelGain, model_, kBase); }
  std::string against_model() const { return sentence(kContextOverModel, context_, model_); }
  std::string against_context() const { return sentence(kContextOverModel, model_, context_, -1); }
  std::string combination() const {
    return sentence(kCombination, both_,
                    verdict_.best_single == Single::kContext ? context_ : model_);
  }

  std::string interaction() const {
    const Contrast& contrast = contrast_at(kInteraction);
    if (contrast.detected == 0 && contrast.equivalent) {
      return fmt::format("두 효과는 한계 안에서 그대로 더해집니다(상호작용 {}점, 90% 신뢰구간 {}).",
                         format_points(contrast.estimate),
                         format_bounds(contrast.equivalence.low, contrast.equivalence.high));
    }
    if (contrast.detected == 0) {
      return fmt::format("두 효과의 단순한 합에서 벗어난다는 점은 {}(상호작용 {}).",
                         not_detected(contrast), estimate_and_mde(contrast, 1));
    }
    return fmt::format("효과는 따로 쓸 때의 합보다 {} 더 {}({}).", size_and_bounds(contrast),
                       contrast.detected > 0 ? "큽니다" : "작습니다",
                       to_string(verdict_.interaction, Language::kKorean) + on_log_odds());
  }

  std::string on_log_odds() const {
    const ScaledInteraction& scaled = verdict_.log_odds;
    if (std::isnan(scaled.low)) return "";
    return fmt::format("; 로그 오즈 척도에서는 {:+.2f} [{:.2f}, {:.2f}]", scaled.estimate,
                       scaled.low, scaled.high);
  }

  std::string together() const {
    if (!contrast_at(kCombination).available || !contrast_at(kInteraction).available) {
      return fmt::format("{}은 측정하지 않아, 둘을 함께 쓴 결과는 알 수 없습니다.", both_);
    }
    return fmt::format("함께 쓸 때, {} {}", combination(), interaction());
  }

  std::string invalid() const {
    const auto or_english = [](const std::string& korean, const std::string& english) {
      return korean.empty() ? english : korean;
    };
    std::vector<std::string> failed;
    for (const ManipulationCheck& check : verdict_.failed_checks) {
      const std::string name = or_english(check.korean_name, check.name);
      const std::string detail = or_english(check.korean_detail, check.detail);
      failed.push_back(detail.empty() ? name : fmt::format("{}({})", name, detail));
    }
    return lead(fmt::format("점검을 통과하지 못해 방식들을 비교할 수 없습니다: {}.",
                            fmt::join(failed, "; ")));
  }

  std::string basis() const {
    const Contrast& main = contrast_at(kContextOverModel);
    std::vector<std::string> parts{
        fmt::format("이 판정은 {}개 군집의 문항 {}개를 근거로 합니다", main.clusters, main.n)};
    const VerdictBasis basis = basis_of(verdict_);
    if (basis.unscored > 0) {
      parts.push_back(
          fmt::format("어느 한 방식에서라도 채점되지 않은 문항은 제외했습니다(대비마다 최대 {}개)",
                      basis.unscored));
    }
    if (basis.flat) {
      parts.push_back("값이 전혀 변하지 않은 대비가 있어, 그 구간은 산포가 아니라 상한입니다");
    }
    if (verdict_.best_single_from_test && contrast_at(kCombination).available) {
      parts.push_back("더 나은 단일 방식을 바로 이 문항들에서 골랐습니다");
    }
    if (verdict_.fragile) {
      std::vector<std::string> reasons;
      for (const FragileReason& reason : verdict_.fragile_reasons) {
        reasons.push_back(describe(reason, Language::kKorean));
      }
      parts.push_back(fmt::format("다음과 같이 보면 판정이 달라지므로 불안정합니다({})",
                                  fmt::join(reasons, ", ")));
    }
    return fmt::format("{}.", fmt::join(parts, ". "));
  }

  std::string lead(const std::string& text) const {
    return fmt::format("{}에서, {}", verdict_.labels.metric, text);
  }

  std::string scope() const {
    const Scope& scope = verdict_.scope;
    std::string text = fmt::format("적용 범위는 모델 {}, 데이터 {}(문항 {}개, 군집 {}개)",
                                   scope.model, scope.data, scope.questions, scope.clusters);
    if (!scope.seeds.empty()) text += fmt::format(", 시드 {}", fmt::join(scope.seeds, ", "));
    text += fmt::format(", 프롬프트 틀 {}개", scope.templates);
    if (scope.unseen_templates > 0) {
      text += fmt::format("(그중 {}개는 학습에 쓰지 않음)", scope.unseen_templates);
    }
    return text + "이며, 다른 모델·데이터·시드에서는 결과가 다를 수 있습니다.";
  }

  const Contrast& contrast_at(int index) const {
    return verdict_.contrasts[static_cast<std::size_t>(index)];
  }

  static constexpr const char* kBase = "기본 모델";
  std::string context_, model_, both_;
  const Verdict& verdict_;
};

}  // namespace

std::vector<std::string> korean_sentences(const Verdict& verdict) {
  return KoreanWriter(verdict).sentences();
}

}  // namespace quadrant
