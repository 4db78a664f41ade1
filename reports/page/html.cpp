#include "reports/page/html.h"

#include <fmt/format.h>

#include <utility>

#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string class_attribute(std::string_view classes) {
  return classes.empty() ? "" : fmt::format(" class=\"{}\"", classes);
}

}  // namespace

Table::Table(std::string caption, std::vector<std::string> columns)
    : caption_(std::move(caption)), columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) { add(std::move(cells), ""); }

void Table::add(std::vector<std::string> cells, std::string_view row_class) {
  rows_ += fmt::format("<tr{}>", class_attribute(row_class));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += i == 0 ? fmt::format("<th scope=\"row\"><span>{}</span></th>", escape_html(cells[i]))
                    : fmt::format("<td>{}</td>", escape_html(cells[i]));
  }
  rows_ += "</tr>\n";
}

std::string Table::html() const {
  std::string head;
  for (const auto& column : columns_) {
    head += fmt::format("<th scope=\"col\">{}</th>", escape_html(column));
  }
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>"
      "<caption><span>{0}</span></caption>\n<thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody></"
      "table></div>\n",
      escape_html(caption_), head, rows_);
}

std::string paragraph(std::string_view text, std::string_view classes) {
  return fmt::format("<p{}>{}</p>\n", class_attribute(classes),
                     escape_html(with_unbroken_numbers(text)));
}

std::string heading(int level, std::string_view text) {
  return fmt::format("<h{0}>{1}</h{0}>\n", level, escape_html(text));
}

std::string figure(const Say& say, const std::string& svg, std::string_view how_to_read) {
  return fmt::format(
      "<figure><div class=\"chart\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">\n{}</div>"
      "<figcaption><b>{}</b> {}</figcaption></figure>\n",
      say("Chart", "그림"), svg, say("How to read it.", "읽는 법."),
      escape_html(with_unbroken_numbers(how_to_read)));
}

std::string fold(std::string_view summary, const std::string& html) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_html(summary), html);
}

std::string section(std::string_view id, std::string_view title, std::string_view finding,
                    const std::string& html) {
  return fmt::format("<section id=\"{}\">\n{}{}{}</section>\n", id, heading(2, title),
                     paragraph(finding, "finding"), html);
}

std::string section(const ReportModel& model, std::string_view id, std::string_view title,
                    std::string_view finding, const std::string& html) {
  return section(fmt::format("{}{}", model.anchor, id), title, finding, html);
}

std::string chart_id(const ReportModel& model, std::string_view name, std::size_t suite) {
  return fmt::format("{}{}{}", model.anchor, name, suite);
}

Language language(const ReportModel& model) {
  return model.say.korean() ? Language::kKorean : Language::kEnglish;
}

std::string slice_name(const Say& say, const std::string& slice) {
  return slice.empty() ? say("(no slice)", "(구분 없음)") : slice;
}

std::string suite_heading(const ReportModel& model, const SuiteReport& suite) {
  return model.suites.size() > 1 ? heading(3, suite.name) : "";
}

std::string arm_label(const ReportModel& model, const ArmReport& arm) {
  return arm_label(model, arm.context, arm.tuning);
}

bool is_oracle(const ReportModel& model, const ArmReport& arm) {
  return model.contexts[static_cast<std::size_t>(arm.context)].kind == "oracle";
}

}  // namespace quadrant
