// Why each answer came out right or wrong, and what changing one thing repaired and broke.
//
// Mechanical, from stored records and scores only; right = a score of at least .5, averaged over
// seeds. Passages are those of an arm's first seed.
#pragma once

#include "reports/model/report_model.h"

namespace quadrant {

bool is_right(double score);  // false for NaN

// Fills ArmReport::causes and SuiteReport::flows; needs scores and ArmReport::shown.
void add_attribution(ReportModel& model);

}  // namespace quadrant
