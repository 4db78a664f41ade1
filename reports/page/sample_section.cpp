// The sample browser: its data as compressed JSON, opened by the page's script.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "reports/page/causes.h"
#include "reports/page/gzip.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/escape.h"

namespace quadrant {
namespace {

using nlohmann::json;

json number_or_null(double value) {
  return std::isnan(value) ? json() : json(std::round(value * 10000) / 10000);
}

// Only the texts that the chosen items use, numbered anew; those of all runs in one list.
class UsedTexts {
 public:
  int index(const Samples& samples, int text) {
    const auto [place, is_new] =
        positions_.emplace(std::pair(&samples, text), static_cast<int>(used_.size()));
    if (is_new) used_.push_back(visible_text(samples.texts[static_cast<std::size_t>(text)]));
    return place->second;
  }
  const json& used() const { return used_; }

 private:
  std::map<std::pair<const Samples*, int>, int> positions_;
  json used_ = json::array();
};

json answer_json(const Samples& samples, const SampleAnswer& answer, Cause cause,
                 UsedTexts& texts) {
  json passages = json::array();
  for (const SamplePassage& passage : answer.passages) {
    passages.push_back({texts.index(samples, passage.text), visible_text(passage.doc_id),
                        number_or_null(passage.score), passage.relevant, passage.in_prompt});
  }
  return {{"a", answer.arm},
          {"n", answer.seed ? json(*answer.seed) : json()},
          {"p", texts.index(samples, answer.prompt)},
          {"o", visible_text(answer.output)},
          {"s", number_or_null(answer.score)},
          {"e", visible_text(answer.error)},
          {"z", visible_text(answer.stop)},
          {"t", {answer.prompt_tokens, answer.output_tokens}},
          {"c", answer.truncated},
          {"d", answer.delivered ? json(*answer.delivered) : json()},
          {"y", static_cast<int>(cause)},
          {"r", passages}};
}

json item_json(const ReportModel& model, std::size_t first_suite, const SampleItem& sample,
               UsedTexts& texts) {
  const SuiteReport& suite = model.suites[static_cast<std::size_t>(sample.suite)];
  const ReportItem& item = suite.items[static_cast<std::size_t>(sample.item)];
  json targets = json::array(), answers = json::array();
  for (const std::string& target : sample.targets) targets.push_back(visible_text(target));
  for (const SampleAnswer& answer : sample.answers) {
    const ArmReport& arm = suite.arms[static_cast<std::size_t>(answer.arm)];
    const Cause cause = arm.causes[static_cast<std::size_t>(sample.item)];
    answers.push_back(answer_json(model.samples, answer, cause, texts));
  }
  return {{"s", first_suite + static_cast<std::size_t>(sample.suite)},
          {"i", visible_text(item.id)},
          {"c", visible_text(item.cluster)},
          {"l", visible_text(item.slice)},
          {"u", !item.answerable},
          {"q", visible_text(sample.question)},
          {"t", targets},
          {"r", answers}};
}

json suites_json(std::span<const ReportModel> models) {
  json suites = json::array();
  for (const ReportModel& model : models) {
    for (const SuiteReport& suite : model.suites) {
      json arms = json::array();
      for (const ArmReport& arm : suite.arms) arms.push_back(visible_text(arm_label(model, arm)));
      const std::string name = visible_text(suite.name);
      const std::string key = fmt::format("{}/{}", model.run_id, name);
      suites.push_back(
          {{"name",
            models.size() > 1 ? model.say("run {}: {}", "실행 {}: {}", model.run_id, name) : name},
           {"key", models.size() > 1 ? key : name},
           {"metric", visible_text(suite.metric)},
           {"arms", arms}});
    }
  }
  return suites;
}

std::size_t item_count(std::span<const ReportModel> models) {
  std::size_t count = 0;
  for (const ReportModel& model : models) count += model.samples.items.size();
  return count;
}

// `count` items, evenly spaced over all of them.
std::string payload(std::span<const ReportModel> models, std::size_t count) {
  const std::size_t all = item_count(models);
  UsedTexts texts;
  json chosen = json::array(), causes = json::array();
  std::size_t first_item = 0, first_suite = 0, k = 0;
  for (const ReportModel& model : models) {
    const auto& items = model.samples.items;
    for (; k < count && k * all / count < first_item + items.size(); ++k) {
      chosen.push_back(item_json(model, first_suite, items[k * all / count - first_item], texts));
    }
    first_item += items.size();
    first_suite += model.suites.size();
  }
  for (int c = 0; c < kCauses; ++c) {
    causes.push_back(cause_name(models.front().say, static_cast<Cause>(c)));
  }
  const json data{{"suites", suites_json(models)},
                  {"causes", causes},
                  {"texts", texts.used()},
                  {"items", chosen}};
  return base64(gzip(data.dump()));
}

struct Chosen {
  std::string data;
  std::size_t count = 0;
};

Chosen fitting_payload(std::span<const ReportModel> models, std::size_t room) {
  Chosen chosen{"", item_count(models)};
  while (chosen.count > 0) {
    chosen.data = payload(models, chosen.count);
    if (room == 0 || chosen.data.size() <= room) return chosen;
    const double share = 0.9 * static_cast<double>(room) / static_cast<double>(chosen.data.size());
    chosen.count = static_cast<std::size_t>(static_cast<double>(chosen.count) * share);
  }
  chosen.data.clear();
  return chosen;
}

std::string select(std::string_view id, const std::string& label) {
  return fmt::format("<label>{} <select id=\"{}\"></select></label>\n", label, id);
}

std::string controls(const Say& say) {
  std::string html = "<div class=\"filters\" id=\"filters\" hidden>\n";
  html += select("f-suite", say("Suite", "묶음")) + select("f-slice", say("Slice", "부분")) +
          select("f-arm", say("Strategy", "방식")) + select("f-outcome", say("Answer", "답")) +
          select("f-cause", say("Reason", "이유")) + select("f-a", say("Compare", "견줄 방식")) +
          select("f-b", say("with", "상대 방식"));
  html += fmt::format(
      "<label class=\"check\"><input id=\"f-differ\" type=\"checkbox\"> {}</label>\n<label>{} "
      "<input "
      "id=\"f-text\" type=\"search\" autocomplete=\"off\"></label>\n</div>\n",
      say("only where they differ", "서로 다른 것만"), say("Text", "글"));
  html += fmt::format(
      "<div class=\"browser\" id=\"browser\" hidden>\n<div class=\"list\"><p class=\"small\" "
      "id=\"count\" aria-live=\"polite\"></p>\n<ul id=\"items\" "
      "aria-label=\"{}\"></ul></div>\n<div "
      "class=\"item\" id=\"item\"></div>\n</div>\n<p class=\"small\" id=\"no-browser\">{}</p>\n",
      say("Items", "문항"),
      say("The samples need JavaScript; without it, <code>quadrant show ITEM</code> prints them.",
          "문항을 보려면 JavaScript가 필요합니다. 없으면 <code>quadrant show ITEM</code>을 "
          "쓰십시오."));
  return html;
}

}  // namespace

std::string sample_section(std::span<const ReportModel> models, std::size_t room) {
  const std::size_t all = item_count(models);
  if (all == 0) return "";
  const Say& say = models.front().say;
  const Chosen chosen = fitting_payload(models, room);
  if (chosen.count == 0) return "";
  std::size_t left_out = all - chosen.count;
  for (const ReportModel& model : models) {
    left_out += static_cast<std::size_t>(model.samples.left_out);
  }
  std::string finding = say("{} items, each under every strategy side by side",
                            "문항 {}개를 모든 방식에서 나란히 봅니다", chosen.count);
  finding += left_out > 0
                 ? say("; {} more are in the store (--samples all shows them): items on which "
                       "strategies disagree come first.",
                       ". 저장소에 {}개가 더 있습니다 (--samples all). 방식끼리 엇갈리는 문항이 "
                       "먼저입니다.",
                       left_out)
                 : ".";
  return section("samples", say("Samples", "문항 보기"), finding,
                 controls(say) + "<script type=\"application/gzip\" id=\"sample-data\">" +
                     chosen.data + "</script>\n");
}

}  // namespace quadrant
