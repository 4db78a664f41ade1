#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_sentences.h"
#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

// What one contrast says about the arm `first` against the arm `second`. `sign` is -1 when the
// contrast was computed the other way round.
class Clause {
 public:
  Clause(const Contrast& contrast, std::string first, std::string second, double margin,
         int sign = 1)
      : contrast_(contrast),
        first_(std::move(first)),
        second_(std::move(second)),
        margin_(margin),
        sign_(sign) {}

  std::string text() const {
    if (!contrast_.available) {
      return fmt::format("{} was not compared with {}", first_, second_);
    }
    if (contrast_.detected != 0) return detected();
    if (contrast_.equivalent) {
      return fmt::format(
          "{} and {} are equivalent within the margin of {} points ({} points, 90 % interval {})",
          first_, second_, format_size(margin_), format_points(sign_ * contrast_.estimate),
          bounds(contrast_.equivalence.low, contrast_.equivalence.high));
    }
    return fmt::format("a difference between {} and {} was {} ({})", first_, second_,
                       not_detected(), estimate_and_mde());
  }

  std::string not_detected() const {
    const bool alone = contrast_.low > 0 || contrast_.high < 0;
    return alone ? "not detected after Holm's correction" : "not detected";
  }

  std::string estimate_and_mde() const {
    const std::string estimate = format_points(sign_ * contrast_.estimate) + " points";
    if (std::isnan(contrast_.low)) return estimate + ", too few clusters for an interval";
    return fmt::format("{} {}, MDE {} points", estimate, bounds(contrast_.low, contrast_.high),
                       format_size(contrast_.mde));
  }

  std::string size_and_bounds() const {  // the sign is said in words
    const int direction = contrast_.estimate < 0 ? -1 : 1;
    const double low = direction * contrast_.low, high = direction * contrast_.high;
    return fmt::format("{} points {}", format_size(contrast_.estimate),
                       format_bounds(std::min(low, high), std::max(low, high)));
  }

 private:
  std::string detected() const {
    return fmt::format("{} is {} than {} by {}{}", first_,
                       contrast_.detected * sign_ > 0 ? "better" : "worse", second_,
                       size_and_bounds(),
                       contrast_.equivalent ? ", which is below the margin that matters" : "");
  }

  std::string bounds(double low, double high) const { return turned_bounds(low, high, sign_); }

  const Contrast& contrast_;
  std::string first_, second_;
  double margin_;
  int sign_;
};

class EnglishWriter {
 public:
  explicit EnglishWriter(const Verdict& verdict)
      : labels_(named(verdict.labels)), margin_(verdict.margin), verdict_(verdict) {}

  std::vector<std::string> sentences() const {
    std::vector<std::string> text = decided();
    if (!verdict_.scope.model.empty()) text.push_back(scope());
    return text;
  }

 private:
  static ArmLabels named(ArmLabels labels) {
    if (labels.context.empty()) labels.context = "a context";
    if (labels.model.empty()) labels.model = "a tuned model";
    if (labels.both.empty()) labels.both = labels.context + " + " + labels.model;
    return labels;
  }

  std::vector<std::string> decided() const {
    switch (verdict_.kind) {
      case VerdictKind::kInvalid:
        return {invalid(), "The numbers are shown, but they decide nothing until it holds."};
      case VerdictKind::kContextWins:
        return {lead(against_model() + ", and " + context_gain()), "Also, " + model_gain() + ".",
                together(), basis()};
      case VerdictKind::kModelWins:
        return {lead(against_context() + ", and " + model_gain()), "Also, " + context_gain() + ".",
                together(), basis()};
      case VerdictKind::kBothWin:
      case VerdictKind::kInterference:
        return {lead(combination()), "Singly, " + singles() + ".",
                "Together, " + interaction() + ".", basis()};
      case VerdictKind::kEquivalent:
      case VerdictKind::kNoVerdict:
        return {lead(against_model()), "Singly, " + context_gain() + "; " + model_gain() + ".",
                together(), basis()};
    }
    return {};
  }

  Clause clause(int index, const std::string& first, const std::string& second,
                int sign = 1) const {
    return {verdict_.contrasts[static_cast<std::size_t>(index)], first, second, margin_, sign};
  }
  std::string context_gain() const {
    return clause(kContextGain, labels_.context, labels_.base).text();
  }
  std::string model_gain() const { return clause(kModelGain, labels_.model, labels_.base).text(); }
  std::string against_model() const {
    return clause(kContextOverModel, labels_.context, labels_.model).text();
  }
  std::string against_context() const {
    return clause(kContextOverModel, labels_.model, labels_.context, -1).text();
  }
  std::string singles() const {
    return context_gain() + "; " + model_gain() + "; " + against_model();
  }
  std::string combination() const {
    const bool context = verdict_.best_single == Single::kContext;
    return clause(kCombination, labels_.both, context ? labels_.context : labels_.model).text();
  }

