#include "strategies/lm/tokenizer/wordpiece.h"

#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "lm_files.h"

namespace quadrant {
namespace {

std::filesystem::path small_vocabulary(const TempFolder& folder, const std::string& words,
                                       const std::string& config = "{}") {
  folder.write("tokenizer_config.json", config);
  return folder.write("vocab.txt", words).parent_path();
}

}  // namespace

TEST_CASE("MiniLM's ids are those of the Hugging Face tokenizer") {
  const auto expected = golden("tokens.json");
  const auto texts = expected.at("texts").get<std::vector<std::string>>();
  const auto minilm = load_wordpiece(minilm_folder(), 256);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(texts[i]);
    CHECK(minilm->encode_trusted(texts[i]) == expected.at("minilm")[i].get<TokenIds>());
    CHECK(minilm->encode_plain(texts[i]) == expected.at("minilm_plain")[i].get<TokenIds>());
  }
}

TEST_CASE("WordPiece keeps [CLS] and [SEP] when it cuts") {
  const auto minilm = load_wordpiece(minilm_folder(), 256);
  const std::string text = "one two three four five";
  const TokenIds whole = minilm->encode_plain(text);
  REQUIRE(whole.size() == 7);
  CHECK(load_wordpiece(minilm_folder(), 4)->encode_plain(text) ==
        TokenIds{101, whole[1], whole[2], 102});
  CHECK(load_wordpiece(minilm_folder(), 2)->encode_plain(text) == TokenIds{101, 102});
  CHECK(load_wordpiece(minilm_folder(), 7)->encode_plain(text) == whole);
  CHECK(load_wordpiece(minilm_folder(), 7)->hash() != minilm->hash());
  CHECK(minilm->decode(minilm->encode_plain("Embeddings, please")) == "embeddings , please");
}

TEST_CASE("WordPiece follows its configuration") {
  const TempFolder folder;
  const std::string words = "[UNK]\n[CLS]\n[SEP]\nA\na\n##b\r\n\xC3\xA9\n";
  const auto lower = load_wordpiece(small_vocabulary(folder, words), 8);
  CHECK(lower->encode_plain("A aB e\xCC\x81") == TokenIds{1, 4, 4, 5, 0, 2});
  const auto cased =
      load_wordpiece(small_vocabulary(folder, words, R"({"do_lower_case": false})"), 8);
  CHECK(cased->encode_plain("A aB \xC3\xA9") == TokenIds{1, 3, 0, 6, 2});
  CHECK(lower->encode_plain("a\xFFtail") == TokenIds{1, 0, 2});
}

TEST_CASE("WordPiece refuses what it cannot use") {
  const TempFolder folder;
  const std::string words = "[UNK]\n[CLS]\n[SEP]\n";
  CHECK_THROWS_AS(load_wordpiece("/nowhere", 8), Error);
  CHECK_THROWS_AS(load_wordpiece(small_vocabulary(folder, "[UNK]\n[CLS]\n"), 8), Error);
  CHECK_THROWS_AS(load_wordpiece(small_vocabulary(folder, words + "\xFF\n"), 8), Error);
  CHECK_THROWS_AS(load_wordpiece(small_vocabulary(folder, words, "[]"), 8), Error);
  CHECK_THROWS_AS(load_wordpiece(small_vocabulary(folder, words, R"({"do_lower_case": 1})"), 8),
                  Error);
  CHECK_THROWS_AS(load_wordpiece(small_vocabulary(folder, words), 1), Bug);
}

}  // namespace quadrant
