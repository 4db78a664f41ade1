// Parts of the section of differences, each a fold or nothing.
#pragma once

#include <string>

#include "reports/model/report_model.h"

namespace quadrant {

// Where the spread of the primary differences comes from.
std::string spread_part(const ReportModel& model, const SuiteReport& suite);
// Differences of metrics that are no means of items.
std::string corpus_part(const ReportModel& model, const SuiteReport& suite);

std::string p_text(double p);  // "< .001", "0.042", "n/a"
// "rag - the base model"; the interaction and the base have words of their own in each language.
std::string contrast_name(const Say& say, const Contrast& contrast);
// "rag and lora": what stands for context and for the model.
std::string arms_title(const ReportModel& model, const VerdictReport& report);

}  // namespace quadrant
