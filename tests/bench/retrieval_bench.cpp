// How fast retrieval is, on synthetic vectors and texts. Prints one JSON line a measurement.
//
//   retrieval_bench vectors FILE ROWS QUERIES   writes clustered unit vectors (384 floats a row)
//   retrieval_bench exact FILE ROWS QUERIES     exact search, batches of 100, and single queries
//   retrieval_bench hnsw FILE ROWS QUERIES      HNSW32: build, recall@10, queries a second
//   retrieval_bench build FOLDER PASSAGES FACTORY   an index of synthetic passages: build (kill it
//                                               and start again to resume), recall, query times
// tests/bench/retrieval.py runs the first three beside their Python peers.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "retrieval/index.h"
#include "tests/bench/synthetic.h"

using namespace quadrant;
using namespace quadrant::bench;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The vector that belongs to text_of(number): the search needs no model.
class SyntheticEmbedder : public Embedder {
 public:
  int dimension() const override { return kWidth; }
  std::string hash() const override { return sha256_hex("synthetic 1"); }
  std::vector<float> embed(std::span<const std::string> texts) override {
    std::vector<float> rows;
    for (const std::string& text : texts) {
      append_vector(std::strtoull(text.c_str() + 1, nullptr, 10), rows);
    }
    return rows;
  }
};

// The median of five rounds over all queries.
double batched_rate(const Data& data, const DenseIndex& index, std::size_t batch) {
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 5; ++repeat) {
    seconds.push_back(seconds_of([&] {
      for (std::size_t at = 0; at + batch <= data.count(); at += batch) {
        index.search(data.queries.subspan(at * kWidth, batch * kWidth), 10);
      }
    }));
  }
  std::nth_element(seconds.begin(), seconds.begin() + 2, seconds.end());
  return static_cast<double>(data.count() / batch * batch) / seconds[2];
}

void bench_exact(const Data& data) {
  const DenseIndex index(data.base());
  const double rate = batched_rate(data, index, 100);
  const Times times =
      milliseconds_each(data.count(), [&](std::size_t i) { index.search(data.query(i), 10); });
  fmt::print(
      "{{\"what\":\"exact\",\"rows\":{},\"queries_per_second\":{:.1f},"
      "\"single_ms_p50\":{:.2f},\"single_ms_p95\":{:.2f}}}\n",
      index.size(), rate, times.p50, times.p95);
}

void bench_hnsw(const Data& data) {
  const auto exact = DenseIndex(data.base()).exact_search(data.queries, 10);
  for (const int breadth : {10, 12, 16, 20, 24, 32, 48, 64, 96, 128}) {
    const DenseIndex index = graph_index(data, breadth);
    const auto found = index.search(data.queries, 10);
    double common = 0, all = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      for (const RankedRow& wanted : exact[i]) {
        all += 1;
        common += std::any_of(found[i].begin(), found[i].end(),
                              [&](const RankedRow& hit) { return hit.row == wanted.row; });
      }
    }
    fmt::print(
        "{{\"what\":\"hnsw\",\"ef_search\":{},\"recall_at_10\":{:.4f},"
        "\"queries_per_second\":{:.0f}}}\n",
        breadth, common / all, batched_rate(data, index, data.count()));
    if (common / all >= 0.99) break;
  }
}

double peak_gib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);
}

void bench_build(const fs::path& folder, std::size_t passages, const std::string& factory) {
  SyntheticEmbedder embedder;
  IndexPlan plan;
  plan.chunking.tokenizer_hash = "words";
  plan.chunking.count_tokens = [](std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ') + 1);
  };
  plan.embedder = &embedder;
  plan.dense = {factory, 32, 64};
  plan.lexical.emplace();
  const DocumentStream documents = [passages](const auto& visit) {
    for (std::size_t i = 0; i < passages; ++i) visit({"d" + std::to_string(i), "", text_of(i)});
  };
  const auto start = Clock::now();
  std::string stage;
  auto shown = start, stage_start = start;
  std::size_t first = 0;
  if (!has_index(folder)) {
    build_index(documents, plan, folder, [&](const BuildProgress& progress) {
      if (stage != progress.stage) {
        stage = progress.stage, stage_start = Clock::now(), first = progress.done;
      } else if (seconds_since(shown) < 10) {
        return true;
      }
      shown = Clock::now();
      const double rate =
          static_cast<double>(progress.done - first) / std::max(1e-9, seconds_since(stage_start));
      const std::size_t total = progress.total > 0 ? progress.total : passages;
      const double left = static_cast<double>(total - std::min(total, progress.done));
      fmt::print(stderr, "{:7.1f} s  {}: {:.1f} %, {:.0f} s left, {:.2f} GiB at most\n",
                 seconds_since(start), stage,
                 100 * static_cast<double>(progress.done) / static_cast<double>(total),
                 rate > 0 ? left / rate : 0, peak_gib());
      return true;
    });
  }
  fmt::print("{{\"what\":\"build\",\"passages\":{},\"seconds\":{:.1f},\"peak_gib\":{:.2f}}}\n",
             passages, seconds_since(start), peak_gib());
  const auto opening = Clock::now();
  const PassageIndex index = load_index(folder, recipe_of(folder));
  fmt::print(
      "{{\"what\":\"open\",\"seconds\":{:.1f},\"factory\":\"{}\",\"recall_at_10\":{:.4f}}}\n",
      seconds_since(opening), factory, index.recall);
  const auto print = [](const char* what, const Times& times) {
    fmt::print("{{\"what\":\"{}\",\"ms_p50\":{:.2f},\"ms_p95\":{:.2f}}}\n", what, times.p50,
               times.p95);
  };
  const auto question = [&](std::size_t i) { return text_of(i * 4789 % passages).substr(0, 60); };
  const auto dense = [&](std::size_t i) {
    const std::string text = question(i);
    return index.dense->search(embedder.embed(std::span(&text, 1)), 10)[0];
  };
  print("dense query", milliseconds_each(200, [&](std::size_t i) { dense(i); }));
  print("bm25 query",
        milliseconds_each(200, [&](std::size_t i) { index.lexical->search(question(i), 10); }));
  fmt::print("{{\"what\":\"peak\",\"gib\":{:.2f}}}\n", peak_gib());
}

int run(const std::string& what, const std::string& place, std::size_t rows,
        const std::string& last) {
  if (what == "build") {
    bench_build(place, rows, last);
    return 0;
  }
  const std::size_t queries = std::strtoull(last.c_str(), nullptr, 10);
  if (what == "vectors") {
    write_vectors(place, rows + queries);
    return 0;
  }
  const Data data(place, rows, queries);
  if (what == "exact") bench_exact(data);
  if (what == "hnsw") bench_hnsw(data);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "usage: see the first lines of retrieval_bench.cpp\n");
    return 2;
  }
  try {
    return run(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10), argv[4]);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "error: {}\n", failure.what());
    return 1;
  }
}
