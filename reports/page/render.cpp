#include "reports/page/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/core/error.h"
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

std::string head(const Say& say, const std::string& title) {
  const std::string style = std::string("\n") + kReportStyle;
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; "
      "script-src {}; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{} · Quadrant</title>\n<style>{}</style>\n</head>\n",
      say.korean() ? "ko" : "en", source_hash(style), source_hash(kReportScript),
      escape_html(title), style);
}

std::string head_facts(const ReportModel& model) {
  const Say& say = model.say;
  std::size_t items = 0, strategies = 0;
  for (const SuiteReport& suite : model.suites) {
    items += suite.items.size();
    strategies = std::max(strategies, suite.arms.size());
  }
  return say("{} · {} suite{} · {} items · {} strategies · run {}, {}",
             "{0} · 묶음 {1}개 · 문항 {3}개 · 방식 {4}개 · 실행 {5}, {6}",
             model.model_name.empty() ? say("model", "모델") : model.model_name,
             model.suites.size(), model.suites.size() == 1 ? "" : "s", items, strategies,
             model.run_id, state_word(model.say, model.state));
}

std::string title_of(const std::vector<ReportModel>& models) {
  std::vector<std::string> names;
  for (const ReportModel& model : models) {
    if (std::find(names.begin(), names.end(), model.title) == names.end()) {
      names.push_back(model.title);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string masthead(const std::vector<ReportModel>& models) {
  const Say& say = models.front().say;
  return fmt::format(
      "<header class=\"top\">\n<p class=\"brand\">Quadrant</p>\n<h1>{}</h1>\n<p "
      "class=\"question\">{}</p>\n<p class=\"meta\">{}</p>\n</header>\n",
      escape_html(title_of(models)),
      say("Should you change what the model sees, or change the model?",
          "모델이 보는 것을 바꿀까, 모델을 바꿀까?"),
      models.size() == 1 ? escape_html(head_facts(models.front()))
                         : say("{} runs in one page", "실행 {}개를 한 쪽에", models.size()));
}

struct Part {
  std::string id, name, html;
};

void drop_empty(std::vector<Part>& parts) {
  std::erase_if(parts, [](const Part& part) { return part.html.empty(); });
}

std::vector<Part> parts_of(const ReportModel& model) {
  const Say& say = model.say;
  std::vector<Part> parts{
      {"verdict", say("Verdict", "판정"), verdict_section(model)},
      {"map", say("Quadrant map", "사분면 지도"), map_section(model)},
      {"scores", say("Scores", "점수"), score_section(model)},
      {"differences", say("Differences", "차이"), difference_section(model)},
      {"interaction", say("Adding up", "더해지는가"), interaction_section(model)},
      {"costs", say("Costs", "비용"), cost_section(model)},
      {"training", say("Training", "학습"), training_section(model)},
      {"prompts", say("Prompts", "프롬프트"), prompt_section(model)},
      {"rates", say("Learning rates", "학습률"), rate_section(model)},
      {"retrieval", say("Retrieval", "검색"), retrieval_section(model)},
      {"errors", say("Errors", "오답"), error_section(model)},
      {"claims", say("Claims", "주장"), claim_section(model)},
      {"provenance", say("Provenance", "출처"), provenance_section(model)}};
  drop_empty(parts);
  for (Part& part : parts) part.id = model.anchor + part.id;
  return parts;
}

std::string links(const std::vector<Part>& parts) {
  std::string list;
  for (const Part& part : parts) {
    list += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", part.id, part.name);
  }
  return list;
}

// The parts of one run under its name, as one part of the page.
Part run_part(const ReportModel& model) {
  const std::string name = model.say("Run {}: {}", "실행 {}: {}", model.run_id, model.title);
  const std::vector<Part> parts = parts_of(model);
  std::string html = fmt::format(
      "<div class=\"run\" id=\"{}run\">\n<h2>{}</h2>\n<p class=\"meta\">{}</p>\n<nav "
      "class=\"inside\" aria-label=\"{}\"><ul>\n{}</ul></nav>\n",
      model.anchor, escape_html(name), escape_html(head_facts(model)), escape_html(name),
      links(parts));
  for (const Part& part : parts) html += part.html;
  return {model.anchor + "run", model.say("Run {}", "실행 {}", model.run_id), html + "</div>\n"};
}

std::vector<Part> page_parts(const std::vector<ReportModel>& models) {
  const Say& say = models.front().say;
  const Part dose{"dose", say("Context or training", "컨텍스트와 학습"), dose_section(models)};
  if (models.size() == 1) {
    std::vector<Part> parts = parts_of(models.front());
    const auto after = std::find_if(parts.begin(), parts.end(),
                                    [](const Part& part) { return part.id == "costs"; });
    parts.insert(after == parts.end() ? after : after + 1, dose);
    return parts;
  }
  std::vector<Part> parts{{"runs", say("All runs", "모든 실행"), runs_section(models)}, dose};
  for (const ReportModel& model : models) parts.push_back(run_part(model));
  return parts;
}

}  // namespace

std::string render_report(std::vector<ReportModel> models, std::size_t byte_limit) {
  QUADRANT_CHECK(!models.empty());
  for (ReportModel& model : models) {
    model.anchor = models.size() > 1 ? fmt::format("run{}-", model.run_id) : "";
  }
  const Say& say = models.front().say;
  std::vector<Part> parts = page_parts(models);
  const std::string top = head(say, title_of(models));
  std::size_t fixed = top.size() + std::string_view(kReportScript).size();
  for (const Part& part : parts) fixed += part.html.size();
  constexpr std::size_t kFrame = 5000;  // masthead, contents, filters
  const std::size_t room =
      byte_limit == 0 ? 0 : std::max<std::size_t>(byte_limit, fixed + kFrame + 1) - fixed - kFrame;
  parts.insert(models.size() > 1 ? parts.end() : parts.end() - 1,
               {"samples", say("Samples", "문항 보기"), sample_section(models, room)});
  drop_empty(parts);
  std::string page = top;
  page += fmt::format("<body>\n<a class=\"skip\" href=\"#{}\">{}</a>\n", parts.front().id,
                      say("Skip to the verdict", "판정으로 건너뛰기"));
  page += masthead(models);
  page += fmt::format(
      "<div class=\"columns\">\n<nav class=\"contents\" "
      "aria-label=\"{}\"><ol>\n{}</ol></nav>\n<main>\n",
      say("Contents", "차례"), links(parts));
  for (const Part& part : parts) page += part.html;
  page += "</main>\n</div>\n<script>";
  page += kReportScript;
  page += "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace quadrant
