// json: one document with the report's numbers, the cells, and all records, one a line.
#include <nlohmann/json.hpp>

#include "reports/export/formats.h"
#include "reports/export/model_json.h"
#include "reports/export/records.h"

namespace quadrant {
namespace {

nlohmann::json cell_json(const ExportCell& cell) {
  nlohmann::json json{{"cell", cell.row.cell.hash},
                      {"suite", cell.row.cell.suite},
                      {"split", cell.split},
                      {"context", cell.row.context},
                      {"tuning", cell.row.tuning},
                      {"seed", nullptr},
                      {"expected", cell.row.cell.expected},
                      {"metrics", cell.metrics},
                      {"origin", cell.row.origin},
                      {"state", null_or(cell.row.state)},
                      {"error", null_or(cell.row.error)}};
  if (cell.row.cell.seed) json["seed"] = *cell.row.cell.seed;
  return json;
}

void write_json(const Store& store, std::int64_t run_id, const TextSink& out) {
  const ExportRun run = open_run(store, run_id);
  ReportOptions options;
  options.samples = SampleChoice::kNone;
  nlohmann::json head = model_json(load_report_model(store, run_id, options));
  head["cells"] = nlohmann::json::array();
  for (const ExportCell& cell : run.cells) head["cells"].push_back(cell_json(cell));
  // The records follow the head inside the same braces, so that they need not be held.
  std::string text = json_text(head, 1);
  text.resize(text.rfind('\n'));
  out(text + ",\n \"records\": [");
  const char* separator = "\n";
  for (const ExportCell& cell : run.cells) {
    for_each_record(run, cell, [&](const Item& item, const RecordRow& record) {
      out(separator + json_text(record_json(run, cell, item, record)));
      separator = ",\n";
    });
  }
  out("\n ]\n}\n");
}

}  // namespace

ExportFormat json_format() {
  return {"json", "verdicts, scores, costs, provenance and every record, as one document",
          write_json};
}

}  // namespace quadrant
