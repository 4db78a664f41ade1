#include <doctest/doctest.h>

#include <cstdlib>

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

TEST_CASE("a record that is taken away while its file is in use is embedded again") {
  test::TemporaryFolder folder;
  test::BagOfWords inner;
  const std::vector<std::string> texts{"one", "two"};
  CachedEmbedder cache(inner, folder.path());
  cache.embed(texts);
  const auto file = folder / (inner.hash().substr(0, 16) + ".vectors");
  std::filesystem::remove(file);
  CHECK(cache.embed(texts) == inner.embed(texts));
  CHECK(cache.embedded() == 4);
  std::string bad = read_text(file);
  bad[70] = static_cast<char>(bad[70] ^ 1);
  write_atomically(file, bad);
  CHECK(cache.embed(texts) == inner.embed(texts));
  CHECK(cache.embedded() == 5);
}

TEST_CASE("what is kept of vectors has a limit, and the least recently used file goes first") {
  test::TemporaryFolder folder;
  ::setenv("QUADRANT_CACHE_LIMIT", "1K", 1);
  test::BagOfWords inner, other(64, "other");
  const std::vector<std::string> texts{"one", "two", "three"};
  CachedEmbedder(inner, folder.path()).embed(texts);
  CachedEmbedder(other, folder.path()).embed(texts);
  ::unsetenv("QUADRANT_CACHE_LIMIT");
  CachedEmbedder first(inner, folder.path()), second(other, folder.path());
  first.embed(texts);
  second.embed(texts);
  CHECK(first.embedded() == 3);  // its file had to go
  CHECK(second.embedded() == 0);
}
