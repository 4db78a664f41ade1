// How fast texts and questions are embedded, and how long one hybrid question takes.
//
//   embed_bench texts MODEL <lines              all texts (JSON lines of {"text"}) in one call
//   embed_bench questions MODEL <lines          each alone
//   embed_bench hybrid MODEL FILE ROWS QUERIES  each question embedded, searched by HNSW32 or exact
//                                               search and by BM25, and fused; FILE as in
//                                               retrieval_bench
// Prints one JSON line a measurement. tests/bench/retrieval.py runs it beside its Python peers.
#include <cstdlib>
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "retrieval/lexical/bm25.h"
#include "retrieval/rank.h"
#include "strategies/engine.h"
#include "tests/bench/synthetic.h"

using namespace quadrant;
using namespace quadrant::bench;

namespace {

std::vector<std::string> read_texts() {
  std::vector<std::string> texts;
  for (std::string line; std::getline(std::cin, line);) {
    texts.push_back(nlohmann::json::parse(line)["text"]);
  }
  return texts;
}

void bench_texts(Embedder& embedder) {
  const std::vector<std::string> texts = read_texts();
  embedder.embed(std::span(texts).first(std::min<std::size_t>(64, texts.size())));  // warm
  const double seconds = seconds_of([&] { embedder.embed(texts); });
  fmt::print("{{\"per_second\":{:.1f}}}\n", static_cast<double>(texts.size()) / seconds);
}

void bench_questions(Embedder& embedder) {
  const std::vector<std::string> texts = read_texts();
  const auto ask = [&](std::size_t i) { embedder.embed_questions(std::span(texts).subspan(i, 1)); };
  for (std::size_t i = 0; i < std::min<std::size_t>(10, texts.size()); ++i) ask(i);
  double sum = 0;
  const Times times =
      milliseconds_each(texts.size(), [&](std::size_t i) { sum += seconds_of([&] { ask(i); }); });
  fmt::print("{{\"per_second\":{:.1f},\"ms_p50\":{:.2f},\"ms_p95\":{:.2f}}}\n",
             static_cast<double>(texts.size()) / sum, times.p50, times.p95);
}

// The words of a question and its vector are synthetic; the time of its embedding is that of ten
// words.
void bench_hybrid(Embedder& embedder, const Data& data) {
  Bm25Index words;
  for (std::size_t i = 0; i < data.rows; ++i) words.add(text_of(i));
  const std::string question = "Who keeps the pier that opens first at dawn?";
  const auto time = [&](const DenseIndex& index, const char* kind) {
    const Times times = milliseconds_each(data.count(), [&](std::size_t i) {
      embedder.embed_questions(std::span(&question, 1));
      const Ranking lists[] = {index.search(data.query(i), 100)[0],
                               words.search(text_of(i).substr(0, 60), 100)};
      reciprocal_rank_fusion(lists);
    });
    fmt::print("{{\"dense\":\"{}\",\"ms_p50\":{:.2f},\"ms_p95\":{:.2f}}}\n", kind, times.p50,
               times.p95);
  };
  time(graph_index(data, 64), "HNSW32");
  time(DenseIndex(data.base()), "Flat");
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "";
  if (count != (what == "hybrid" ? 6 : 3)) {
    std::cerr << "usage: see the first lines of embed_bench.cpp\n";
    return 2;
  }
  const auto embedder = load_embedder(arguments[2]);
  if (what == "texts") bench_texts(*embedder);
  if (what == "questions") bench_questions(*embedder);
  if (what == "hybrid") {
    const Data data(arguments[3], std::strtoull(arguments[4], nullptr, 10),
                    std::strtoull(arguments[5], nullptr, 10));
    bench_hybrid(*embedder, data);
  }
  return 0;
}
