// csv: one row a record, by RFC 4180: UTF-8, a header row, CRLF, quotes doubled.
//
// Texts leave as they are, also those that begin with = + - or @: the usual guards against
// spreadsheets that take them for formulas change the data, and a model's answer is data. Texts
// are always quoted, numbers never; a spreadsheet should import the text columns as text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/utf8.h"
#include "harness/store/report_queries.h"
#include "reports/export/formats.h"
#include "reports/export/records.h"

namespace quadrant {
namespace {

constexpr const char* kColumns =
    "run,suite,split,context,tuning,seed,item,cluster,answerable,question,targets,meta,prompt,"
    "output,answer,stop,error,prompt_tokens,output_tokens,retrieve_ms,prefill_ms,decode_ms,logprob,"
    "truncated,delivered,retrieved_docs,relevant_docs,docs_in_prompt";

class Row {
 public:
  Row& text(const std::string& value) {
    std::string quoted = "\"";
    for (const char c : to_valid_utf8(value)) {
      if (c == '"') quoted += c;
      quoted += c;
    }
    return add(quoted + '"');
  }
  Row& text(const std::optional<std::string>& value) { return value ? text(*value) : add(""); }
  Row& integer(std::int64_t value) { return add(std::to_string(value)); }
  Row& integer(const std::optional<std::int64_t>& value) {
    return value ? integer(*value) : add("");
  }
  Row& real(double value) { return add(std::isnan(value) ? "" : fmt::format("{}", value)); }
  Row& flag(std::optional<bool> value) { return add(!value ? "" : *value ? "true" : "false"); }
  std::string line() const { return line_ + "\r\n"; }

 private:
  Row& add(const std::string& cell) {
    if (!first_) line_ += ',';
    first_ = false;
    line_ += cell;
    return *this;
  }
  std::string line_;
  bool first_ = true;
};

// Ids of the passages for which `wanted` holds, as a JSON list in order of rank.
template <class Wanted>
std::string doc_ids(const RecordRow& record, Wanted wanted) {
  auto ids = nlohmann::json::array();
  for (const RetrievalRow& passage : record.retrieval) {
    if (wanted(passage)) ids.push_back(passage.doc_id);
  }
  return json_text(ids);
}

std::string record_line(const ExportRun& run, const ExportCell& cell, const Item& item,
                        const RecordRow& record, const std::vector<std::string>& metrics) {
  Row row;
  row.integer(run.row.id).text(cell.row.cell.suite).text(cell.split).text(cell.row.context);
  row.text(cell.row.tuning).integer(cell.row.cell.seed);
  row.text(item.id).text(item.cluster).flag(is_answerable(item)).text(item.question);
  row.text(json_text(item.targets)).text(json_text(item.meta));
  row.text(record.prompt).text(record.output).text(record.answer).text(record.stop);
  row.text(record.error).integer(record.prompt_tokens).integer(record.output_tokens);
  row.real(record.retrieve_ms).real(record.prefill_ms).real(record.decode_ms).real(record.logprob);
  row.flag(record.truncated).flag(record.delivered);
  row.text(doc_ids(record, [](const RetrievalRow&) { return true; }));
  row.text(doc_ids(record, [](const RetrievalRow& p) { return p.relevant.value_or(false); }));
  row.text(doc_ids(record, [](const RetrievalRow& p) { return p.in_prompt; }));
  const auto scores = latest_scores(record);
  for (const std::string& metric : metrics) {
    const auto found = scores.find(metric);
    row.real(found == scores.end() ? kNull : found->second);
  }
  return row.line();
}

void write_csv(const Store& store, std::int64_t run_id, const TextSink& out) {
  const ExportRun run = open_run(store, run_id);
  const auto metrics = report_metrics(store.database(), run_id);
  std::string header = kColumns;
  for (const std::string& metric : metrics) header += ",score_" + metric;
  out(header + "\r\n");
  for (const ExportCell& cell : run.cells) {
    for_each_record(run, cell, [&](const Item& item, const RecordRow& record) {
      out(record_line(run, cell, item, record, metrics));
    });
  }
}

}  // namespace

ExportFormat csv_format() { return {"csv", "one record a row, with its scores", write_csv}; }

}  // namespace quadrant
