#include "harness/store/report_queries.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace quadrant {
namespace {

std::optional<std::int64_t> maybe_integer(const Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return query.integer(column);
}

std::optional<bool> maybe_flag(const Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return query.integer(column) != 0;
}

std::string json_list(const std::vector<std::int64_t>& values) {
  return nlohmann::json(values).dump();
}

void add_passages(const Database& database, std::int64_t attempt_id, const std::string& item_list,
                  const std::map<std::int64_t, std::size_t>& position,
                  std::vector<ReportSampleRow>& samples) {
  auto query = database.prepare(
      "SELECT r.record_id, t.passage, t.doc_id, t.score, t.relevant, t.in_prompt FROM record r "
      "JOIN retrieval t ON t.record_id=r.record_id WHERE r.attempt_id=?1 AND r.sample=0 AND "
      "r.item_no IN (SELECT value FROM json_each(?2)) ORDER BY r.item_no, t.rank");
  query.bind(1, attempt_id).bind(2, item_list);
  while (query.step()) {
    samples[position.at(query.integer(0))].passages.push_back({query.integer(1), query.text(2),
                                                               query.real(3), maybe_flag(query, 4),
                                                               query.integer(5) != 0});
  }
}

}  // namespace

std::vector<ReportCellRow> report_cells(const Database& database, std::int64_t run_id) {
  auto query = database.prepare(
      "SELECT c.suite, c.task_version, rc.metrics, c.dataset_id, c.expected, d.split, rc.context, "
      "rc.tuning, s.context, s.model, s.label, c.seed, rc.attempt_id, a.training_id, a.peak_bytes, "
      "rc.origin, a.state, a.error, a.seconds, a.flops, c.spec, a.energy_j, a.index_bytes "
      "FROM run_cell rc "
      "JOIN cell c ON c.cell_id=rc.cell_id JOIN dataset d ON d.dataset_id=c.dataset_id "
      "JOIN strategy s ON s.strategy_id=c.strategy_id "
      "LEFT JOIN attempt a ON a.attempt_id=rc.attempt_id WHERE rc.run_id=?1 "
      "ORDER BY rc.position, rc.cell_id");
  query.bind(1, run_id);
  std::vector<ReportCellRow> cells;
  while (query.step()) {
    ReportCellRow cell;
    cell.suite = query.text(0);
    cell.task_version = query.text(1);
    cell.metrics = query.text(2);
    cell.dataset_id = query.integer(3);
    cell.expected = query.integer(4);
    cell.split = query.text(5);
    cell.context = query.text(6);
    cell.tuning = query.text(7);
    cell.context_spec = query.text(8);
    cell.model_spec = query.text(9);
    cell.label = query.text(10);
    cell.seed = maybe_integer(query, 11);
    cell.attempt_id = maybe_integer(query, 12);
    cell.training_id = maybe_integer(query, 13);
    cell.peak_bytes = maybe_integer(query, 14);
    cell.origin = query.text(15);
    cell.state = query.text(16);
    cell.error = query.text(17);
    cell.seconds = query.real(18);
    cell.flops = query.real(19);
    cell.spec = query.text(20);
    cell.energy_j = query.real(21);
    cell.index_bytes = maybe_integer(query, 22);
    cells.push_back(std::move(cell));
  }
  return cells;
}

void for_each_report_record(const Database& database, std::int64_t attempt_id,
                            const std::function<void(const ReportRecordRow&)>& visit) {
  auto query = database.prepare(
      "SELECT item_no, prompt_tokens, output_tokens, retrieve_ms, prefill_ms, decode_ms, "
      "truncated, "
      "stop='error' OR coalesce(error,'')<>'', stop='length', delivered, "
      "(SELECT max(coalesce(relevant,0)) FROM retrieval t WHERE t.record_id=r.record_id), "
      "wording FROM record r WHERE attempt_id=?1 AND sample=0 ORDER BY item_no");
  query.bind(1, attempt_id);
  while (query.step()) {
    ReportRecordRow record;
    record.item_no = query.integer(0);
    record.prompt_tokens = query.integer(1);
    record.output_tokens = query.integer(2);
    record.retrieve_ms = query.real(3);
    record.prefill_ms = query.real(4);
    record.decode_ms = query.real(5);
    record.truncated = query.integer(6) != 0;
    record.failed = query.integer(7) != 0;
    record.cut_off = query.integer(8) != 0;
    record.delivered = maybe_flag(query, 9);
    record.hit = maybe_flag(query, 10);
    record.wording = query.integer(11);
    visit(record);
  }
}

