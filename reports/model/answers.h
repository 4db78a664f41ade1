// What the answers of each arm cost and what retrieval brought them; not for others.
#pragma once

#include <vector>

#include "harness/store/report_queries.h"
#include "reports/model/report_model.h"

namespace quadrant {

// Is the cell one of this arm's, over test items, with answers?
bool belongs(const ReportCellRow& cell, const ReportModel& model, const SuiteReport& suite,
             const ArmReport& arm);

// Fills counts, costs and retrieval of every arm; needs the arms' scores.
void add_answer_figures(const Store& store, const std::vector<ReportCellRow>& cells,
                        ReportModel& model);

}  // namespace quadrant
