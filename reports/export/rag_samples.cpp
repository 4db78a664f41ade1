// ragas, ragchecker, deepeval: questions, passages and answers for other people's judges.
//
// One file a cell: these tools average over a file, and an average over strategies, some of which
// show no passages at all, says nothing. Passages are those that stood in the prompt, since every
// judge asks what the model made of what it was given; where a strategy shows none the key is
// absent (ragas) or null. Reference passages are those of an oracle cell of the same suite.
// An answer that failed is null with its error, never an empty answer.
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/store/report_queries.h"
#include "reports/export/formats.h"
#include "reports/export/records.h"

namespace quadrant {
namespace {

using nlohmann::json;

struct RagSample {
  const Item& item;
  const RecordRow& record;
  bool shows_passages = false;
  std::vector<std::string> reference_passages;  // empty: not known
};

json response(const RagSample& sample) {
  return sample.record.error.empty() ? json(sample.record.output) : json();
}

json reference(const RagSample& sample) {
  return sample.item.targets.empty() ? json() : json(sample.item.targets.front());
}

template <class Field>
json passages(const RagSample& sample, Field field) {
  json list = json::array();
  for (const RetrievalRow& passage : sample.record.retrieval) {
    if (passage.in_prompt) list.push_back(field(passage));
  }
  return list;
}

json texts(const RagSample& sample) {
  return passages(sample, [](const RetrievalRow& passage) { return json(passage.passage); });
}

json null_or_list(const std::vector<std::string>& list) {
  return list.empty() ? json() : json(list);
}

void add_error(const RagSample& sample, json& line) {
  if (!sample.record.error.empty()) line["error"] = sample.record.error;
}

// ragas' SingleTurnSample; "item" is ours, and ignored there.
json ragas_line(const RagSample& sample) {
  json line{{"item", sample.item.id},
            {"user_input", sample.item.question},
            {"response", response(sample)},
            {"reference", reference(sample)}};
  if (sample.shows_passages) {
    line["retrieved_contexts"] = texts(sample);
    line["retrieved_context_ids"] =
        passages(sample, [](const RetrievalRow& passage) { return json(passage.doc_id); });
  }
  if (!sample.reference_passages.empty()) line["reference_contexts"] = sample.reference_passages;
  if (!sample.item.gold_docs.empty()) line["reference_context_ids"] = sample.item.gold_docs;
  add_error(sample, line);
  return line;
}

json ragchecker_line(const RagSample& sample) {
  json line{{"query_id", sample.item.id},
            {"query", sample.item.question},
            {"gt_answer", reference(sample)},
            {"response", response(sample)},
            {"retrieved_context", passages(sample, [](const RetrievalRow& passage) {
               return json{{"doc_id", passage.doc_id}, {"text", passage.passage}};
             })}};
  add_error(sample, line);
  return line;
}

json deepeval_line(const RagSample& sample) {
  json line{{"name", sample.item.id},
            {"input", sample.item.question},
            {"actual_output", response(sample)},
            {"expected_output", reference(sample)},
            {"context", null_or_list(sample.reference_passages)},
            {"retrieval_context", sample.shows_passages ? texts(sample) : json()}};
  add_error(sample, line);
  return line;
}

// The attempt of a cell of the same items that was given the gold passages.
std::optional<std::int64_t> oracle_attempt(const Store& store, const ExportRun& run,
                                           const ExportCell& cell) {
  for (const ReportCellRow& other : report_cells(store.database(), run.row.id)) {
    const json context = json::parse(other.context_spec, nullptr, false);
    if (other.dataset_id == cell.row.cell.dataset_id && other.attempt_id && context.is_object() &&
        context.value("kind", "") == "oracle") {
      return other.attempt_id;
    }
  }
  return std::nullopt;
}

std::vector<std::string> passages_of(const Store& store, std::int64_t attempt, std::int64_t item) {
  std::vector<std::string> texts;
  for (const ReportSampleRow& row : report_samples(store.database(), attempt, {item})) {
    for (const ReportPassageRow& passage : row.passages) {
      texts.push_back(report_text(store.database(), passage.text_id));
    }
  }
  return texts;
}

using LineMaker = json (*)(const RagSample& sample);

void write_cell(const ExportRun& run, const ExportCell& cell, LineMaker make, const char* separator,
                const TextSink& out) {
  const auto oracle = oracle_attempt(run.store, run, cell);
  const bool shows = retrieved_anything(run.store.database(), *cell.row.attempt_id);
  const char* before = "";
  for_each_record(run, cell, [&](const Item& item, const RecordRow& record) {
    RagSample sample{item, record, shows, {}};
    if (oracle) sample.reference_passages = passages_of(run.store, *oracle, record.item_no);
    out(before + json_text(make(sample)));
    before = separator;
  });
}

void write_cells(const Store& store, std::int64_t run_id, const FileSink& files,
                 const char* extension, LineMaker make, const std::array<const char*, 3>& frame) {
  const ExportRun run = open_run(store, run_id);
  for (const ExportCell& cell : run.cells) {
    if (!cell.is_test() || !cell.row.attempt_id) continue;
    const std::string name =
        file_name(cell.row.cell.suite) + "+" + strategy_file_name(cell) + extension;
    files(name, [&](const TextSink& out) {
      out(frame[0]);
      write_cell(run, cell, make, frame[1], out);
      out(frame[2]);
    });
  }
}

void write_ragas(const Store& store, std::int64_t run_id, const FileSink& files) {
  write_cells(store, run_id, files, ".jsonl", ragas_line, {"", "\n", "\n"});
}

void write_ragchecker(const Store& store, std::int64_t run_id, const FileSink& files) {
  write_cells(store, run_id, files, ".json", ragchecker_line,
              {"{\"results\": [\n", ",\n", "\n]}\n"});
}

void write_deepeval(const Store& store, std::int64_t run_id, const FileSink& files) {
  write_cells(store, run_id, files, ".json", deepeval_line, {"[\n", ",\n", "\n]\n"});
}

}  // namespace

ExportFormat ragas_format() {
  return {"ragas", "a folder: one evaluation data set a cell (JSON lines)", nullptr, write_ragas};
}

ExportFormat ragchecker_format() {
  return {"ragchecker", "a folder: RAGChecker's input, one file a cell", nullptr, write_ragchecker};
}

ExportFormat deepeval_format() {
  return {"deepeval", "a folder: test cases for DeepEval, one file a cell", nullptr,
          write_deepeval};
}

}  // namespace quadrant
