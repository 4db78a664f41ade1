#include "retrieval/chunk.h"

#include <doctest/doctest.h>

#include "harness/core/utf8.h"
#include "tests/unit/retrieval/fakes.h"

using namespace quadrant;

namespace {

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}

Chunking by_words(int limit) { return {limit, "words", count_words}; }

std::size_t count_characters(std::string_view text) { return decode_utf8(text).size(); }

std::vector<std::string> texts(const std::vector<Passage>& passages) {
  std::vector<std::string> result;
  for (const Passage& passage : passages) result.push_back(passage.text);
  return result;
}

using Texts = std::vector<std::string>;

// What holds for every cut: the spans point back, ascend, and miss nothing but white space.
void check_spans(const Document& document, const Chunking& chunking) {
  std::string between;
  std::size_t at = 0;
  for (const Passage& passage : chunk(document, chunking)) {
    REQUIRE(passage.begin >= at);
    REQUIRE(passage.end <= document.text.size());
    CHECK(document.text.substr(passage.begin, passage.end - passage.begin) == passage.text);
    CHECK(!first_invalid_utf8(passage.text));
    CHECK(passage.title == document.title);
    between += document.text.substr(at, passage.begin - at);
    at = passage.end;
  }
  between += document.text.substr(at);
  CHECK(between.find_first_not_of(" \t\r\n\f\v") == std::string::npos);
}

}  // namespace

TEST_CASE("a document within the limit is one passage, white space at its edges left out") {
  const Document document{"d", "Title", "  One two. Three four!\n"};
  const auto passages = chunk(document, by_words(4));
  REQUIRE(passages.size() == 1);
  CHECK(passages[0].text == "One two. Three four!");
  CHECK(passages[0].begin == 2);
  CHECK(passages[0].end == 22);
  CHECK(passages[0].doc_id == "d");
  CHECK(passages[0].title == "Title");
}

TEST_CASE("sentences are kept together up to the limit") {
  const Document document{"d", "", "A b c. D e f? G h.\nI j k l m. N."};
  CHECK(texts(chunk(document, by_words(5))) == Texts{"A b c.", "D e f? G h.", "I j k l m.", "N."});
  CHECK(texts(chunk(document, by_words(8))) == Texts{"A b c. D e f? G h.", "I j k l m. N."});
}

TEST_CASE("what ends a sentence") {
  CHECK(texts(chunk({"d", "", "It is 3.14 now. Next one here."}, by_words(4))) ==
        Texts{"It is 3.14 now.", "Next one here."});
  CHECK(texts(chunk({"d", "", "He said \"go.\" Then (he left.) End."}, by_words(3))) ==
        Texts{"He said \"go.\"", "Then (he left.)", "End."});
  const Chunking characters{6, "characters", count_characters};
  CHECK(texts(chunk({"d", "", "今日は雨。明日は晴。"}, characters)) ==
        Texts{"今日は雨。", "明日は晴。"});
}

TEST_CASE("a sentence that is too long is cut between words, a word between characters") {
  CHECK(texts(chunk({"d", "", "A b. c d e f g h i. J k."}, by_words(3))) ==
        Texts{"A b. c", "d e f", "g h i.", "J k."});
  const Chunking characters{3, "characters", count_characters};
  CHECK(texts(chunk({"d", "", "서울에서"}, characters)) == Texts{"서울에", "서"});
  const Chunking bytes{2, "bytes", [](std::string_view text) { return text.size(); }};
  CHECK(texts(chunk({"d", "", "한글"}, bytes)) == Texts{"한", "글"});
}

TEST_CASE("the whole passage is counted, not only its pieces") {
  const Chunking joined{6, "joined", [](std::string_view text) {
                          return count_words(text) + (count_words(text) > 4 ? 2 : 0);
                        }};
  for (const Passage& passage : chunk({"d", "", "A b. C d. E f. G h. I j. K l."}, joined)) {
    CHECK(joined.count_tokens(passage.text) <= 6);
  }
}

TEST_CASE("empty documents") {
  CHECK(chunk({"d", "", ""}, by_words(3)).empty());
  CHECK(chunk({"d", "", " \n "}, by_words(3)).empty());
  const auto titled = chunk({"d", "Only a title", " "}, by_words(3));
  REQUIRE(titled.size() == 1);
  CHECK(titled[0].text.empty());
}

