// The sentence encoder against sentence-transformers.
#include <doctest/doctest.h>

#include "golden.h"
#include "strategies/engine.h"

using namespace quadrant;

TEST_CASE("embeddings equal sentence-transformers' (cosine >= 0.9999)") {
  const auto reference = golden("minilm.json");
  const auto embedder = load_embedder("all-minilm-l6-v2");
  std::vector<std::string> texts;
  for (const auto& text : reference["texts"]) texts.push_back(text["text"]);
  const auto rows = embedder->embed(texts);
  const auto width = static_cast<std::size_t>(embedder->dimension());
  REQUIRE(rows.size() == texts.size() * width);
  for (std::size_t t = 0; t < texts.size(); ++t) {
    const auto wanted = reference["texts"][t]["embedding"].get<std::vector<double>>();
    double cosine = 0;
    for (std::size_t i = 0; i < width; ++i) cosine += wanted[i] * rows[t * width + i];
    CHECK(cosine >= 0.9999);
  }
}
