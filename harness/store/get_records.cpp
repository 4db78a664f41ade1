// The read side: items, records with their passages and scores, summaries.
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "harness/store/sql.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

std::optional<bool> optional_bool(const Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return query.integer(column) != 0;
}

RecordRow read_record(const Statement& query) {
  RecordRow record;
  record.id = query.integer(0);
  record.item_no = query.integer(1);
  record.prompt = query.text(2);
  record.prompt_hash = query.text(3);
  record.output = query.text(4);
  if (!query.is_null(5)) record.answer = query.text(5);
  record.stop = query.text(6);
  record.prompt_tokens = query.integer(7);
  record.output_tokens = query.integer(8);
  record.retrieve_ms = query.real(9);
  record.prefill_ms = query.real(10);
  record.decode_ms = query.real(11);
  record.logprob = query.real(12);
  record.truncated = query.integer(13) != 0;
  record.delivered = optional_bool(query, 14);
  record.error = query.text(15);
  record.wording = query.integer(16);
  return record;
}

Item read_item(const Statement& query) {
  Item item;
  item.id = query.text(0);
  item.cluster = query.text(1);
  item.question = query.text(2);
  nlohmann::json::parse(query.text(3)).get_to(item.targets);
  nlohmann::json::parse(query.text(4)).get_to(item.meta);
  const nlohmann::json details = nlohmann::json::parse(query.text(5));
  item.choices = details.value("choices", std::vector<std::string>());
  if (details.contains("answer")) item.answer = details.at("answer").get<int>();
  item.gold_docs = details.value("gold_docs", std::vector<std::string>());
  return item;
}

}  // namespace

std::vector<std::int64_t> Store::recorded_items(std::int64_t attempt_id) const {
  Statement query = database_.prepare(
      "SELECT item_no FROM record WHERE attempt_id=? AND sample=0 ORDER BY item_no");
  query.bind(1, attempt_id);
  std::vector<std::int64_t> items;
  while (query.step()) items.push_back(query.integer(0));
  return items;
}

void Store::for_each_record(std::int64_t attempt_id,
                            const std::function<void(const RecordRow&)>& visit) const {
  Statement records = database_.prepare(
      "SELECT r.record_id,r.item_no,p.body,p.hash,r.output,r.answer,r.stop,r.prompt_tokens,"
      "r.output_tokens,r.retrieve_ms,r.prefill_ms,r.decode_ms,r.logprob,r.truncated,r.delivered,"
      "r.error,r.wording FROM record r JOIN blob p ON p.blob_id=r.prompt "
      "WHERE r.attempt_id=? AND r.sample=0 ORDER BY r.item_no");
  Statement passages = database_.prepare(
      "SELECT b.body,t.doc_id,t.score,t.relevant,t.in_prompt FROM retrieval t "
      "JOIN blob b ON b.blob_id=t.passage WHERE t.record_id=? ORDER BY t.rank");
  Statement scores = database_.prepare(
      "SELECT metric,metric_version,value FROM score WHERE record_id=? "
      "ORDER BY metric,metric_version");
  records.bind(1, attempt_id);
  while (records.step()) {
    RecordRow record = read_record(records);
    passages.bind(1, record.id);
    while (passages.step()) {
      record.retrieval.push_back({passages.text(0), passages.text(1), passages.real(2),
                                  optional_bool(passages, 3), passages.integer(4) != 0});
    }
    scores.bind(1, record.id);
    while (scores.step()) {
      record.scores.push_back({scores.text(0), scores.text(1), scores.real(2)});
    }
    visit(record);
  }
}

std::vector<RecordRow> Store::records(std::int64_t attempt_id) const {
  std::vector<RecordRow> rows;
  for_each_record(attempt_id, [&](const RecordRow& record) { rows.push_back(record); });
  return rows;
}

std::vector<SummaryRow> Store::summaries(std::int64_t attempt_id) const {
  Statement query = database_.prepare(
      "SELECT metric,metric_version,method,n,unscored,clusters,mean,stderr,lo,hi FROM summary "
      "WHERE attempt_id=? ORDER BY metric,metric_version,method");
  query.bind(1, attempt_id);
  std::vector<SummaryRow> rows;
  while (query.step()) {
    rows.push_back({query.text(0), query.text(1), query.text(2), query.integer(3), query.integer(4),
                    query.integer(5), query.real(6), query.real(7), query.real(8), query.real(9)});
  }
  return rows;
}

std::string output_hash(const Database& database, std::int64_t attempt_id) {
  Statement query = database.prepare(
      "SELECT r.item_no,p.hash,r.output,r.stop,r.logprob,r.error,r.answer FROM record r "
      "JOIN blob p ON p.blob_id=r.prompt WHERE r.attempt_id=? AND r.sample=0 ORDER BY r.item_no");
  query.bind(1, attempt_id);
  Sha256 hash;
  while (query.step()) {
    // NaN becomes null, so that an unknown log-probability equals another unknown one.
    nlohmann::json line{query.integer(0), query.text(1), query.text(2),
                        query.text(3),    query.real(4), query.text(5)};
    if (!query.is_null(6)) line.push_back(query.text(6));
    hash.update(canonical_json(line) + "\n");
  }
  return hash.hex();
}

std::vector<Item> Store::items(std::int64_t dataset_id) const {
  return read_items(database_, dataset_id);
}

std::vector<Item> read_items(const Database& database, std::int64_t dataset_id) {
  Statement query = database.prepare(
      "SELECT i.item_id,i.cluster,q.body,t.body,i.meta,i.details FROM item i "
      "JOIN blob q ON q.blob_id=i.question JOIN blob t ON t.blob_id=i.target "
      "WHERE i.dataset_id=? ORDER BY i.item_no");
  query.bind(1, dataset_id);
  std::vector<Item> items;
  while (query.step()) {
    const int number = static_cast<int>(items.size());
    items.push_back(read_item(query));
    items.back().number = number;
  }
  return items;
}

}  // namespace quadrant
