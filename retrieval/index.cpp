#include "retrieval/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

constexpr std::size_t kTextsAtOnce = 256;  // bounds the memory of the embedder's input

// Inner product ranks by cosine only among vectors of length 1; a broken embedder shows here.
void check_length_one(std::span<const float> vectors, int dimension, const std::string& where) {
  const auto width = static_cast<std::size_t>(dimension);
  for (std::size_t row = 0; row < vectors.size(); row += width) {
    double square = 0;
    for (const float x : vectors.subspan(row, width)) square += static_cast<double>(x) * x;
    if (std::abs(std::sqrt(square) - 1) < 1e-3) continue;
    throw Error(
        fmt::format("the embedder gave a vector of length {:.4g} instead of 1", std::sqrt(square)),
        where, "check the embedder's files, or use one that normalises its vectors");
  }
}

std::string text_to_embed(const Passage& passage) {
  return passage.title.empty() ? passage.text : passage.title + "\n" + passage.text;
}

}  // namespace

std::string corpus_hash(std::span<const Document> corpus) {
  Sha256 hash;
  for (const Document& document : corpus) {
    hash.update(canonical_json({document.id, document.title, document.text}) + "\n");
  }
  return hash.hex();
}

IndexRecipe index_recipe(std::span<const Document> corpus, const Chunking& chunking,
                         const Embedder& embedder) {
  return {corpus_hash(corpus), chunking.max_tokens, chunking.tokenizer_hash, embedder.hash(),
          embedder.dimension()};
}

DenseIndex embed_passages(std::span<const Passage> passages, Embedder& embedder) {
  DenseIndex vectors(embedder.dimension());
  for (std::size_t at = 0; at < passages.size(); at += kTextsAtOnce) {
    std::vector<std::string> texts;
    for (const Passage& passage :
         passages.subspan(at, std::min(kTextsAtOnce, passages.size() - at))) {
      texts.push_back(text_to_embed(passage));
    }
    const std::vector<float> rows = embedder.embed(texts);
    QUADRANT_CHECK(rows.size() == texts.size() * static_cast<std::size_t>(embedder.dimension()));
    check_length_one(rows, embedder.dimension(),
                     fmt::format("passages {} to {}", at + 1, at + texts.size()));
    vectors.add(rows);
  }
  return vectors;
}

DenseRetriever::DenseRetriever(PassageIndex index, Embedder& embedder)
    : index_(std::move(index)), embedder_(embedder) {
  QUADRANT_CHECK(index_.recipe.embedder_hash == embedder.hash());
}

std::vector<std::vector<ScoredPassage>> DenseRetriever::search(
    std::span<const std::string> questions, int k) {
  const std::vector<float> queries = embedder_.embed(questions);
  check_length_one(queries, embedder_.dimension(), "the questions");
  std::vector<std::vector<ScoredPassage>> results;
  for (const auto& hits : index_.vectors.search(queries, k)) {
    auto& result = results.emplace_back();
    for (const DenseHit& hit : hits) result.push_back({index_.passages[hit.row], hit.score});
  }
  return results;
}

}  // namespace quadrant
