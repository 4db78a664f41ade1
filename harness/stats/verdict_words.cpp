// The fixed words of the grammar, and how numbers are written in it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_sentences.h"
#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

double rounded_points(double difference) {
  const double points = std::round(difference * 1000) / 10;
  return points == 0 ? 0 : points;  // no "-0.0"
}

std::string view_name(const FragileReason& reason, Language language) {
  const bool korean = language == Language::kKorean;
  switch (reason.view) {
    case AlternativeView::Kind::kMetric:
      return (korean ? "지표 " : "metric ") + reason.name;
    case AlternativeView::Kind::kWithoutSeed:
      return korean ? fmt::format("시드 {} 제외", reason.name)
                    : fmt::format("without seed {}", reason.name);
    case AlternativeView::Kind::kUnseenTemplates:
      return korean ? "학습에 쓰지 않은 프롬프트 틀" : "unseen templates";
  }
  return "";
}

}  // namespace

const char* to_string(VerdictKind kind, Language language) {
  const bool korean = language == Language::kKorean;
  switch (kind) {
    case VerdictKind::kInvalid:
      return korean ? "무효" : "INVALID";
    case VerdictKind::kContextWins:
      return korean ? "컨텍스트 우세" : "CONTEXT WINS";
    case VerdictKind::kModelWins:
      return korean ? "모델 우세" : "MODEL WINS";
    case VerdictKind::kBothWin:
      return korean ? "병용 우세" : "BOTH WIN";
    case VerdictKind::kInterference:
      return korean ? "상호 간섭" : "INTERFERENCE";
    case VerdictKind::kEquivalent:
      return korean ? "동등" : "EQUIVALENT";
    case VerdictKind::kNoVerdict:
      return korean ? "현재 n으로는 판정 불가" : "NO VERDICT AT THIS n";
  }
  return "";
}

const char* to_string(Interaction interaction, Language language) {
  const bool korean = language == Language::kKorean;
  switch (interaction) {
    case Interaction::kNotDetermined:
      return korean ? "미확정" : "not determined";
    case Interaction::kAdditive:
      return korean ? "가산적" : "additive";
    case Interaction::kAntagonistic:
      return korean ? "길항적" : "antagonistic";
    case Interaction::kSubAdditiveRemovable:
      return korean ? "가산 미만, 척도를 바꾸면 사라질 수 있음" : "sub-additive-removable";
    case Interaction::kSuperAdditive:
      return korean ? "가산 초과" : "super-additive";
  }
  return "";
}

const char* fragile_word(Language language) {
  return language == Language::kKorean ? "불안정" : "FRAGILE";
}

std::string describe(const FragileReason& reason, Language language) {
  return fmt::format("{}: {}", view_name(reason, language), to_string(reason.kind, language));
}

std::string format_points(double difference) {
  return std::isnan(difference) ? "n/a" : fmt::format("{:+.1f}", rounded_points(difference));
}

std::string format_size(double difference) {
  return fmt::format("{:.1f}", rounded_points(std::abs(difference)));
}

std::string format_bounds(double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return "[n/a]";
  return fmt::format("[{:.1f}, {:.1f}]", rounded_points(low), rounded_points(high));
}

std::string turned_bounds(double low, double high, int sign) {
  return sign > 0 ? format_bounds(low, high) : format_bounds(-high, -low);
}

VerdictBasis basis_of(const Verdict& verdict) {
  VerdictBasis basis;
  for (const Contrast& contrast : verdict.contrasts) {
    if (contrast.available) basis.unscored = std::max(basis.unscored, contrast.unscored);
    basis.flat = basis.flat || contrast.method == IntervalMethod::kFlat;
  }
  return basis;
}

std::vector<std::string> verdict_sentences(const Verdict& verdict, Language language) {
  return language == Language::kKorean ? korean_sentences(verdict) : english_sentences(verdict);
}

}  // namespace quadrant
