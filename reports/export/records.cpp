#include "reports/export/records.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/store/report_queries.h"

namespace quadrant {
namespace {

nlohmann::json passages_json(const RecordRow& record) {
  auto passages = nlohmann::json::array();
  for (const RetrievalRow& row : record.retrieval) {
    nlohmann::json passage{{"doc_id", row.doc_id},
                           {"text", row.passage},
                           {"score", row.score},
                           {"relevant", nullptr},
                           {"in_prompt", row.in_prompt}};
    if (row.relevant) passage["relevant"] = *row.relevant;
    passages.push_back(std::move(passage));
  }
  return passages;
}

nlohmann::json item_json(const Item& item) {
  nlohmann::json json{{"item", item.id},
                      {"cluster", null_or(item.cluster)},
                      {"answerable", is_answerable(item)},
                      {"question", item.question},
                      {"targets", item.targets},
                      {"meta", item.meta}};
  if (!item.choices.empty()) json["choices"] = item.choices;
  if (item.answer) json["answer_index"] = *item.answer;
  if (!item.gold_docs.empty()) json["gold_docs"] = item.gold_docs;
  return json;
}

}  // namespace

std::string ExportCell::why_missing() const {
  if (!row.error.empty()) return row.error;
  return row.state.empty() ? "this cell has not begun" : "this cell is " + row.state;
}

const std::vector<Item>& ExportRun::items(const ExportCell& cell) const {
  return sets.at(cell.row.cell.dataset_id);
}

ExportRun open_run(const Store& store, std::int64_t run_id) {
  ExportRun run{store, store.run(run_id), {}, {}};
  for (RunCellRow& row : store.run_cells(run_id)) {
    if (row.split == "valid") continue;  // dev answers serve choices; results are those of the test
    const std::int64_t dataset = row.cell.dataset_id;
    if (!run.sets.contains(dataset)) run.sets[dataset] = store.items(dataset);
    ExportCell& cell = run.cells.emplace_back();
    cell.split = report_dataset(store.database(), dataset).split;
    nlohmann::json::parse(row.metrics).get_to(cell.metrics);
    cell.row = std::move(row);
  }
  return run;
}

void for_each_record(const ExportRun& run, const ExportCell& cell, const RecordVisitor& visit) {
  if (!cell.row.attempt_id) return;
  const std::vector<Item>& items = run.items(cell);
  run.store.for_each_record(*cell.row.attempt_id, [&](const RecordRow& record) {
    const auto number = static_cast<std::size_t>(record.item_no);
    QUADRANT_CHECK(number < items.size());
    visit(items[number], record);
  });
}

std::map<std::string, double> latest_scores(const RecordRow& record) {
  std::map<std::string, double> scores;
  for (const ScoreRow& score : record.scores) scores[score.metric] = score.value;
  return scores;
}

nlohmann::json record_json(const ExportRun& run, const ExportCell& cell, const Item& item,
                           const RecordRow& record) {
  nlohmann::json json = item_json(item);
  json.update({{"run", run.row.id},
               {"suite", cell.row.cell.suite},
               {"split", cell.split},
               {"context", cell.row.context},
               {"tuning", cell.row.tuning},
               {"seed", nullptr},
               {"cell", cell.row.cell.hash},
               {"prompt", record.prompt},
               {"prompt_hash", record.prompt_hash},
               {"output", record.output},
               {"answer", nullptr},
               {"stop", record.stop},
               {"error", null_or(record.error)},
               {"scores", latest_scores(record)},
               {"prompt_tokens", record.prompt_tokens},
               {"output_tokens", record.output_tokens},
               {"retrieve_ms", record.retrieve_ms},
               {"prefill_ms", record.prefill_ms},
               {"decode_ms", record.decode_ms},
               {"logprob", record.logprob},
               {"truncated", record.truncated},
               {"delivered", nullptr},
               {"passages", passages_json(record)}});
  if (cell.row.cell.seed) json["seed"] = *cell.row.cell.seed;
  if (record.answer) json["answer"] = nlohmann::json::parse(*record.answer);
  if (record.delivered) json["delivered"] = *record.delivered;
  return json;
}

std::string json_text(const nlohmann::json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json null_or(const std::string& text) {
  return text.empty() ? nlohmann::json() : nlohmann::json(text);
}

std::string file_name(std::string_view name) {
  std::string result;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool plain = letter || c == '-' || c == '_' || (c == '.' && !result.empty());
    if (plain || static_cast<unsigned char>(c) >= 0x80) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::string strategy_file_name(const ExportCell& cell) {
  std::string name = file_name(cell.row.context) + "+" + file_name(cell.row.tuning);
  if (cell.row.cell.seed) name += fmt::format("+seed{}", *cell.row.cell.seed);
  return name;
}

}  // namespace quadrant
