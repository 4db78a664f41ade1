// The few pieces of HTML that all sections are made of. What is called `html` is markup that we
// wrote; everything else is text and is escaped here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/model/report_model.h"

namespace quadrant {

// A real table; the first column are row headings. Numbers stand right.
class Table {
 public:
  Table(std::string caption, std::vector<std::string> columns);
  void add(std::vector<std::string> cells);
  // The same with a class for the row.
  void add(std::vector<std::string> cells, std::string_view row_class);
  std::string html() const;

 private:
  std::string caption_;
  std::vector<std::string> columns_;
  std::string rows_;
};

std::string paragraph(std::string_view text, std::string_view classes = "");
std::string heading(int level, std::string_view text);
// A chart in a frame that scrolls sideways on a phone, and the sentence how to read it.
std::string figure(const Say& say, const std::string& svg, std::string_view how_to_read);
std::string fold(std::string_view summary, const std::string& html);  // <details>
// <section id> with its heading and the sentence that says what was found.
std::string section(std::string_view id, std::string_view title, std::string_view finding,
                    const std::string& html);
std::string section(const ReportModel& model, std::string_view id, std::string_view title,
                    std::string_view finding, const std::string& html);
// Unique in a page of several runs: "map0", or "run3-map0".
std::string chart_id(const ReportModel& model, std::string_view name, std::size_t suite);

// "company_qa" before a figure, where there are several suites.
std::string suite_heading(const ReportModel& model, const SuiteReport& suite);
std::string arm_label(const ReportModel& model, const ArmReport& arm);
Language language(const ReportModel& model);
std::string slice_name(const Say& say, const std::string& slice);  // "(no slice)" for ""
bool is_oracle(const ReportModel& model, const ArmReport& arm);

}  // namespace quadrant
