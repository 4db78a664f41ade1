// The writers of the formats, each in a file of its own; not for others.
#pragma once

#include "reports/export/export.h"

namespace quadrant {

ExportFormat jsonl_format();
ExportFormat csv_format();
ExportFormat json_format();
ExportFormat markdown_format();
ExportFormat junit_format();
ExportFormat lm_eval_format();
ExportFormat ragas_format();
ExportFormat ragchecker_format();
ExportFormat deepeval_format();

}  // namespace quadrant
