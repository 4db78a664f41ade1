#include "retrieval/dense.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "retrieval/byte_vectors.h"
#include "retrieval/parallel.h"
#include "retrieval/product.h"
#include "tests/unit/store/temporary.h"

// FAISS 1.7.3 forgets what it had already made of a factory string that it then refuses; the leak
// checker of the sanitizers asks here what to pass over.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:index_factory_sub"; }

using namespace quadrant;

namespace {

std::vector<float> random_vectors(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

VectorTable table_of(int dimension, std::span<const float> rows) {
  VectorTable table(dimension);
  table.append(rows);
  return table;
}

bool go_on(std::size_t, std::size_t) { return true; }

NeighbourIndex neighbours_of(const DenseSettings& settings, const VectorTable& table) {
  NeighbourIndex index(settings, table.dimension());
  if (index.needs_training()) index.train(table, go_on);
  index.add(table.all());
  return index;
}

using Rows = std::vector<std::size_t>;

Rows rows(const Ranking& hits) {
  Rows result;
  for (const RankedRow& hit : hits) result.push_back(hit.row);
  return result;
}

}  // namespace

TEST_CASE("exact search finds what a plain product finds, few queries or many") {
  constexpr std::size_t kWidth = 7, kCount = 300;
  const auto base = random_vectors(kWidth * kCount, 1), queries = random_vectors(kWidth * 40, 2);
  const DenseIndex index(table_of(kWidth, base));
  const auto found = index.search(queries, 5);
  const auto first = index.search(std::span(queries).first(kWidth * 2), 5);
  REQUIRE(found.size() == 40);
  for (std::size_t q = 0; q < 40; ++q) {
    Ranking expected;
    for (std::size_t row = 0; row < kCount; ++row) {
      expected.push_back({row, exact_product(std::span(queries).subspan(q * kWidth, kWidth),
                                             std::span(base).subspan(row * kWidth, kWidth))});
    }
    std::sort(expected.begin(), expected.end(), ranks_before);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(found[q][i].row == expected[i].row);
      CHECK(found[q][i].score == expected[i].score);
      if (q < 2) CHECK(first[q][i].row == expected[i].row);
    }
  }
}

TEST_CASE("results are the same bits whatever the batch") {
  constexpr std::size_t kWidth = 33;
  const auto queries = random_vectors(kWidth * 50, 4);
  const DenseIndex index(table_of(kWidth, random_vectors(kWidth * 20000, 3)));
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
  VectorTable table(2);
  for (int i = 0; i < 40; ++i) table.append(std::vector<float>{i % 4 == 3 ? 1.0F : 0.5F, 0});
  const DenseIndex index(std::move(table));
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
  const std::vector<float> queries{1, 0, 0, 1};
  const DenseIndex empty{VectorTable(2)};
  CHECK(empty.search(queries, 3).size() == 2);
  CHECK(empty.search(queries, 3)[1].empty());
  const DenseIndex one(table_of(2, std::vector<float>{0, 1}));
  CHECK(one.search(queries, 3)[1].size() == 1);
  CHECK(one.search({}, 3).empty());
}

TEST_CASE("the caller's number of threads is left as it was") {
  omp_set_num_threads(2);
  const DenseIndex index(table_of(2, std::vector<float>{0, 1}));
  index.search(std::vector<float>{0, 1}, 1);
  CHECK(omp_get_max_threads() == 2);
}

TEST_CASE("work in parallel: every piece once, and the first failure comes out") {
  std::vector<int> done(1000);
  for_each_parallel(done.size(), [&](std::size_t i) { ++done[i]; });
  CHECK(std::count(done.begin(), done.end(), 1) == 1000);
  CHECK_THROWS_AS(for_each_parallel(50,
                                    [](std::size_t i) {
                                      if (i == 7) throw Bug("seven");
                                    }),
                  Bug);
  for_each_parallel(0, [](std::size_t) { throw Bug("nothing to do"); });
}

TEST_CASE("the fast product is a product at every length, several exact ones the same bits") {
  const auto values = random_vectors(2000, 9);
  for (std::size_t width = 0; width < 150; ++width) {
    const auto query = std::span(values).first(width);
    std::vector<const float*> rows;
    for (std::size_t r = 1; r <= 11; ++r) rows.push_back(values.data() + r * 160);
    const std::vector<double> exact = exact_products(query, rows);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      CHECK(exact[r] == exact_product(query, std::span(rows[r], width)));
      CHECK(fast_product()(query.data(), rows[r], width) ==
            doctest::Approx(exact[r]).epsilon(1e-4));
    }
  }
}

