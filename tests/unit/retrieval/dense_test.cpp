#include "retrieval/dense.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <bit>

#include "harness/core/rng.h"

using namespace quadrant;

namespace {

std::vector<float> random_vectors(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

std::vector<std::size_t> rows(const std::vector<DenseHit>& hits) {
  std::vector<std::size_t> result;
  for (const DenseHit& hit : hits) result.push_back(hit.row);
  return result;
}

using Rows = std::vector<std::size_t>;

}  // namespace

TEST_CASE("exact search finds what a plain product finds") {
  constexpr std::size_t kWidth = 7, kCount = 300;
  const auto base = random_vectors(kWidth * kCount, 1), queries = random_vectors(kWidth * 40, 2);
  DenseIndex index(kWidth);
  index.add(base);
  const auto found = index.search(queries, 5);
  REQUIRE(found.size() == 40);
  for (std::size_t q = 0; q < 40; ++q) {
    std::vector<std::pair<double, std::size_t>> scores;
    for (std::size_t row = 0; row < kCount; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < kWidth; ++i) {
        sum += static_cast<double>(queries[q * kWidth + i]) * base[row * kWidth + i];
      }
      scores.emplace_back(-sum, row);
    }
    std::sort(scores.begin(), scores.end());
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(found[q][i].row == scores[i].second);
      CHECK(found[q][i].score == doctest::Approx(-scores[i].first).epsilon(1e-5));
    }
  }
}

TEST_CASE("results are the same bits whatever the batch") {
  constexpr std::size_t kWidth = 33;
  const auto queries = random_vectors(kWidth * 50, 4);
  DenseIndex index(kWidth);
  index.add(random_vectors(kWidth * 200, 3));
  const auto together = index.search(queries, 10);
  for (std::size_t q = 0; q < 50; ++q) {
    const auto alone = index.search(std::span(queries).subspan(q * kWidth, kWidth), 10);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(alone[0][i].row == together[q][i].row);
      CHECK(std::bit_cast<std::uint64_t>(alone[0][i].score) ==
            std::bit_cast<std::uint64_t>(together[q][i].score));
    }
  }
}

TEST_CASE("equal scores stand in the order of the rows, at every k") {
  DenseIndex index(2);
  for (int i = 0; i < 40; ++i) {
    const bool high = i % 4 == 3;
    index.add(std::vector<float>{high ? 1.0F : 0.5F, 0});
  }
  const std::vector<float> query{1, 0};
  Rows expected;
  for (std::size_t i = 3; i < 40; i += 4) expected.push_back(i);
  for (std::size_t i = 0; i < 40; ++i) {
    if (i % 4 != 3) expected.push_back(i);
  }
  for (std::size_t k = 1; k <= 45; ++k) {
    CAPTURE(k);
    const auto hits = index.search(query, static_cast<int>(k));
    CHECK(rows(hits[0]) == Rows(expected.begin(), expected.begin() + std::min<long>(k, 40)));
  }
}

TEST_CASE("an empty index finds nothing; k beyond the size finds all") {
  DenseIndex index(2);
  const std::vector<float> queries{1, 0, 0, 1};
  CHECK(index.search(queries, 3).size() == 2);
  CHECK(index.search(queries, 3)[1].empty());
  index.add(std::vector<float>{0, 1});
  CHECK(index.search(queries, 3)[1].size() == 1);
  CHECK(index.search({}, 3).empty());
}

TEST_CASE("the caller's number of threads is left as it was") {
  omp_set_num_threads(2);
  DenseIndex index(2);
  index.add(std::vector<float>{0, 1});
  index.search(std::vector<float>{0, 1}, 1);
  CHECK(omp_get_max_threads() == 2);
}

TEST_CASE("bytes and back") {
  DenseIndex index(3);
  index.add(std::vector<float>{1, 2, 3, 4, 5, 6});
  const std::string bytes = index.serialize();
  const DenseIndex again = DenseIndex::parse(bytes, 3, 2);
  CHECK_THROWS(DenseIndex::parse(bytes, 2, 3));
  CHECK_THROWS(DenseIndex::parse(bytes, 3, 1));
  CHECK(again.dimension() == 3);
  CHECK(again.size() == 2);
  CHECK(again.serialize() == bytes);
  CHECK(again.search(std::vector<float>{0, 0, 1}, 1)[0][0].score == 6);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS(DenseIndex::parse(std::string_view(bytes).substr(0, size), 3, 2));
  }
}
