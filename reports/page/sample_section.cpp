// The sample browser: its data as compressed JSON, opened by the page's script.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

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

// Only the texts that the chosen items use, numbered anew.
class UsedTexts {
 public:
  explicit UsedTexts(const std::vector<std::string>& texts) : texts_(texts) {}
  int index(int text) {
    const auto [place, is_new] = positions_.emplace(text, static_cast<int>(used_.size()));
    if (is_new) used_.push_back(visible_text(texts_[static_cast<std::size_t>(text)]));
    return place->second;
  }
  const json& used() const { return used_; }

 private:
  const std::vector<std::string>& texts_;
  std::map<int, int> positions_;
  json used_ = json::array();
};

json answer_json(const SampleAnswer& answer, Cause cause, UsedTexts& texts) {
  json passages = json::array();
  for (const SamplePassage& passage : answer.passages) {
    passages.push_back({texts.index(passage.text), visible_text(passage.doc_id),
                        number_or_null(passage.score), passage.relevant, passage.in_prompt});
  }
  return {{"a", answer.arm},
          {"n", answer.seed ? json(*answer.seed) : json()},
          {"p", texts.index(answer.prompt)},
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

json item_json(const ReportModel& model, const SampleItem& sample, UsedTexts& texts) {
  const SuiteReport& suite = model.suites[static_cast<std::size_t>(sample.suite)];
  const ReportItem& item = suite.items[static_cast<std::size_t>(sample.item)];
  json targets = json::array(), answers = json::array();
  for (const std::string& target : sample.targets) targets.push_back(visible_text(target));
  for (const SampleAnswer& answer : sample.answers) {
    const ArmReport& arm = suite.arms[static_cast<std::size_t>(answer.arm)];
    const Cause cause = arm.causes[static_cast<std::size_t>(sample.item)];
    answers.push_back(answer_json(answer, cause, texts));
  }
  return {{"s", sample.suite},
          {"i", visible_text(item.id)},
          {"c", visible_text(item.cluster)},
          {"l", visible_text(item.slice)},
          {"u", !item.answerable},
          {"q", visible_text(sample.question)},
          {"t", targets},
          {"r", answers}};
}

json suites_json(const ReportModel& model) {
  json suites = json::array();
  for (const SuiteReport& suite : model.suites) {
    json arms = json::array();
    for (const ArmReport& arm : suite.arms) arms.push_back(visible_text(arm_label(model, arm)));
    suites.push_back({{"name", visible_text(suite.name)},
                      {"metric", visible_text(suite.metric)},
                      {"arms", arms}});
  }
  return suites;
}

// `count` items, evenly spaced over all of them.
std::string payload(const ReportModel& model, std::size_t count) {
  const auto& items = model.samples.items;
  UsedTexts texts(model.samples.texts);
  json chosen = json::array();
  for (std::size_t k = 0; k < count; ++k) {
    chosen.push_back(item_json(model, items[k * items.size() / count], texts));
  }
  json causes = json::array();
  for (int c = 0; c < kCauses; ++c) causes.push_back(cause_name(model.say, static_cast<Cause>(c)));
  const json data{{"suites", suites_json(model)},
                  {"causes", causes},
                  {"texts", texts.used()},
                  {"items", chosen}};
  return base64(gzip(data.dump()));
}

struct Chosen {
  std::string data;
  std::size_t count = 0;
};

Chosen fitting_payload(const ReportModel& model, std::size_t room) {
  Chosen chosen{"", model.samples.items.size()};
  while (chosen.count > 0) {
    chosen.data = payload(model, chosen.count);
    if (room == 0 || chosen.data.size() <= room) return chosen;
    const double share = 0.9 * static_cast<double>(room) / static_cast<double>(chosen.data.size());
    chosen.count = static_cast<std::size_t>(static_cast<double>(chosen.count) * share);
  }
  chosen.data.clear();
  return chosen;
}

constexpr const char* kControls = R"html(<div class="filters" id="filters" hidden>
<label>Suite <select id="f-suite"></select></label>
<label>Slice <select id="f-slice"></select></label>
<label>Right in <select id="f-right"></select></label>
<label>Wrong in <select id="f-wrong"></select></label>
<label>Reason <select id="f-cause"></select></label>
<label>Text <input id="f-text" type="search" autocomplete="off"></label>
</div>
<div class="browser" id="browser" hidden>
<div class="list"><p class="small" id="count" aria-live="polite"></p>
<ul id="items" aria-label="Items"></ul></div>
<div class="item" id="item" tabindex="-1" aria-live="polite"></div>
</div>
<p class="small" id="no-browser">The samples need JavaScript; without it, <code>quadrant show ITEM</code> prints them.</p>
)html";

}  // namespace

std::string sample_section(const ReportModel& model, std::size_t room) {
  if (model.samples.items.empty()) return "";
  const Chosen chosen = fitting_payload(model, room);
  const auto left_out =
      static_cast<std::size_t>(model.samples.left_out) + model.samples.items.size() - chosen.count;
  if (chosen.count == 0) return "";
  std::string finding =
      fmt::format("{} items, each under every strategy side by side", chosen.count);
  finding += left_out > 0 ? fmt::format(
                                "; {} more are in the store (--samples all shows them): items on "
                                "which strategies disagree come first.",
                                left_out)
                          : ".";
  return section("samples", "Samples", finding,
                 std::string(kControls) + "<script type=\"application/gzip\" id=\"sample-data\">" +
                     chosen.data + "</script>\n");
}

}  // namespace quadrant
