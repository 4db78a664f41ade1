// Does confidence tell right answers from wrong ones, and is it as high as the share of right ones?
//
// `confidence` in [0, 1] and `right` (1 or 0) have one entry per answer. NaN where a number is not
// defined. Equal confidences are treated alike: no result depends on the order of the answers,
// except that bins of equal mass may cut through a run of equal ones (in the order given).
#pragma once

#include <span>

namespace quadrant {

// Expected calibration error over `bins` bins of equal mass (Guo et al. 2017, with the bins of
// Nixon et al. 2019): the mean distance of confidence and accuracy, weighted by size. Fewer
// answers than bins make a bin each; the first bins take one more when it does not come out even.
double calibration_error(std::span<const double> confidence, std::span<const double> right,
                         int bins = 15);

// Probability that a right answer has a higher confidence than a wrong one; ties count half.
double auroc(std::span<const double> confidence, std::span<const double> right);

// Area under the risk-coverage curve (Geifman and El-Yaniv 2017): the mean, over k = 1..n, of the
// error rate among the k most confident answers.
double risk_coverage_area(std::span<const double> confidence, std::span<const double> right);

}  // namespace quadrant
