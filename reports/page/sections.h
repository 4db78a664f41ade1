// The sections of the page, in reading order; each in its own file. A section without numbers is
// an empty string and leaves no trace in the page.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "reports/model/report_model.h"

namespace quadrant {

std::string verdict_section(const ReportModel& model);
std::string map_section(const ReportModel& model);
std::string score_section(const ReportModel& model);
std::string difference_section(const ReportModel& model);
std::string interaction_section(const ReportModel& model);
std::string cost_section(const ReportModel& model);
std::string training_section(const ReportModel& model);
std::string retrieval_section(const ReportModel& model);
std::string error_section(const ReportModel& model);
// Of several runs: what each found; of all: how much context equals how much training.
std::string runs_section(std::span<const ReportModel> models);
std::string dose_section(std::span<const ReportModel> models);
// `room`: bytes that the samples may take in the page; 0 = any.
std::string sample_section(std::span<const ReportModel> models, std::size_t room);
std::string claim_section(const ReportModel& model);
std::string prompt_section(const ReportModel& model);
std::string rate_section(const ReportModel& model);
std::string provenance_section(const ReportModel& model);

}  // namespace quadrant
