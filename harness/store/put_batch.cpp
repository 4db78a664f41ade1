// Attempts and their records: the part of the write side that runs once per batch.
#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/store/sql.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

std::optional<int> as_integer(const std::optional<bool>& value) {
  return value ? std::optional<int>(*value ? 1 : 0) : std::nullopt;
}

// The statements of one batch, prepared once for all its records.
class RecordWriter {
 public:
  explicit RecordWriter(Database& database)
      : database_(database),
        blobs_(database),
        record_(database.prepare(
            "INSERT INTO record(attempt_id,item_no,prompt,output,answer,stop,prompt_tokens,"
            "output_tokens,retrieve_ms,prefill_ms,decode_ms,logprob,truncated,delivered,error,"
            "wording) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")),
        retrieval_(database.prepare(
            "INSERT INTO retrieval(record_id,rank,passage,doc_id,score,relevant,in_prompt) "
            "VALUES(?,?,?,?,?,?,?)")),
        score_(database.prepare(
            "INSERT INTO score(record_id,metric,metric_version,value) VALUES(?,?,?,?)")) {}

  void write(std::int64_t attempt_id, const RecordRow& record) {
    record_.bind(1, attempt_id)
        .bind(2, record.item_no)
        .bind(3, blobs_.put("prompt", record.prompt))
        .bind(4, record.output)
        .bind(5, record.answer)
        .bind(6, record.stop)
        .bind(7, record.prompt_tokens)
        .bind(8, record.output_tokens)
        .bind(9, record.retrieve_ms)
        .bind(10, record.prefill_ms)
        .bind(11, record.decode_ms)
        .bind(12, record.logprob)
        .bind(13, record.truncated ? 1 : 0)
        .bind(14, as_integer(record.delivered))
        .bind(15, null_if_empty(record.error))
        .bind(16, record.wording)
        .run();
    const std::int64_t record_id = database_.last_insert_id();
    for (std::size_t rank = 0; rank < record.retrieval.size(); ++rank) {
      const RetrievalRow& row = record.retrieval[rank];
      retrieval_.bind(1, record_id)
          .bind(2, static_cast<std::int64_t>(rank))
          .bind(3, blobs_.put("passage", row.passage))
          .bind(4, row.doc_id)
          .bind(5, row.score)
          .bind(6, as_integer(row.relevant))
          .bind(7, row.in_prompt ? 1 : 0)
          .run();
    }
    for (const ScoreRow& score : record.scores) {
      score_.bind(1, record_id)
          .bind(2, score.metric)
          .bind(3, score.version)
          .bind(4, score.value)
          .run();
    }
  }

 private:
  Database& database_;
  BlobWriter blobs_;
  Statement record_, retrieval_, score_;
};

}  // namespace

std::int64_t Store::begin_attempt(const AttemptRow& attempt) {
  database_
      .prepare(
          "INSERT INTO attempt(cell_id,run_id,training_id,index_hash,state) "
          "VALUES(?,?,?,?,'running')")
      .bind(1, attempt.cell_id)
      .bind(2, attempt.run_id)
      .bind(3, attempt.training_id)
      .bind(4, null_if_empty(attempt.index_hash))
      .run();
  return database_.last_insert_id();
}

void Store::set_attempt_state(std::int64_t attempt_id, const std::string& state,
                              const std::string& error) {
  database_.prepare("UPDATE attempt SET state=?,error=? WHERE attempt_id=?")
      .bind(1, state)
      .bind(2, null_if_empty(error))
      .bind(3, attempt_id)
      .run();
}

void Store::set_attempt_sources(std::int64_t attempt_id, std::optional<std::int64_t> training_id,
                                const IndexUse& index) {
  database_
      .prepare("UPDATE attempt SET training_id=?,index_hash=?,index_bytes=? WHERE attempt_id=?")
      .bind(1, training_id)
      .bind(2, null_if_empty(index.hash))
      .bind(3, index.hash.empty() ? std::optional<std::int64_t>() : index.bytes)
      .bind(4, attempt_id)
      .run();
}

void Store::put_batch(std::int64_t attempt_id, std::span<const RecordRow> records,
                      const Cost& cost) {
  Transaction transaction(database_);
  RecordWriter writer(database_);
  for (const RecordRow& record : records) writer.write(attempt_id, record);
  database_
      .prepare(
          "UPDATE attempt SET seconds=coalesce(seconds,0)+?,flops=coalesce(flops,0)+?,"
          "peak_bytes=max(coalesce(peak_bytes,0),?),"
          "energy_j=CASE WHEN seconds IS NULL THEN ?4 ELSE energy_j+?4 END "
          "WHERE attempt_id=?")
      .bind(1, cost.seconds)
      .bind(2, cost.flops)
      .bind(3, cost.peak_bytes)
      .bind(4, cost.energy_j)
      .bind(5, attempt_id)
      .run();
  database_
      .prepare("UPDATE run SET heartbeat_at=" QUADRANT_NOW
               " WHERE run_id=(SELECT run_id FROM attempt WHERE attempt_id=?)")
      .bind(1, attempt_id)
      .run();
  transaction.commit();
}

void Store::finish_attempt(std::int64_t attempt_id, const std::string& output_hash,
                           std::span<const SummaryRow> summaries) {
  Transaction transaction(database_);
  Statement insert = database_.prepare(
      "INSERT OR REPLACE INTO summary(attempt_id,metric,metric_version,method,n,unscored,clusters,"
      "mean,stderr,lo,hi) VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  for (const SummaryRow& row : summaries) {
    insert.bind(1, attempt_id)
        .bind(2, row.metric)
        .bind(3, row.version)
        .bind(4, row.method)
        .bind(5, row.n)
        .bind(6, row.unscored)
        .bind(7, row.clusters)
        .bind(8, row.mean)
        .bind(9, row.stderr_)
        .bind(10, row.lo)
        .bind(11, row.hi)
        .run();
  }
  database_.prepare("UPDATE attempt SET state='done',error=NULL,output_hash=? WHERE attempt_id=?")
      .bind(1, output_hash)
      .bind(2, attempt_id)
      .run();
  transaction.commit();
}

void Store::put_scores(std::span<const RecordScore> scores) {
  Transaction transaction(database_);
  Statement insert = database_.prepare(
      "INSERT OR REPLACE INTO score(record_id,metric,metric_version,value) VALUES(?,?,?,?)");
  for (const RecordScore& row : scores) {
    insert.bind(1, row.record_id)
        .bind(2, row.score.metric)
        .bind(3, row.score.version)
        .bind(4, row.score.value)
        .run();
  }
  transaction.commit();
}

}  // namespace quadrant
