// The write side: content, and what was asked.

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "harness/store/sql.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

nlohmann::json item_details(const Item& item) {
  nlohmann::json details = nlohmann::json::object();
  if (!item.choices.empty()) details["choices"] = item.choices;
  if (item.answer) details["answer"] = *item.answer;
  if (!item.gold_docs.empty()) details["gold_docs"] = item.gold_docs;
  return details;
}

void put_item(Database& database, BlobWriter& blobs, std::int64_t dataset_id, std::int64_t number,
              const Item& item) {
  database
      .prepare(
          "INSERT INTO item(dataset_id,item_no,item_id,cluster,question,target,meta,details) "
          "VALUES(?,?,?,?,?,?,?,?)")
      .bind(1, dataset_id)
      .bind(2, number)
      .bind(3, item.id)
      .bind(4, item.cluster)
      .bind(5, blobs.put("question", item.question))
      .bind(6, blobs.put("target", canonical_json(item.targets)))
      .bind(7, canonical_json(item.meta))
      .bind(8, canonical_json(item_details(item)))
      .run();
}

}  // namespace

BlobWriter::BlobWriter(Database& database)
    : insert_(database.prepare(
          "INSERT INTO blob(hash,kind,bytes,body) VALUES(?,?,?,?) ON CONFLICT DO NOTHING")),
      find_(database.prepare("SELECT blob_id FROM blob WHERE hash=?")) {}

std::int64_t BlobWriter::put(const std::string& kind, const std::string& body) {
  const std::string hash = sha256_hex(body);
  insert_.bind(1, hash)
      .bind(2, kind)
      .bind(3, static_cast<std::int64_t>(body.size()))
      .bind(4, body)
      .run();
  find_.bind(1, hash);
  QUADRANT_CHECK(find_.step());
  const std::int64_t id = find_.integer(0);
  find_.run();  // to its end, so that it can be bound again
  return id;
}

std::optional<std::int64_t> key_by_hash(const Database& database, const char* sql,
                                        const std::string& hash) {
  Statement query = database.prepare(sql);
  query.bind(1, hash);
  if (!query.step()) return std::nullopt;
  return query.integer(0);
}

std::string items_hash(std::span<const Item> items) {
  Sha256 hash;
  for (const Item& item : items) {
    const nlohmann::json value{{"id", item.id},           {"question", item.question},
                               {"targets", item.targets}, {"cluster", item.cluster},
                               {"meta", item.meta},       {"details", item_details(item)}};
    hash.update(canonical_json(value));
    hash.update("\n");
  }
  return hash.hex();
}

std::int64_t Store::put_blob(const std::string& kind, const std::string& body) {
  Transaction transaction(database_);
  const std::int64_t id = BlobWriter(database_).put(kind, body);
  transaction.commit();
  return id;
}

std::int64_t Store::put_dataset(const DatasetRow& dataset, std::span<const Item> items) {
  Transaction transaction(database_);
  const char* find = "SELECT dataset_id FROM dataset WHERE hash=?";
  if (const auto known = key_by_hash(database_, find, dataset.hash)) return *known;
  database_
      .prepare(
          "INSERT INTO dataset(hash,name,version,split,items,source,licence) "
          "VALUES(?,?,?,?,?,?,?)")
      .bind(1, dataset.hash)
      .bind(2, dataset.name)
      .bind(3, dataset.version)
      .bind(4, dataset.split)
      .bind(5, dataset.items)
      .bind(6, dataset.source)
      .bind(7, dataset.licence)
      .run();
  const std::int64_t id = database_.last_insert_id();
  BlobWriter blobs(database_);
  for (std::size_t i = 0; i < items.size(); ++i) {
    put_item(database_, blobs, id, static_cast<std::int64_t>(i), items[i]);
  }
  transaction.commit();
  return id;
}

std::int64_t Store::put_experiment(const std::string& name, const std::string& config,
                                   const std::string& source) {
  Transaction transaction(database_);
  const std::string hash = sha256_hex(config);
  const char* find = "SELECT experiment_id FROM experiment WHERE config_hash=?";
  if (const auto known = key_by_hash(database_, find, hash)) return *known;
  database_
      .prepare(
          "INSERT INTO experiment(name,config_hash,config,source,created_at) "
          "VALUES(?,?,?,?," QUADRANT_NOW ")")
      .bind(1, name)
      .bind(2, hash)
      .bind(3, config)
      .bind(4, BlobWriter(database_).put("config", source))
      .run();
  const std::int64_t id = database_.last_insert_id();
  transaction.commit();
  return id;
}

std::int64_t Store::put_strategy(const StrategyRow& strategy) {
  const std::string hash = sha256_hex(strategy.context + "\n" + strategy.model);
  database_
      .prepare(
          "INSERT INTO strategy(hash,label,context,model) VALUES(?,?,?,?) "
          "ON CONFLICT DO NOTHING")
      .bind(1, hash)
      .bind(2, strategy.label)
      .bind(3, strategy.context)
      .bind(4, strategy.model)
      .run();
  return key_by_hash(database_, "SELECT strategy_id FROM strategy WHERE hash=?", hash).value();
}

std::int64_t Store::put_cell(const CellRow& cell) {
  database_
      .prepare(
          "INSERT INTO cell(hash,spec,suite,task,task_version,dataset_id,strategy_id,seed,"
          "decoding,expected) VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")
      .bind(1, cell.hash)
      .bind(2, cell.spec)
      .bind(3, cell.suite)
      .bind(4, cell.task)
      .bind(5, cell.task_version)
      .bind(6, cell.dataset_id)
      .bind(7, cell.strategy_id)
      .bind(8, cell.seed)
      .bind(9, cell.decoding)
      .bind(10, cell.expected)
      .run();
  return cell_id(cell.hash).value();
}

std::string environment_hash(const EnvironmentRow& environment) {
  return json_hash({environment.git_commit, environment.git_dirty, environment.diff,
                    environment.build, environment.hardware, environment.libraries,
                    environment.determinism});
}

std::int64_t Store::put_environment(const EnvironmentRow& environment) {
  const std::string hash = environment_hash(environment);
  Transaction transaction(database_);
  std::optional<std::int64_t> diff;
  if (!environment.diff.empty()) diff = BlobWriter(database_).put("diff", environment.diff);
  database_
      .prepare(
          "INSERT INTO environment(hash,git_commit,git_dirty,diff,build,hardware,libraries,"
          "determinism) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")
      .bind(1, hash)
      .bind(2, environment.git_commit)
      .bind(3, environment.git_dirty ? 1 : 0)
      .bind(4, diff)
      .bind(5, environment.build)
      .bind(6, environment.hardware)
      .bind(7, environment.libraries)
      .bind(8, environment.determinism)
      .run();
  const auto id = key_by_hash(database_, "SELECT env_id FROM environment WHERE hash=?", hash);
  transaction.commit();
  return id.value();
}

}  // namespace quadrant
