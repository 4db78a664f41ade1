// What the sections of cost share: units and how their amounts are written.
#pragma once

#include <string>
#include <vector>

#include "reports/model/costs.h"
#include "reports/model/report_model.h"

namespace quadrant {

// Compute and time, and money where prices are known.
std::vector<CostUnit> cost_units(const ReportModel& model);
std::string unit_name(const Say& say, CostUnit unit);  // "compute"
std::string cost_text(const ReportModel& model, CostUnit unit, double value);
// Money where prices are known, else compute: the one that figures use.
CostUnit figure_unit(const ReportModel& model);
std::string (*cost_tick(CostUnit unit))(double);
std::string cost_title(const ReportModel& model, CostUnit unit);  // of an axis, "compute, FLOP"

const BreakEvenCount& count_of(const BreakEven& even, CostUnit unit);
std::string band_text(const Say& say, const BreakEvenCount& count);  // "1,234 [900, 1,800]"

// What to use on a suite, at what cost, from what volume on; "" without scores.
std::string advice(const ReportModel& model, const SuiteReport& suite);

// Which strategy is best at which worth of a point of score; "" without scores.
std::string worth_part(const ReportModel& model, const SuiteReport& suite);

// Break-even as sentences, figure and tables; "" where nothing was trained or no context read.
std::string break_even_finding(const ReportModel& model, const SuiteReport& suite);
std::string break_even_part(const ReportModel& model, const SuiteReport& suite,
                            const std::string& id);

}  // namespace quadrant
