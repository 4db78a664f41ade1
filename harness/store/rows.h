// The rows of the store as plain data; what each column means stands in schema.sql and the
// steps after it.
//
// Identity is a 64-hex SHA-256; ids are the store's own keys and mean nothing outside it. JSON
// travels as text in canonical form. NaN stands for NULL in real columns.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/types.h"

namespace quadrant {

inline constexpr double kNull = std::numeric_limits<double>::quiet_NaN();

struct DatasetRow {
  std::string hash, name, version, split, source, licence;  // split: train|valid|test|corpus
  std::int64_t items = 0;
};

struct StrategyRow {
  std::string label, context, model;  // the last two are JSON; the hash is made of them
};

struct CellRow {
  std::int64_t id = 0;
  std::string hash, spec;  // canonical JSON and its SHA-256
  std::string suite, task, task_version;
  std::int64_t dataset_id = 0, strategy_id = 0;
  std::optional<std::int64_t> seed;
  std::string decoding;
  std::int64_t expected = 0;  // items
};

struct EnvironmentRow {
  std::string git_commit;
  bool git_dirty = false;
  std::string diff;  // uncommitted patch, "" = not kept
  std::string build = "{}", hardware = "{}", libraries = "{}", determinism = "{}";
};

struct RunRow {
  std::int64_t id = 0;
  std::string hash;
  std::int64_t experiment_id = 0, environment_id = 0;
  std::string experiment, config_hash, config;  // of the experiment, filled when read
  std::optional<std::int64_t> reproduces;
  std::string argv = "[]", options = "{}";
  std::string state = "running";  // running | done | failed | interrupted
  std::string started_at, heartbeat_at, ended_at, error;
};

struct LockRow {
  std::int64_t run_id = 0;
  std::string suite, hash, subject, spec, note, locked_at;
};

struct InputRow {
  std::string name, path, hash;
};

struct TrainingRow {
  std::int64_t id = 0;
  std::string hash;  // of `config`, the canonical specification
  std::int64_t run_id = 0, dataset_id = 0, seed = 0;
  std::string method, config, state = "running";
  std::int64_t last_step = 0;
  std::optional<std::int64_t> steps, trainable_params, peak_bytes, tokens;
  double seconds = kNull, flops = kNull, energy_j = kNull;
  std::string weights_hash, error;
};

struct AttemptRow {
  std::int64_t id = 0, cell_id = 0, run_id = 0;
  std::optional<std::int64_t> training_id;
  std::string index_hash, state = "running", output_hash;
  double seconds = kNull, flops = kNull;
  std::optional<std::int64_t> peak_bytes;
  std::string error;
};

struct RunCellRow {
  CellRow cell;
  std::string context, tuning;  // the user's names in this run
  std::optional<std::int64_t> attempt_id;
  std::string origin = "planned";  // planned | computed | cached
  std::string state;               // of the attempt when read; "" = none yet
  std::string error;               // of the attempt when read
  std::string metrics = "[]";      // JSON list of names, the primary one first
  std::string split;               // test | valid, when read
};

struct RetrievalRow {  // rank is the position in its vector, from 0
  std::string passage, doc_id;
  double score = 0;
  std::optional<bool> relevant;
  bool in_prompt = false;
};

struct ScoreRow {
  std::string metric, version;
  double value = kNull;  // NaN = cannot be scored
};

struct RecordRow {
  std::int64_t id = 0, item_no = 0;
  std::string prompt, prompt_hash;  // the hash is filled when read
  std::string output;
  std::optional<std::string> answer;
  std::string stop;  // eos | length | stop_string | choice | error
  std::int64_t prompt_tokens = 0, output_tokens = 0;
  double retrieve_ms = kNull, prefill_ms = kNull, decode_ms = kNull, logprob = kNull;
  std::int64_t wording = 0;
  bool truncated = false;
  std::optional<bool> delivered;
  std::string error;
  std::vector<RetrievalRow> retrieval;
  std::vector<ScoreRow> scores;
};

struct Cost {  // of one batch
  double seconds = 0, flops = 0;
  std::int64_t peak_bytes = 0;
  double energy_j = kNull;  // joules of the whole machine meanwhile
};

// The method of the summary that holds a corpus metric's value (Metric::from_statistics) over the
// answerable items, which is not the mean of its scores: clusters drawn again 1,000 times.
inline constexpr const char* kCorpusMethod = "corpus_bootstrap";

struct SummaryRow {
  std::string metric, version, method;
  std::int64_t n = 0, unscored = 0, clusters = 0;
  double mean = kNull, stderr_ = kNull, lo = kNull, hi = kNull;
};

struct ArtifactRow {
  std::string hash, kind;  // weights | adapter | checkpoint | index | report | log
  std::string path;        // from Store::artifact_folder()
  std::int64_t bytes = 0;
  std::optional<std::int64_t> run_id, training_id, step;
};

}  // namespace quadrant