TEST_CASE("products in bytes are those of the vectors, to rounding, at every length") {
  for (int width = 1; width < 150; ++width) {
    const auto size = static_cast<std::size_t>(width);
    const auto values = random_vectors(5 * size, 10);
    const VectorTable table = table_of(width, std::span(values).first(4 * size));
    const ByteVectors bytes(table);
    const auto query = std::span(values).last(size);
    const std::vector<std::int16_t> codes = query_codes(query);
    const std::int8_t* const rows[4] = {bytes.row(0), bytes.row(1), bytes.row(2), bytes.row(3)};
    std::int32_t products[4];
    four_byte_products()(codes.data(), rows, size, products);
    for (std::size_t r = 0; r < 4; ++r) {
      std::int32_t expected = 0;
      for (std::size_t i = 0; i < size; ++i) expected += codes[i] * rows[r][i];
      CHECK(products[r] == expected);
      // Both sides are off by half a step of their codes at most.
      float most = 0, asked = 0;
      for (const float x : table.all()) most = std::max(most, std::abs(x));
      for (const float x : query) asked = std::max(asked, std::abs(x));
      const double scale = 127.0 / most * 4095.0 / asked;
      const double step = 0.5 * asked * most * (1 / 127.0 + 1 / 4095.0) * width;
      CHECK(std::abs(products[r] / scale - exact_product(query, table.row(r))) <= step + 1e-6);
    }
  }
}

TEST_CASE("a mapped table holds what was written; half a row is refused") {
  test::TemporaryFolder folder;
  const auto values = random_vectors(12, 5);
  std::ofstream(folder / "v", std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()), 12 * sizeof(float));
  const VectorTable table = VectorTable::map(folder / "v", 3);
  CHECK(table.size() == 4);
  CHECK(std::equal(values.begin(), values.end(), table.all().begin()));
  CHECK(table.row(2)[1] == values[7]);
  CHECK_THROWS(VectorTable::map(folder / "v", 5));
}

TEST_CASE("approximate indexes: trained, saved, mapped, added to, their recall measured") {
  constexpr int kWidth = 16;
  auto values = random_vectors(kWidth * 700, 6);
  for (std::size_t i = 0; i < values.size(); i += kWidth) {
    const auto row = std::span(values).subspan(i, kWidth);
    const auto length = static_cast<float>(std::sqrt(exact_product(row, row)));
    for (float& x : row) x /= length;
  }
  const auto queries = std::span(values).first(kWidth * 5);
  test::TemporaryFolder folder;
  const std::pair<const char*, double> kinds[] = {
      {"HNSW16", 0.95}, {"IVF4,Flat", 0.999}, {"IVF4,PQ8x4", 0.5}, {"SQ8", 0.95}};
  for (const auto& [factory, least] : kinds) {
    CAPTURE(factory);
    const DenseSettings settings{factory, 4, 64};
    const DenseIndex built(table_of(kWidth, values),
                           neighbours_of(settings, table_of(kWidth, values)));
    CHECK(!built.is_exact());
    CHECK(recall_against_exact(built, 10, 100) >= least);
    // Half of the rows, saved, loaded, and the others added: the same answers.
    const auto half = std::span(values).first(kWidth * 350);
    NeighbourIndex part(settings, kWidth);
    if (part.needs_training()) part.train(table_of(kWidth, values), go_on);
    part.add(half);
    part.save(folder / "part");
    NeighbourIndex grown = NeighbourIndex::load(folder / "part", settings, kWidth, true);
    grown.add(std::span(values).subspan(kWidth * 350));
    grown.save(folder / "whole");
    const DenseIndex loaded(table_of(kWidth, values),
                            NeighbourIndex::load(folder / "whole", settings, kWidth, false));
    const auto expected = built.search(queries, 10), found = loaded.search(queries, 10);
    for (std::size_t q = 0; q < 5; ++q) {
      CHECK(found[q].front().row == q);
      if (std::string(factory).find("HNSW") == 0) continue;  // levels are drawn anew after loading
      CHECK(rows(found[q]) == rows(expected[q]));
    }
  }
}

TEST_CASE("a factory string that FAISS does not know, and too few vectors to train") {
  CHECK_THROWS_AS(NeighbourIndex({"Nonsense7"}, 8), Error);
  CHECK_THROWS_AS(NeighbourIndex({"IVF4,PQ3"}, 8), Error);  // 3 does not divide 8
  NeighbourIndex index({"IVF64,Flat"}, 4);
  CHECK_THROWS_AS(index.train(table_of(4, random_vectors(40, 1)), go_on), Error);
}

TEST_CASE("a training tells how far it is, and can be stopped") {
  constexpr int kWidth = 16;
  const VectorTable table = table_of(kWidth, random_vectors(kWidth * 2000, 1));
  for (const char* factory : {"IVF8,Flat", "IVF8,PQ4"}) {
    CAPTURE(factory);
    NeighbourIndex index({factory}, kWidth);
    std::size_t calls = 0, last = 0, all = 0;
    const bool trained = index.train(table, [&](std::size_t done, std::size_t total) {
      CHECK((done > last || done == total));
      ++calls, last = done, all = total;
      return true;
    });
    CHECK(trained);
    CHECK(calls > 1);
    CHECK(last == all);
    NeighbourIndex stopped({factory}, kWidth);
    CHECK_FALSE(stopped.train(table, [](std::size_t, std::size_t) { return false; }));
    CHECK(stopped.needs_training());
  }
}
