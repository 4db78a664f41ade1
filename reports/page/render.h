// The two faces of a report: one self-contained HTML page, and a table for the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/model/report_model.h"

namespace quadrant {

// One file without network, the same bytes for the same models; one run or several, each once.
// Without samples one run stays below 300 KB; samples are thinned out, and said to be, so that the
// whole stays below `byte_limit` (0 = no limit, for --samples all).
std::string render_report(std::vector<ReportModel> models, std::size_t byte_limit = 2'000'000);

// Scores with intervals per suite and arm, then the verdicts in words, wrapped at `columns`.
std::string verdict_table(const ReportModel& model, int columns);

}  // namespace quadrant
