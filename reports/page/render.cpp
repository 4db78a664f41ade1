#include "reports/page/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "harness/core/sha256.h"
#include "reports/page/assets.h"
#include "reports/page/gzip.h"
#include "reports/page/sections.h"
#include "reports/text/escape.h"

namespace quadrant {
namespace {

// As a content security policy wants it: 'sha256-...' of exactly these bytes.
std::string source_hash(std::string_view bytes) {
  const std::string hex = sha256_hex(bytes);
  std::string raw;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    raw += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return "'sha256-" + base64(raw) + "'";
}

std::string head(const ReportModel& model) {
  const std::string style = std::string("\n") + kReportStyle;
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; "
      "script-src {}; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{} · Quadrant</title>\n<style>{}</style>\n</head>\n",
      source_hash(style), source_hash(kReportScript), escape_html(model.title), style);
}

std::string masthead(const ReportModel& model) {
  std::size_t items = 0, strategies = 0;
  for (const SuiteReport& suite : model.suites) {
    items += suite.items.size();
    strategies = std::max(strategies, suite.arms.size());
  }
  return fmt::format(
      "<header class=\"top\">\n<p class=\"brand\">Quadrant</p>\n<h1>{}</h1>\n"
      "<p class=\"question\">Should you change what the model sees, or change the model?</p>\n"
      "<p class=\"meta\">{} · {} suite{} · {} items · {} strategies · run {}, {}</p>\n</header>\n",
      escape_html(model.title), escape_html(model.model_name.empty() ? "model" : model.model_name),
      model.suites.size(), model.suites.size() == 1 ? "" : "s", items, strategies, model.run_id,
      escape_html(model.state));
}

struct Part {
  const char* id;
  const char* name;
  std::string html;
};

std::string contents(const std::vector<Part>& parts) {
  std::string list;
  for (const Part& part : parts) {
    list += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", part.id, part.name);
  }
  return "<nav class=\"contents\" aria-label=\"Contents\"><ol>\n" + list + "</ol></nav>\n";
}

std::size_t size_of(const std::vector<Part>& parts) {
  std::size_t size = 0;
  for (const Part& part : parts) size += part.html.size();
  return size;
}

}  // namespace

std::string render_report(const ReportModel& model, std::size_t byte_limit) {
  std::vector<Part> parts{{"verdict", "Verdict", verdict_section(model)},
                          {"map", "Quadrant map", map_section(model)},
                          {"scores", "Scores", score_section(model)},
                          {"differences", "Differences", difference_section(model)},
                          {"interaction", "Adding up", interaction_section(model)},
                          {"costs", "Costs", cost_section(model)},
                          {"training", "Training", training_section(model)},
                          {"retrieval", "Retrieval", retrieval_section(model)},
                          {"errors", "Repaired, broken", error_section(model)},
                          {"samples", "Samples", ""},
                          {"provenance", "Provenance", provenance_section(model)}};
  const std::string top = head(model);
  const std::size_t fixed = top.size() + size_of(parts) + std::string_view(kReportScript).size();
  constexpr std::size_t kFrame = 4000;  // masthead, contents, filters
  const std::size_t room =
      byte_limit == 0 ? 0 : std::max<std::size_t>(byte_limit, fixed + kFrame + 1) - fixed - kFrame;
  for (Part& part : parts) {
    if (std::string_view(part.id) == "samples") part.html = sample_section(model, room);
  }
  parts.erase(std::remove_if(parts.begin(), parts.end(),
                             [](const Part& part) { return part.html.empty(); }),
              parts.end());
  std::string page = top;
  page += "<body>\n<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n" + masthead(model);
  page += "<div class=\"columns\">\n" + contents(parts) + "<main>\n";
  for (const Part& part : parts) page += part.html;
  page += "</main>\n</div>\n<script>";
  page += kReportScript;
  page += "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace quadrant
