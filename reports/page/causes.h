// Words, figure and table for why answers are right or wrong; part of the section of errors.
#pragma once

#include <array>
#include <string>

#include "reports/model/report_model.h"

namespace quadrant {

std::string cause_name(const Say& say, Cause cause);

using CauseCounts = std::array<int, kCauses>;
CauseCounts count_causes(const SuiteReport& suite, const ArmReport& arm);

// "rag: 41 of 60 wrong answers are retrieval misses", for what matters most; "" without answers.
std::string cause_finding(const ReportModel& model, const SuiteReport& suite);
std::string cause_part(const ReportModel& model, const SuiteReport& suite, const std::string& id);

}  // namespace quadrant
