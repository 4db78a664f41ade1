// The questions a report asks of the store: one run's cells, answers, scores, trainings, samples.
//
// Goals: numbers of 100,000 answers without reading their texts; texts only for chosen items.
// Non-goals: statistics and wording (reports/model).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/store/rows.h"
#include "harness/store/sqlite.h"

namespace quadrant {

// A cell of the run with what it was made of and the attempt that the run uses for it.
struct ReportCellRow {
  std::string suite, task_version, metrics;     // metrics: JSON list, the primary one first
  std::int64_t dataset_id = 0, expected = 0;    // items
  std::string split;                            // test | valid
  std::string spec;                             // of the cell, JSON
  std::string context, tuning;                  // the user's names in this run
  std::string context_spec, model_spec, label;  // of the strategy; the specs are JSON
  std::optional<std::int64_t> seed, attempt_id, training_id, peak_bytes, index_bytes;
  std::string origin;        // planned | computed | cached
  std::string state, error;  // of the attempt; "" = none yet
  double seconds = kNull, flops = kNull, energy_j = kNull;
};
std::vector<ReportCellRow> report_cells(const Database& database, std::int64_t run_id);

// One answer without its texts.
struct ReportRecordRow {
  std::int64_t item_no = 0, prompt_tokens = 0, output_tokens = 0, wording = 0;
  double retrieve_ms = kNull, prefill_ms = kNull, decode_ms = kNull;
  bool truncated = false, failed = false, cut_off = false;  // cut_off: stopped by length
  std::optional<bool> delivered;
  std::optional<bool> hit;  // a relevant passage was retrieved; empty: nothing was retrieved
};
void for_each_report_record(const Database& database, std::int64_t attempt_id,
                            const std::function<void(const ReportRecordRow&)>& visit);

// An answer that did not fail, with the passages of its prompt, best first; none without passages.
struct ReportReadingRow {
  std::int64_t item_no = 0;
  std::string output;
  std::vector<std::string> passages;
};
void for_each_report_reading(const Database& database, std::int64_t attempt_id,
                             const std::function<void(const ReportReadingRow&)>& visit);

// All scores of an attempt; of several versions of a metric, the last comes last.
void for_each_report_score(const Database& database, std::int64_t attempt_id,
                           const std::function<void(std::int64_t item_no, const std::string& metric,
                                                    double value)>& visit);

// Names of the metrics of a run: those that were planned, in their order, then others with scores.
std::vector<std::string> report_metrics(const Database& database, std::int64_t run_id);

bool retrieved_anything(const Database& database, std::int64_t attempt_id);

// What the store knows of a suite's search for good settings: one row a strategy that was ever
// asked its questions with these base weights, in this run or before it.
struct ReportEffortRow {
  std::string context, model;  // JSON of the strategy
  std::int64_t dev_answers = 0, test_answers = 0;
};
std::vector<ReportEffortRow> report_effort(const Database& database, std::int64_t run_id,
                                           const std::string& suite);

// The answers to some items, with the texts a reader wants to see.
struct ReportPassageRow {
  std::int64_t text_id = 0;  // for report_text
  std::string doc_id;
  double score = 0;
  std::optional<bool> relevant;
  bool in_prompt = false;
};
struct ReportSampleRow {
  std::int64_t item_no = 0, prompt_id = 0;  // for report_text
  std::string output, stop, error;
  std::int64_t prompt_tokens = 0, output_tokens = 0;
  bool truncated = false;
  std::optional<bool> delivered;
  std::vector<ReportPassageRow> passages;  // in order of rank
};
std::vector<ReportSampleRow> report_samples(const Database& database, std::int64_t attempt_id,
                                            const std::vector<std::int64_t>& item_nos);
std::string report_text(const Database& database, std::int64_t blob_id);

// The trainings behind the run's cells (reused ones included), in order of their first cell.
struct ReportTrainingRow {
  TrainingRow training;
  std::string suite, tuning;
  std::int64_t sequences = 0;
};
std::vector<ReportTrainingRow> report_trainings(const Database& database, std::int64_t run_id);

struct ReportStepRow {
  std::int64_t step = 0, tokens = 0;
  double loss = kNull, grad_norm = kNull, lr = kNull, seconds = 0;
};
std::vector<ReportStepRow> report_steps(const Database& database, std::int64_t training_id,
                                        const std::string& split);  // train | valid

DatasetRow report_dataset(const Database& database, std::int64_t dataset_id);

}  // namespace quadrant
