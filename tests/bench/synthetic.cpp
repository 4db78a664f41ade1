#include "tests/bench/synthetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "harness/core/rng.h"

namespace quadrant::bench {

constexpr std::size_t kClusters = 2000;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Times milliseconds_each(std::size_t queries, const std::function<void(std::size_t)>& ask) {
  std::vector<double> times;
  for (std::size_t i = 0; i < queries; ++i) {
    times.push_back(1000 * seconds_of([&] { ask(i); }));
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 95 / 100]};
}

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

std::string text_of(std::uint64_t number) {
  Rng rng(number, "text");
  std::string text = "p" + std::to_string(number);
  for (int i = 0; i < 30; ++i) {
    const double u = rng.uniform();
    text += " w" + std::to_string(static_cast<int>(50000 * u * u * u));
  }
  return text;
}

void write_vectors(const std::string& file, std::size_t count) {
  std::ofstream out(file, std::ios::binary);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float> row;
    append_vector(i, row);
    out.write(reinterpret_cast<const char*>(row.data()), kWidth * sizeof(float));
  }
}

Data::Data(const std::string& name, std::size_t searched, std::size_t count)
    : file(VectorTable::map(name, kWidth)), rows(searched) {
  queries = file.all().subspan(rows * kWidth, count * kWidth);
}

VectorTable Data::base() const {
  VectorTable table(kWidth);
  table.append(file.all().first(rows * kWidth));
  return table;
}

DenseIndex graph_index(const Data& data, int breadth) {
  const std::filesystem::path cache = fmt::format("/tmp/quadrant_bench_{}.hnsw", data.rows);
  const DenseSettings settings{"HNSW32", 16, breadth};
  if (!std::filesystem::exists(cache)) {
    NeighbourIndex built(settings, kWidth);
    built.add(data.base().all());
    built.save(cache);
  }
  return {data.base(), NeighbourIndex::load(cache, settings, kWidth, /*for_adding=*/false)};
}

}  // namespace quadrant::bench
