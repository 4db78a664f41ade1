// What of a claim was measured, in a few words, for the page and the terminal.
#pragma once

#include <string>

#include "reports/model/report_model.h"

namespace quadrant {

// "measured 2: holds 1, fails 0, cannot be told 1; items 24": differences, and the items behind
// one, from the fewest to the most. Of a claim with something measured.
std::string claim_tally(const Say& say, const ClaimReport& report);

}  // namespace quadrant
