// store_bench FILE CLUSTERS RUNS: how long it takes to list the runs of a large store and to read
// one for a report, and how large a record is. 65 answers a cluster and run: 1540 clusters in 10
// runs are 1,001,000. The store is made when it is not there.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include <fmt/format.h>

#include "harness/run/provenance.h"
#include "harness/run/rescore.h"
#include "harness/store/run_progress.h"
#include "reports/model/report_model.h"
#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

template <class Work>
void time(const char* what, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%-28s %8.3f s\n", what, took.count());
}

// The run again, with answers of its own to the same prompts.
void copy_run(Database& database, int number) {
  database.execute(fmt::format(
      "INSERT INTO run SELECT "
      "run_id+{0},printf('%064x',{0}),experiment_id,env_id,NULL,argv,options,"
      "state,started_at,heartbeat_at,ended_at,error FROM run WHERE run_id=1;"
      "CREATE TEMP TABLE old AS SELECT *,attempt_id+{0}*(SELECT max(attempt_id) FROM attempt WHERE "
      "run_id=1) AS copy FROM attempt WHERE run_id=1;"
      "INSERT INTO attempt SELECT "
      "copy,cell_id,1+{0},training_id,index_hash,state,output_hash,seconds,"
      "flops,peak_bytes,error,energy_j,index_bytes FROM old;"
      "INSERT INTO run_cell SELECT 1+{0},cell_id,position,context,tuning,copy,origin,metrics "
      "FROM run_cell JOIN old USING(cell_id) WHERE run_cell.run_id=1;"
      "CREATE TEMP TABLE size AS SELECT max(record_id) AS n FROM record JOIN old USING(attempt_id);"
      "INSERT INTO record SELECT record_id+{0}*n,copy,item_no,sample,prompt,output,answer,stop,"
      "prompt_tokens,output_tokens,retrieve_ms,prefill_ms,decode_ms,logprob,truncated,delivered,"
      "record.error,wording FROM record JOIN old USING(attempt_id),size;"
      "INSERT INTO retrieval SELECT t.record_id+{0}*n,rank,passage,doc_id,score,relevant,in_prompt "
      "FROM retrieval t,size WHERE t.record_id<=n;"
      "INSERT INTO score SELECT s.record_id+{0}*n,metric,metric_version,value FROM score s,size "
      "WHERE s.record_id<=n;"
      "DROP TABLE old; DROP TABLE size",
      number));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    std::fputs("usage: store_bench FILE CLUSTERS RUNS\n", stderr);
    return 2;
  }
  const std::filesystem::path file = argv[1];
  if (!std::filesystem::exists(file)) {
    time("filling it", [&] {
      test::FixtureOptions options;
      options.clusters = std::atoi(argv[2]);
      Store store(file, Store::Open::kCreate);
      test::fill_store(store, options);
      Transaction transaction(store.database());
      for (int run = 1; run < std::atoi(argv[3]); ++run) copy_run(store.database(), run);
      transaction.commit();
    });
  }
  const Store store(file);
  Statement count = store.database().prepare("SELECT count(*) FROM record");
  const auto records = static_cast<double>(count.step() ? count.integer(0) : 0);
  count.run();
  const std::int64_t latest = store.find_run("latest");
  const auto bytes = static_cast<double>(std::filesystem::file_size(file));
  std::printf("%.0f records, %.1f MB, %.0f bytes a record\n", records, bytes / 1e6,
              bytes / records);
  time("open and list", [&] { Store(file).runs(); });
  time("progress (watch)", [&] { run_progress(store.database(), latest); });
  ReportOptions options;
  options.samples = SampleChoice::kNone;
  time("report model, no samples", [&] { load_report_model(store, latest, options); });
  options.samples = SampleChoice::kDefault;
  time("report model", [&] { load_report_model(store, latest, options); });
  time("scored again", [&] { rescore_run(store, latest); });
  std::printf("memory at most %.2f GB\n", static_cast<double>(peak_memory()) / 1e9);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
