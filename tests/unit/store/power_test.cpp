// Power cuts: a store whose disk was cut off at any write is whole, and holds whole batches only.
#include <doctest/doctest.h>

#include "harness/core/rng.h"
#include "harness/core/sha256.h"
#include "harness/store/store.h"
#include "tests/unit/store/logged_disk.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using test::TemporaryFolder;

namespace {

constexpr int kBatches = 40, kBatchSize = 3;

std::int64_t number(const Store& store, const std::string& sql) {
  Statement query = store.database().prepare(sql);
  REQUIRE(query.step());
  return query.integer(0);
}

// One run of one cell; `after_step` is called when a step has returned.
void fill(const std::filesystem::path& file, const std::function<void()>& after_step) {
  Store store(file, Store::Open::kCreate);
  Statement(store.database().prepare("PRAGMA wal_autocheckpoint=8")).run();
  after_step();
  std::vector<Item> items(kBatches * kBatchSize);
  for (std::size_t i = 0; i < items.size(); ++i) items[i].id = std::to_string(i);
  RunRow run;
  run.experiment_id = store.put_experiment("e", "{}", "");
  run.environment_id = store.put_environment({});
  const std::int64_t run_id = store.begin_run(run, {});
  CellRow cell;
  cell.hash = sha256_hex("{}");
  cell.spec = cell.decoding = "{}";
  cell.expected = static_cast<std::int64_t>(items.size());
  cell.dataset_id =
      store.put_dataset({items_hash(items), "toy", "1", "test", "", "", cell.expected}, items);
  cell.strategy_id = store.put_strategy({"base", "{}", "{}"});
  AttemptRow attempt;
  attempt.cell_id = store.put_cell(cell);
  attempt.run_id = run_id;
  attempt.id = store.begin_attempt(attempt);
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<RecordRow> records(kBatchSize);
    for (int i = 0; i < kBatchSize; ++i) {
      RecordRow& record = records[static_cast<std::size_t>(i)];
      record.item_no = batch * kBatchSize + i;
      record.prompt = std::string(700, 'p') + std::to_string(record.item_no);
      record.stop = "eos";
    }
    store.put_batch(attempt.id, records, {1, 1, 1});
    after_step();
  }
  store.finish_attempt(attempt.id, output_hash(store.database(), attempt.id), {});
  store.finish_run(run_id, "done");
  after_step();
}

}  // namespace

TEST_CASE("a disk cut off at any write leaves a whole store of whole batches") {
  const TemporaryFolder folder;
  std::vector<test::DiskOperation> operations;
  std::size_t created = 0, finished = 0;
  {
    const test::LoggedDisk disk;
    fill(folder / "a.db", [&] {
      if (created == 0) created = disk.operations().size();
      finished = disk.operations().size();
    });
    operations = disk.operations();
  }
  REQUIRE(operations.size() > 300);
  Rng rng(9);
  std::int64_t most = 0, lost = 0;
  for (int cut = 0; cut < 400; ++cut) {
    const std::size_t count = cut < 20 ? operations.size() - static_cast<std::size_t>(cut)
                                       : rng.below(operations.size() + 1);
    CAPTURE(count);
    const TemporaryFolder after;
    test::write_cut_disk(operations, count, rng, after.path());
    const Store store(after / "a.db", Store::Open::kCreate);
    REQUIRE(number(store, "SELECT integrity_check='ok' FROM pragma_integrity_check") == 1);
    REQUIRE(number(store, "SELECT count(*) FROM pragma_foreign_key_check") == 0);
    const std::int64_t records = number(store, "SELECT count(*) FROM record");
    REQUIRE(records % kBatchSize == 0);
    REQUIRE(records == number(store, "SELECT coalesce(max(item_no)+1,0) FROM record"));
    if (count >= finished) {  // what was finished stays finished
      CHECK(records == kBatches * kBatchSize);
      CHECK(store.run(1).state == "done");
    }
    most = std::max(most, records);
    lost += count > created && records < kBatches * kBatchSize ? 1 : 0;
  }
  CHECK(most == kBatches * kBatchSize);
  CHECK(lost > 100);  // the cuts did take something
}