void for_each_report_reading(const Database& database, std::int64_t attempt_id,
                             const std::function<void(const ReportReadingRow&)>& visit) {
  auto query = database.prepare(
      "SELECT r.item_no, r.output, b.body FROM record r "
      "JOIN retrieval t ON t.record_id=r.record_id JOIN blob b ON b.blob_id=t.passage "
      "WHERE r.attempt_id=?1 AND r.sample=0 AND coalesce(r.error,'')='' AND t.in_prompt "
      "ORDER BY r.item_no, t.rank");
  query.bind(1, attempt_id);
  ReportReadingRow reading;
  while (query.step()) {
    const std::int64_t item_no = query.integer(0);
    if (item_no != reading.item_no && !reading.passages.empty()) {
      visit(reading);
      reading.passages.clear();
    }
    if (reading.passages.empty()) reading.output = query.text(1);
    reading.item_no = item_no;
    reading.passages.push_back(query.text(2));
  }
  if (!reading.passages.empty()) visit(reading);
}

void for_each_report_score(
    const Database& database, std::int64_t attempt_id,
    const std::function<void(std::int64_t, const std::string&, double)>& visit) {
  auto query = database.prepare(
      "SELECT r.item_no, s.metric, s.value FROM record r JOIN score s ON s.record_id=r.record_id "
      "WHERE r.attempt_id=?1 AND r.sample=0 ORDER BY r.item_no, s.metric, s.metric_version");
  query.bind(1, attempt_id);
  while (query.step()) visit(query.integer(0), query.text(1), query.real(2));
}

std::vector<std::string> report_metrics(const Database& database, std::int64_t run_id) {
  auto query = database.prepare(
      "SELECT metric FROM (SELECT j.value AS metric, 0 AS unplanned, rc.position AS cell, "
      "j.key AS place FROM run_cell rc, json_each(rc.metrics) j WHERE rc.run_id=?1 UNION ALL "
      "SELECT DISTINCT s.metric, 1, 0, s.metric FROM run_cell rc "
      "JOIN record r ON r.attempt_id=rc.attempt_id JOIN score s ON s.record_id=r.record_id "
      "WHERE rc.run_id=?1) ORDER BY unplanned, cell, place");
  query.bind(1, run_id);
  std::vector<std::string> metrics;
  while (query.step()) {
    const std::string metric = query.text(0);
    if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) {
      metrics.push_back(metric);
    }
  }
  return metrics;
}

bool retrieved_anything(const Database& database, std::int64_t attempt_id) {
  auto query = database.prepare(
      "SELECT EXISTS(SELECT 1 FROM record r JOIN retrieval t ON t.record_id=r.record_id "
      "WHERE r.attempt_id=?1)");
  query.bind(1, attempt_id);
  return query.step() && query.integer(0) != 0;
}

std::vector<ReportEffortRow> report_effort(const Database& database, std::int64_t run_id,
                                           const std::string& suite) {
  auto query = database.prepare(
      // Counted attempt by attempt in an index: a store may hold many more answers than the run.
      "WITH here AS (SELECT DISTINCT json_extract(s.model,'$.weights') AS weights FROM run_cell rc "
      "JOIN cell c USING(cell_id) JOIN strategy s USING(strategy_id) "
      "WHERE rc.run_id=?1 AND c.suite=?2), "
      "answered AS MATERIALIZED (SELECT a.cell_id, "
      "(SELECT count(*) FROM record r WHERE r.attempt_id=a.attempt_id) AS n FROM attempt a "
      "JOIN cell c USING(cell_id) WHERE a.run_id<=?1 AND c.suite=?2) "
      "SELECT s.context, s.model, sum(n*(d.split='valid')), sum(n*(d.split='test')) "
      "FROM answered JOIN cell c USING(cell_id) JOIN dataset d USING(dataset_id) "
      "JOIN strategy s USING(strategy_id) WHERE n>0 AND "
      "EXISTS(SELECT 1 FROM here WHERE weights IS json_extract(s.model,'$.weights')) "
      "GROUP BY s.strategy_id ORDER BY s.strategy_id");
  query.bind(1, run_id).bind(2, suite);
  std::vector<ReportEffortRow> rows;
  while (query.step()) {
    rows.push_back({query.text(0), query.text(1), query.integer(2), query.integer(3)});
  }
  return rows;
}

