#include "harness/stats/verdict_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace quadrant {
namespace {

double rounded_points(double difference) {
  const double points = std::round(difference * 1000) / 10;
  return points == 0 ? 0 : points;  // no "-0.0"
}

std::string plain_points(double size) { return fmt::format("{:.1f}", rounded_points(size)); }

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
          first_, second_, plain_points(margin_), format_points(sign_ * contrast_.estimate),
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
                       plain_points(contrast_.mde));
  }

  std::string size_and_bounds() const {  // the sign is said in words
    const int direction = contrast_.estimate < 0 ? -1 : 1;
    const double low = direction * contrast_.low, high = direction * contrast_.high;
    return fmt::format("{} points {}", plain_points(std::abs(contrast_.estimate)),
                       format_bounds(std::min(low, high), std::max(low, high)));
  }

 private:
  std::string detected() const {
    return fmt::format("{} is {} than {} by {}{}", first_,
                       contrast_.detected * sign_ > 0 ? "better" : "worse", second_,
                       size_and_bounds(),
                       contrast_.equivalent ? ", which is below the margin that matters" : "");
  }

  std::string bounds(double low, double high) const {
    return sign_ > 0 ? format_bounds(low, high) : format_bounds(-high, -low);
  }

  const Contrast& contrast_;
  std::string first_, second_;
  double margin_;
  int sign_;
};

class Writer {
 public:
  Writer(const VerdictInput& input, const Verdict& verdict)
      : labels_(input.labels), margin_(input.margin), verdict_(verdict) {}

  std::vector<std::string> sentences() const {
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

 private:
  Clause clause(int index, const std::string& first, const std::string& second,
                int sign = 1) const {
    return {verdict_.contrasts[static_cast<std::size_t>(index)], first, second, margin_, sign};
  }
  std::string context_gain() const { return clause(0, labels_.context, labels_.base).text(); }
  std::string model_gain() const { return clause(1, labels_.model, labels_.base).text(); }
  std::string against_model() const { return clause(2, labels_.context, labels_.model).text(); }
  std::string against_context() const {
    return clause(2, labels_.model, labels_.context, -1).text();
  }
  std::string singles() const {
    return context_gain() + "; " + model_gain() + "; " + against_model();
  }
  std::string combination() const {
    const bool context = verdict_.best_single == Single::kContext;
    return clause(3, labels_.both, context ? labels_.context : labels_.model).text();
  }

  std::string interaction() const {
    const Contrast& contrast = verdict_.contrasts[4];
    const Clause numbers = clause(4, "", "");
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
    return fmt::format("the two give {} {} than their separate effects add up to ({})",
                       numbers.size_and_bounds(), contrast.detected > 0 ? "more" : "less",
                       to_string(verdict_.interaction));
  }

  std::string together() const {
    if (!verdict_.contrasts[3].available || !verdict_.contrasts[4].available) {
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
    const auto& contrasts = verdict_.contrasts;
    const Contrast& main = contrasts[2];
    std::string text = fmt::format("This rests on {} items in {} cluster{}", main.n, main.clusters,
                                   main.clusters == 1 ? "" : "s");
    int unscored = 0;
    bool flat = false;
    for (const auto& contrast : contrasts) {
      unscored = std::max(unscored, contrast.unscored);
      flat = flat || contrast.method == IntervalMethod::kFlat;
    }
    if (unscored > 0) {
      text += fmt::format("; up to {} items unscored in an arm are left out", unscored);
    }
    if (flat) text += "; a contrast did not vary at all, so its interval is a bound, not a spread";
    if (verdict_.best_single_from_test && contrasts[3].available) {
      text += "; the best single was chosen on these same items";
    }
    if (verdict_.fragile) {
      text += fmt::format("; fragile, because it changes with {}",
                          fmt::join(verdict_.fragile_reasons, ", "));
    }
    return text + ".";
  }

  std::string lead(const std::string& text) const {
    return fmt::format("On {}, {}.", labels_.metric, text);
  }

  const ArmLabels& labels_;
  double margin_;
  const Verdict& verdict_;
};

}  // namespace

std::string format_points(double difference) {
  return std::isnan(difference) ? "n/a" : fmt::format("{:+.1f}", rounded_points(difference));
}

std::string format_bounds(double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return "[n/a]";
  return fmt::format("[{:.1f}, {:.1f}]", rounded_points(low), rounded_points(high));
}

std::vector<std::string> verdict_sentences(const VerdictInput& input, const Verdict& verdict) {
  return Writer(input, verdict).sentences();
}

}  // namespace quadrant
