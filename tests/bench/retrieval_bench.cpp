// How fast retrieval is, on synthetic vectors and texts. Prints one JSON line a measurement.
//
//   retrieval_bench vectors FILE ROWS QUERIES   writes clustered unit vectors (384 floats a row)
//   retrieval_bench exact FILE ROWS QUERIES     exact search, batches of 100, and single queries
//   retrieval_bench hnsw FILE ROWS QUERIES      HNSW32: build, recall@10, queries a second
//   retrieval_bench hybrid FILE ROWS QUERIES    HNSW32 and BM25 fused, single queries, no embedding
//   retrieval_bench build FOLDER PASSAGES FACTORY   an index of synthetic passages: build (kill it
//                                               and start again to resume), recall, query times
// tests/bench/retrieval.py runs the first four beside their Python peers.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "harness/core/sha256.h"
#include "retrieval/index.h"
#include "retrieval/rank.h"

using namespace quadrant;
namespace fs = std::filesystem;

namespace {

constexpr int kWidth = 384;
constexpr std::size_t kClusters = 2000;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Points around centres, as the embeddings of texts on many subjects are.
void append_vector(std::uint64_t number, std::vector<float>& rows) {
  Rng centre(number % kClusters, "centre"), own(number, "vector");
  double square = 0;
  const std::size_t begin = rows.size();
  for (int i = 0; i < kWidth; ++i) {
    const double x = (centre.uniform() - 0.5) + 0.9 * (own.uniform() - 0.5);
    rows.push_back(static_cast<float>(x));
    square += x * x;
  }
  for (std::size_t i = begin; i < rows.size(); ++i) {
    rows[i] /= static_cast<float>(std::sqrt(square));
  }
}

// Thirty words, common ones more often.
std::string text_of(std::uint64_t number) {
  Rng rng(number, "text");
  std::string text = "p" + std::to_string(number);
  for (int i = 0; i < 30; ++i) {
    const double u = rng.uniform();
    text += " w" + std::to_string(static_cast<int>(50000 * u * u * u));
  }
  return text;
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

struct Times {
  double p50, p95;
};
Times milliseconds_each(std::size_t queries, const std::function<void(std::size_t)>& ask) {
  std::vector<double> times;
  for (std::size_t i = 0; i < queries; ++i) {
    const auto start = Clock::now();
    ask(i);
    times.push_back(1000 * seconds_since(start));
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 95 / 100]};
}

void write_vectors(const std::string& file, std::size_t count) {
  std::ofstream out(file, std::ios::binary);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float> row;
    append_vector(i, row);
    out.write(reinterpret_cast<const char*>(row.data()), kWidth * sizeof(float));
  }
}

// The file's last `queries` rows ask, the others are searched.
struct Data {
  VectorTable file;
  std::size_t rows;
  std::span<const float> queries;
  Data(const std::string& name, std::size_t searched, std::size_t count)
      : file(VectorTable::map(name, kWidth)), rows(searched) {
    queries = file.all().subspan(rows * kWidth, count * kWidth);
  }
  VectorTable base() const {
    VectorTable table(kWidth);
    table.append(file.all().first(rows * kWidth));
    return table;
  }
  std::span<const float> query(std::size_t i) const { return queries.subspan(i * kWidth, kWidth); }
  std::size_t count() const { return queries.size() / kWidth; }
};

double batched_rate(const Data& data, const DenseIndex& index, std::size_t batch) {
  index.search(data.queries.first(std::min(batch, data.count()) * kWidth), 10);  // warm
  const auto start = Clock::now();
  for (std::size_t at = 0; at + batch <= data.count(); at += batch) {
    index.search(data.queries.subspan(at * kWidth, batch * kWidth), 10);
  }
  return static_cast<double>(data.count() / batch * batch) / seconds_since(start);
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

DenseIndex graph_index(const Data& data, int breadth) {
  const fs::path cache = fmt::format("/tmp/quadrant_bench_{}.hnsw", data.rows);
  const DenseSettings settings{"HNSW32", 16, breadth};
  if (!fs::exists(cache)) {
    NeighbourIndex built(settings, kWidth);
    built.add(data.base().all());
    built.save(cache);
  }
  return {data.base(), NeighbourIndex::load(cache, settings, kWidth, /*for_adding=*/false)};
}

void bench_hnsw(const Data& data) {
  const auto exact = DenseIndex(data.base()).exact_search(data.queries, 10);
  for (const int breadth : {16, 24, 32, 48, 64, 96, 128}) {
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

void bench_hybrid(const Data& data) {
  Bm25Index words;
  for (std::size_t i = 0; i < data.rows; ++i) words.add(text_of(i));
  const auto time = [&](const DenseIndex& index, const char* kind) {
    const Times times = milliseconds_each(data.count(), [&](std::size_t i) {
      const std::string question = text_of(i).substr(0, 60);
      const Ranking lists[] = {index.search(data.query(i), 100)[0], words.search(question, 100)};
      reciprocal_rank_fusion(lists);
    });
    fmt::print("{{\"what\":\"hybrid\",\"dense\":\"{}\",\"ms_p50\":{:.2f},\"ms_p95\":{:.2f}}}\n",
               kind, times.p50, times.p95);
  };
  time(graph_index(data, 64), "HNSW32");
  time(DenseIndex(data.base()), "Flat");
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
      const double left =
          static_cast<double>(progress.total - std::min(progress.total, progress.done));
      fmt::print(stderr, "{:7.1f} s  {}: {} of {}, {:.0f}/s, {:.0f} s left, {:.2f} GiB at most\n",
                 seconds_since(start), stage, progress.done, progress.total, rate,
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
  if (what == "hybrid") bench_hybrid(data);
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
