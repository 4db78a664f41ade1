#include <doctest/doctest.h>

#include "harness/core/files.h"
#include "retrieval/embedding_cache.h"
#include "tests/unit/retrieval/fakes.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;

TEST_CASE("a text is embedded once, in this process and in the next") {
  test::TemporaryFolder folder;
  test::BagOfWords inner;
  const std::vector<std::string> texts{"a cat", "a dog", "a cat", ""};
  const std::vector<float> expected = inner.embed(texts);
  inner.texts = 0;
  {
    CachedEmbedder cache(inner, folder / "vectors");
    CHECK(cache.embed(texts) == expected);
    CHECK(inner.texts == 3);
    CHECK(cache.embed(texts) == expected);
    CHECK(inner.texts == 3);
    CHECK(cache.hash() == inner.hash());
    cache.embed_questions(texts);
    CHECK(inner.texts == 7);
  }
  CachedEmbedder again(inner, folder / "vectors");
  CHECK(again.embed(texts) == expected);
  CHECK(again.embedded() == 0);
  test::BagOfWords other(64, "other");
  CachedEmbedder others(other, folder / "vectors");
  others.embed(texts);
  CHECK(others.embedded() == 3);
}

TEST_CASE("a damaged or cut-off record is embedded again") {
  test::TemporaryFolder folder;
  test::BagOfWords inner;
  const std::vector<std::string> texts{"one", "two", "three"};
  CachedEmbedder(inner, folder.path()).embed(texts);
  const auto file = folder / (inner.hash().substr(0, 16) + ".vectors");
  const std::string intact = read_text(file);
  for (std::size_t i = 0; i < intact.size(); i += 37) {
    std::string bad = intact;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    write_atomically(file, bad);
    CachedEmbedder cache(inner, folder.path());
    CHECK(cache.embed(texts) == inner.embed(texts));
    CHECK(cache.embedded() == 1);
  }
  write_atomically(file, intact.substr(0, intact.size() - 5));
  CachedEmbedder cut(inner, folder.path());
  CHECK(cut.embed(texts) == inner.embed(texts));
  CHECK(cut.embedded() == 1);
  CHECK(read_text(file) == intact);
}
