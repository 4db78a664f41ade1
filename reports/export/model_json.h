// The report model's numbers as JSON, under the names of its fields; NaN is null.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/model/report_model.h"

namespace quadrant {

nlohmann::json interval_json(const MeanInterval& interval);

// {"suites": [...], "trainings": [...], "warnings": [...], ...}; without samples and curves.
nlohmann::json model_json(const ReportModel& model);

}  // namespace quadrant
