// The sentence encoder against sentence-transformers: tests/golden/make_embeddings.py.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "golden.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/rng.h"
#include "strategies/engine.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;

namespace {

const std::filesystem::path kTiny =
    std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden/tiny_bert";

double cosine(std::span<const float> row, const std::vector<double>& wanted) {
  double product = 0, square = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    product += wanted[i] * row[i];
    square += wanted[i] * wanted[i];
  }
  return product / std::sqrt(square);
}

// The smallest cosine of all rows with the golden ones.
double smallest_cosine(const std::vector<float>& rows, const nlohmann::json& golden) {
  const std::size_t width = rows.size() / golden.size();
  double smallest = 1;
  for (std::size_t t = 0; t < golden.size(); ++t) {
    smallest = std::min(smallest, cosine(std::span(rows).subspan(t * width, width),
                                         golden[t].get<std::vector<double>>()));
  }
  return smallest;
}

// A copy of the tiny model whose files can be changed.
struct TinyFolder {
  test::TemporaryFolder folder;
  TinyFolder() {
    std::filesystem::copy(kTiny, folder.path(), std::filesystem::copy_options::recursive);
  }
  void write(const char* name, const std::string& text) const {
    write_atomically(folder / name, text);
  }
  std::unique_ptr<Embedder> load() const { return load_embedder(folder.path()); }
};

void check_search_on(const std::string& device) {
  constexpr std::size_t kWidth = 24, kRows = 3000;
  Rng rng(4);
  std::vector<float> values(kWidth * (kRows + 300));
  for (float& value : values) value = static_cast<float>(rng.below(5)) - 2;  // many ties
  VectorTable table(kWidth);
  table.append(std::span(values).first(kWidth * kRows));
  DenseIndex index(std::move(table));
  const auto queries = std::span(values).subspan(kWidth * kRows);
  const auto expected = index.search(queries, 10);
  index.use_device(device_search(device));
  const auto found = index.search(queries, 10);
  REQUIRE(found.size() == 300);
  for (std::size_t q = 0; q < found.size(); ++q) {
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(found[q][i].row == expected[q][i].row);
      CHECK(found[q][i].score == expected[q][i].score);
    }
  }
}

}  // namespace

TEST_CASE("texts equal sentence-transformers' (cosine >= 0.9999), also empty and very long") {
  const auto reference = golden("embeddings.json");
  REQUIRE(reference.size() == 200);
  const auto embedder = load_embedder("all-minilm-l6-v2");
  std::vector<std::string> texts;
  nlohmann::json vectors;
  for (const auto& one : reference) {
    texts.push_back(one["text"]);
    vectors.push_back(one["embedding"]);
  }
  const double smallest = smallest_cosine(embedder->embed(texts), vectors);
  MESSAGE("smallest cosine of 200: ", smallest);
  CHECK(smallest >= 0.9999);
  CHECK(embedder->description().at("pooling") == "mean");
}

TEST_CASE("every pooling, and the prefixes of questions and passages") {
  const auto reference = nlohmann::json::parse(read_text(kTiny / "golden.json"));
  const auto texts = reference["texts"].get<std::vector<std::string>>();
  const std::pair<const char*, const char*> modes[] = {
      {"mean", "pooling_mode_mean_tokens"},
      {"cls", "pooling_mode_cls_token"},
      {"max", "pooling_mode_max_tokens"},
      {"mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"}};
  const TinyFolder tiny;
  std::set<std::string> hashes;
  for (const auto& [mode, old_key] : modes) {
    CAPTURE(mode);
    tiny.write("1_Pooling/config.json", "{\"" + std::string(old_key) + "\": true}");
    const std::string by_old_key = tiny.load()->hash();
    tiny.write("1_Pooling/config.json", "{\"pooling_mode\": \"" + std::string(mode) + "\"}");
    const auto embedder = tiny.load();
    CHECK(embedder->hash() == by_old_key);
    hashes.insert(embedder->hash());
    CHECK(smallest_cosine(embedder->embed(texts), reference["passages"][mode]) >= 0.99999);
    CHECK(smallest_cosine(embedder->embed_questions(texts), reference["questions"][mode]) >=
          0.99999);
    CHECK(embedder->description().at("question prefix") == "query: ");
  }
  CHECK(hashes.size() == 4);
}

TEST_CASE("a cross-encoder scores as sentence-transformers' CrossEncoder, too long pairs cut") {
  const auto folder = kTiny.parent_path() / "tiny_cross";
  REQUIRE(is_pair_scorer(folder));
  CHECK(!is_pair_scorer(kTiny));
  const auto scorer = load_pair_scorer(folder);
  for (const auto& one : nlohmann::json::parse(read_text(folder / "golden.json"))) {
    CAPTURE(one.dump());
    const auto scores =
        scorer->score(one["question"], one["passages"].get<std::vector<std::string>>());
    REQUIRE(scores.size() == one["logits"].size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      CHECK(scores[i] == doctest::Approx(one["logits"][i].get<double>()).epsilon(1e-4));
    }
  }
  CHECK(scorer->score("q", {}).empty());
}

TEST_CASE("exact search by torch finds the same bits") { check_search_on("cpu"); }

TEST_CASE("GPU: exact search finds the same bits" * doctest::skip(!at::hasCUDA())) {
  check_search_on("cuda");
}

TEST_CASE("a classifier of more labels is no cross-encoder") {
  test::TemporaryFolder folder;
  std::filesystem::copy(kTiny.parent_path() / "tiny_cross", folder.path(),
                        std::filesystem::copy_options::recursive);
  auto config = nlohmann::json::parse(read_text(folder / "config.json"));
  config["id2label"] = {{"0", "no"}, {"1", "yes"}};
  write_atomically(folder / "config.json", config.dump());
  CHECK_THROWS_AS(load_pair_scorer(folder.path()), Error);
}

TEST_CASE("what this encoder does not compute is refused") {
  const auto refused = [](const char* file, const std::string& text) {
    const TinyFolder tiny;
    tiny.write(file, text);
    CHECK_THROWS_AS(tiny.load(), Error);
  };
  refused("1_Pooling/config.json", "{\"pooling_mode\": \"lasttoken\"}");
  refused("1_Pooling/config.json",
          "{\"pooling_mode_cls_token\": true, \"pooling_mode_max_tokens\": true}");
  refused("1_Pooling/config.json", "{}");
  refused("modules.json", "[{\"type\": \"sentence_transformers.models.Dense\"}]");
  refused("modules.json", "{}");
}

TEST_CASE("the order and the company of texts hardly matter") {
  const auto embedder = load_embedder(kTiny);
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) texts.push_back(std::string(static_cast<std::size_t>(i % 7), 'a'));
  const auto together = embedder->embed(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto alone = embedder->embed(std::span(texts).subspan(i, 1));
    for (std::size_t j = 0; j < alone.size(); ++j) {
      CHECK(alone[j] == doctest::Approx(together[i * alone.size() + j]).epsilon(1e-4));
    }
  }
}
