#include <doctest/doctest.h>

#include "harness/core/rng.h"
#include "retrieval/lexical/analyser.h"
#include "retrieval/lexical/bm25.h"

using namespace quadrant;

namespace {

using Terms = std::vector<std::string>;

std::vector<std::string> random_texts(std::size_t count) {
  Rng rng(11);
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    for (std::uint64_t words = 1 + rng.below(12); words > 0; --words) {
      text += "w" + std::to_string(rng.below(30)) + " ";
    }
  }
  return texts;
}

}  // namespace

TEST_CASE("what is a term") {
  CHECK(analyse("The v2.1 of Foo-bar_baz, isn't it?") ==
        Terms{"the", "v2", "1", "of", "foo", "bar", "baz", "isn", "t", "it"});
  CHECK(analyse("Größe ÉTÉ e\u0301te\u0301") == Terms{"größe", "été", "été"});
  CHECK(analyse("서울에서 김 kim김치") == Terms{"서울", "울에", "에서", "김", "kim", "김치"});
  CHECK(analyse("東京都 カメラ") == Terms{"東京", "京都", "カメ", "メラ"});
  CHECK(analyse("\u1112\u1161\u11AB\u1100\u1173\u11AF") == Terms{"한글"});  // in Jamo
  CHECK(analyse(" .,! ").empty());
  CHECK(analyse("").empty());
}

TEST_CASE("BM25: the rarer word decides, equal scores keep their order") {
  Bm25Index index;
  for (const char* text : {"the cat", "the dog", "the dog", "", "the the"}) index.add(text);
  const auto hits = index.search("the dog", 5);
  REQUIRE(hits.size() == 4);
  CHECK(hits[0].row == 1);
  CHECK(hits[1].row == 2);
  CHECK(hits[0].score == hits[1].score);
  CHECK(hits[2].row == 4);
  CHECK(index.search("the dog", 1).size() == 1);
  CHECK(index.search("bird", 3).empty());
  CHECK(index.search("", 3).empty());
  CHECK(Bm25Index().search("x", 3).empty());
}

TEST_CASE("BM25 finds Korean words with their particles") {
  Bm25Index index;
  index.add("부산에서 열린 회의");
  index.add("서울에서 만난 사람");
  CHECK(index.search("서울은 어디", 2)[0].row == 1);
}

TEST_CASE("after adding and removing, scores are those of an index built anew") {
  const auto texts = random_texts(80);
  Bm25Index changed, fresh;
  for (std::size_t i = 0; i < 60; ++i) changed.add(texts[i]);
  for (std::size_t i = 0; i < 60; i += 3) changed.remove(i, texts[i]);
  for (std::size_t i = 60; i < texts.size(); ++i) changed.add(texts[i]);
  std::vector<std::size_t> rows;  // of `changed`, by row of `fresh`
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i < 60 && i % 3 == 0) continue;
    rows.push_back(i);
    fresh.add(texts[i]);
  }
  const Bm25Index again = Bm25Index::parse(changed.serialize(), changed.size());
  for (const char* query : {"w1 w2 w3", "w29", "w5 w5 w7 w0"}) {
    const auto expected = fresh.search(query, 20);
    for (const Bm25Index* index : {&static_cast<const Bm25Index&>(changed), &again}) {
      const auto found = index->search(query, 20);
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].row == rows[expected[i].row]);
        CHECK(found[i].score == doctest::Approx(expected[i].score).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("BM25 bytes and back; anything cut off is refused") {
  Bm25Index index({0.9, 0.4});
  for (const std::string& text : random_texts(9)) index.add(text);
  const std::string bytes = index.serialize();
  const Bm25Index again = Bm25Index::parse(bytes, 9);
  CHECK(again.serialize() == bytes);
  CHECK(again.parameters().k1 == 0.9);
  CHECK_THROWS(Bm25Index::parse(bytes, 8));
  CHECK_THROWS(Bm25Index::parse(bytes + "x", 9));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS(Bm25Index::parse(std::string_view(bytes).substr(0, size), 9));
  }
}