TEST_CASE("spans of every cut, at every limit") {
  const Document document{"d", "T",
                          "  Erster Satz mit Größe. 두 번째 문장입니다!  Third,\n\n\tfourth "
                          "🙂🙂🙂🙂 line\r\nEnd"};
  for (int limit = 1; limit < 20; ++limit) {
    CAPTURE(limit);
    check_spans(document, by_words(limit));
    check_spans(document, {limit, "c", count_characters});
    for (const Passage& passage : chunk(document, {limit, "c", count_characters})) {
      CHECK(count_characters(passage.text) <= static_cast<std::size_t>(limit));
    }
  }
}

TEST_CASE("a tokenizer counts without what it adds to every text") {
  test::ByteTokenizer tokenizer;
  tokenizer.bos = true;
  const Chunking chunking = chunk_by(tokenizer, 3);
  CHECK(chunking.count_tokens("abc") == 3);
  CHECK(chunking.count_tokens("") == 0);
  CHECK(chunking.tokenizer_hash == tokenizer.hash());
}

TEST_CASE("documents in their order") {
  const std::vector<Document> documents{{"b", "", "x y z w"}, {"a", "", "v"}};
  const auto passages = chunk(documents, by_words(2));
  REQUIRE(passages.size() == 3);
  CHECK(passages[0].doc_id == "b");
  CHECK(passages[1].doc_id == "b");
  CHECK(passages[2].doc_id == "a");
}

namespace {

Chunking ruled(const std::string& rule, int limit, int overlap = 0) {
  Chunking chunking = by_words(limit);
  chunking.rule = rule;
  chunking.overlap = overlap;
  return chunking;
}

}  // namespace

TEST_CASE("the rule of tokens: passages as full as they can be") {
  const Document document{"d", "", "A b c. D e f? G h."};
  CHECK(texts(chunk(document, ruled("tokens", 5))) == Texts{"A b c. D e", "f? G h."});
  CHECK(texts(chunk(document, ruled("tokens", 3, 2))) ==
        Texts{"A b c.", "b c. D", "c. D e", "D e f?", "e f? G", "f? G h."});
}

TEST_CASE("the recursive rule: paragraphs, then lines, then sentences") {
  const Document document{"d", "", "a b\n\nc d. e f. g\nh i\n\nj k l"};
  CHECK(texts(chunk(document, ruled("recursive", 4))) ==
        Texts{"a b\n\nc d.", "e f. g", "h i", "j k l"});
  CHECK(texts(chunk(document, ruled("recursive", 9))) == Texts{"a b\n\nc d. e f. g\nh i", "j k l"});
}

TEST_CASE("headings: no passage reaches over one, and each knows where it stands") {
  const Document document{"d", "T", "# A\n## B\none two\n\nthree\n## C\nfour\n# D\nfive six"};
  const auto passages = chunk(document, ruled("headings", 6));
  CHECK(texts(passages) == Texts{"# A\n## B\none two", "three", "## C\nfour", "# D\nfive six"});
  CHECK(passages[1].heading == "A > B");
  CHECK(passages[2].heading == "A > C");
  CHECK(passages[3].heading == "D");
  CHECK(texts(chunk(document, ruled("headings", 50))) ==
        Texts{"# A\n## B\none two\n\nthree", "## C\nfour", "# D\nfive six"});
  Document marked = document;  // its own marks count, not what looks like Markdown
  marked.marks = {{0, 1, ""}, {document.text.find("three"), 2, ""}};
  const auto paged = chunk(marked, ruled("headings", 6));
  CHECK(paged.front().page == 1);
  CHECK(paged.back().page == 2);
  CHECK(paged.back().heading.empty());
}

TEST_CASE("overlap: the last whole pieces again, and always something new") {
  const Document document{"d", "", "a b. c d. e f. g h i j. k l."};
  CHECK(texts(chunk(document, ruled("sentences", 4, 2))) ==
        Texts{"a b. c d.", "c d. e f.", "g h i j.", "k l."});
  CHECK(texts(chunk(document, ruled("sentences", 4, 1))) ==
        Texts{"a b. c d.", "e f.", "g h i j.", "k l."});
  for (const std::string& rule : chunk_rules()) {
    for (int limit = 1; limit < 9; ++limit) {
      for (int overlap = 0; overlap < limit; ++overlap) {
        std::size_t end = 0;
        for (const Passage& passage : chunk(document, ruled(rule, limit, overlap))) {
          CHECK(count_words(passage.text) <= static_cast<std::size_t>(limit));
          CHECK(passage.end > end);
          CHECK(passage.begin <= end + 1);
          end = passage.end;
        }
        CHECK(end == document.text.size());
      }
    }
  }
}
