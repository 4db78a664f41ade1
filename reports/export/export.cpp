#include "reports/export/export.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "reports/export/formats.h"

namespace quadrant {

const std::vector<ExportFormat>& export_formats() {
  static const std::vector<ExportFormat> formats{
      jsonl_format(),   csv_format(),   json_format(),       markdown_format(), junit_format(),
      lm_eval_format(), ragas_format(), ragchecker_format(), deepeval_format()};
  return formats;
}

const ExportFormat& find_export_format(const std::string& name) {
  std::vector<std::string> names;
  for (const ExportFormat& format : export_formats()) {
    if (format.name == name) return format;
    names.push_back(format.name);
  }
  const std::string nearest = nearest_name(name, names);
  throw Error(fmt::format("no format is called \"{}\"", name), "--format",
              nearest.empty() ? fmt::format("use one of {}", fmt::join(names, ", "))
                              : fmt::format("did you mean {}?", nearest));
}

}  // namespace quadrant
