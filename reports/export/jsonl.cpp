// jsonl: one line a record, everything that is stored of it.
#include <nlohmann/json.hpp>

#include "reports/export/formats.h"
#include "reports/export/records.h"

namespace quadrant {
namespace {

void write_jsonl(const Store& store, std::int64_t run_id, const TextSink& out) {
  const ExportRun run = open_run(store, run_id);
  for (const ExportCell& cell : run.cells) {
    for_each_record(run, cell, [&](const Item& item, const RecordRow& record) {
      out(json_text(record_json(run, cell, item, record)) + "\n");
    });
  }
}

}  // namespace

ExportFormat jsonl_format() {
  return {"jsonl", "one record a line, with prompt and passages", write_jsonl};
}

}  // namespace quadrant