  std::string interaction() const {
    const Contrast& contrast = verdict_.contrasts[kInteraction];
    const Clause numbers = clause(kInteraction, "", "");
    if (contrast.detected == 0 && contrast.equivalent) {
      return fmt::format(
          "the two effects add up within the margin (interaction {} points, 90 % interval {})",
          format_points(contrast.estimate),
          format_bounds(contrast.equivalence.low, contrast.equivalence.high));
    }
    if (contrast.detected == 0) {
      return fmt::format("a departure from adding up was {} (interaction {})",
                         numbers.not_detected(), numbers.estimate_and_mde());
    }
    const char* word = verdict_.interaction == Interaction::kSubAdditiveRemovable
                           ? "which the end of the scale alone could explain"
                           : to_string(verdict_.interaction);
    return fmt::format("the two give {} {} than their separate effects add up to ({})",
                       numbers.size_and_bounds(), contrast.detected > 0 ? "more" : "less",
                       word + on_log_odds());
  }

  // A ceiling bends shares, not log-odds.
  std::string on_log_odds() const {
    const ScaledInteraction& scaled = verdict_.log_odds;
    if (std::isnan(scaled.low)) return "";
    return fmt::format("; on the log-odds scale {:+.2f} [{:.2f}, {:.2f}]", scaled.estimate,
                       scaled.low, scaled.high);
  }

  std::string together() const {
    if (!verdict_.contrasts[kCombination].available ||
        !verdict_.contrasts[kInteraction].available) {
      return fmt::format("{} was not measured, so nothing is known of the two together.",
                         labels_.both);
    }
    return fmt::format("Together, {}; {}.", combination(), interaction());
  }

  std::string invalid() const {
    std::vector<std::string> failed;
    for (const auto& check : verdict_.failed_checks) {
      failed.push_back(check.detail.empty() ? check.name
                                            : fmt::format("{} ({})", check.name, check.detail));
    }
    return fmt::format("On {}, the arms cannot be compared, because a check failed: {}.",
                       labels_.metric, fmt::join(failed, "; "));
  }

  std::string basis() const {
    const Contrast& main = verdict_.contrasts[kContextOverModel];
    std::string text = fmt::format("This rests on {} items in {} cluster{}", main.n, main.clusters,
                                   main.clusters == 1 ? "" : "s");
    const VerdictBasis basis = basis_of(verdict_);
    if (basis.unscored > 0) {
      text += fmt::format("; up to {} items unscored in an arm are left out", basis.unscored);
    }
    if (basis.flat)
      text += "; a contrast did not vary at all, so its interval is a bound, not a spread";
    if (verdict_.best_single_from_test && verdict_.contrasts[kCombination].available) {
      text += "; the best single was chosen on these same items";
    }
    if (verdict_.fragile) {
      std::vector<std::string> reasons;
      for (const FragileReason& reason : verdict_.fragile_reasons) {
        reasons.push_back(describe(reason, Language::kEnglish));
      }
      text += fmt::format("; fragile, because it changes with {}", fmt::join(reasons, ", "));
    }
    return text + ".";
  }

  std::string lead(const std::string& text) const {
    return fmt::format("On {}, {}.", labels_.metric, text);
  }

  std::string scope() const {
    const Scope& scope = verdict_.scope;
    std::string text = fmt::format("This applies to {} on {} ({} questions in {} clusters)",
                                   scope.model, scope.data, scope.questions, scope.clusters);
    if (!scope.seeds.empty()) {
      text += fmt::format(", seed{} {}", scope.seeds.size() == 1 ? "" : "s",
                          fmt::join(scope.seeds, ", "));
    }
    text += fmt::format(", {} prompt template{}", scope.templates, scope.templates == 1 ? "" : "s");
    if (scope.unseen_templates > 0) text += fmt::format(" ({} unseen)", scope.unseen_templates);
    return text + "; other models, data or seeds may give another answer.";
  }

  ArmLabels labels_;
  double margin_;
  const Verdict& verdict_;
};

}  // namespace

std::vector<std::string> english_sentences(const Verdict& verdict) {
  return EnglishWriter(verdict).sentences();
}

}  // namespace quadrant