std::vector<ReportSampleRow> report_samples(const Database& database, std::int64_t attempt_id,
                                            const std::vector<std::int64_t>& item_nos) {
  const std::string item_list = json_list(item_nos);
  auto query = database.prepare(
      "SELECT record_id, item_no, prompt, output, stop, coalesce(error,''), prompt_tokens, "
      "output_tokens, truncated, delivered FROM record WHERE attempt_id=?1 AND sample=0 AND "
      "item_no IN (SELECT value FROM json_each(?2)) ORDER BY item_no");
  query.bind(1, attempt_id).bind(2, item_list);
  std::vector<ReportSampleRow> samples;
  std::map<std::int64_t, std::size_t> position;  // of a record in `samples`
  while (query.step()) {
    position[query.integer(0)] = samples.size();
    ReportSampleRow sample;
    sample.item_no = query.integer(1);
    sample.prompt_id = query.integer(2);
    sample.output = query.text(3);
    sample.stop = query.text(4);
    sample.error = query.text(5);
    sample.prompt_tokens = query.integer(6);
    sample.output_tokens = query.integer(7);
    sample.truncated = query.integer(8) != 0;
    sample.delivered = maybe_flag(query, 9);
    samples.push_back(std::move(sample));
  }
  add_passages(database, attempt_id, item_list, position, samples);
  return samples;
}

std::string report_text(const Database& database, std::int64_t blob_id) {
  auto query = database.prepare("SELECT body FROM blob WHERE blob_id=?1");
  query.bind(1, blob_id);
  return query.step() ? query.text(0) : std::string();
}

std::vector<ReportTrainingRow> report_trainings(const Database& database, std::int64_t run_id) {
  auto query = database.prepare(
      "SELECT t.training_id, t.hash, t.run_id, t.dataset_id, t.seed, t.method, t.config, t.state, "
      "t.last_step, t.steps, t.trainable_params, t.peak_bytes, t.seconds, t.flops, t.weights_hash, "
      "t.tokens, coalesce(t.error,''), d.name, rc.tuning, d.items, t.energy_j "
      "FROM run_cell rc "
      "JOIN cell c ON c.cell_id=rc.cell_id JOIN attempt a ON a.attempt_id=rc.attempt_id "
      "JOIN training t ON t.training_id=a.training_id "
      "JOIN dataset d ON d.dataset_id=t.dataset_id "
      "JOIN dataset asked ON asked.dataset_id=c.dataset_id WHERE rc.run_id=?1 "
      // Named after the first test cell that asks it; without one, it was tried and not chosen.
      "GROUP BY t.training_id "
      "ORDER BY min((asked.split<>'test')*1000000000+rc.position), t.training_id");
  query.bind(1, run_id);
  std::vector<ReportTrainingRow> trainings;
  while (query.step()) {
    ReportTrainingRow row;
    TrainingRow& training = row.training;
    training.id = query.integer(0);
    training.hash = query.text(1);
    training.run_id = query.integer(2);
    training.dataset_id = query.integer(3);
    training.seed = query.integer(4);
    training.method = query.text(5);
    training.config = query.text(6);
    training.state = query.text(7);
    training.last_step = query.integer(8);
    training.steps = maybe_integer(query, 9);
    training.trainable_params = maybe_integer(query, 10);
    training.peak_bytes = maybe_integer(query, 11);
    training.seconds = query.real(12);
    training.flops = query.real(13);
    training.weights_hash = query.text(14);
    training.tokens = maybe_integer(query, 15);
    training.error = query.text(16);
    row.suite = query.text(17);
    row.tuning = query.text(18);
    row.sequences = query.integer(19);
    training.energy_j = query.real(20);
    trainings.push_back(std::move(row));
  }
  return trainings;
}

std::vector<ReportStepRow> report_steps(const Database& database, std::int64_t training_id,
                                        const std::string& split) {
  auto query = database.prepare(
      "SELECT step, tokens, loss, grad_norm, lr, seconds FROM training_step "
      "WHERE training_id=?1 AND split=?2 ORDER BY step");
  query.bind(1, training_id).bind(2, split);
  std::vector<ReportStepRow> steps;
  while (query.step()) {
    steps.push_back({query.integer(0), query.integer(1), query.real(2), query.real(3),
                     query.real(4), query.real(5)});
  }
  return steps;
}

DatasetRow report_dataset(const Database& database, std::int64_t dataset_id) {
  auto query = database.prepare(
      "SELECT hash, name, version, split, source, licence, items FROM dataset WHERE dataset_id=?1");
  query.bind(1, dataset_id);
  if (!query.step()) return {};
  return {query.text(0), query.text(1), query.text(2),   query.text(3),
          query.text(4), query.text(5), query.integer(6)};
}

}  // namespace quadrant
