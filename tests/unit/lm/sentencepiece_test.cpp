#include "strategies/lm/tokenizer/sentencepiece.h"

#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "lm_files.h"

namespace quadrant {
namespace {

const nlohmann::json& expected() {
  static const auto file = golden("sentencepiece.json");
  return file;
}

const ModelTokenizer& gemma() {
  static const auto tokenizer =
      load_tokenizer(GgufFile(cache_directory() / "models/gemma-3-270m/gemma-3-270m-q4_k_m.gguf"));
  return *tokenizer;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string small_model(const char* kind) {
  return from_hex(expected().at(kind).at("model").get<std::string>());
}

// A GGUF of a "llama" vocabulary: the control tokens, 256 bytes, and what a test adds.
struct TinyVocabulary {
  std::vector<std::string> tokens{"<unk>", "<s>", "</s>", "\u2581", "a", "b", "ab", "\u2581ab"};
  std::vector<std::int32_t> types{2, 3, 3, 1, 1, 1, 1, 1};
  std::size_t bytes = 256, scores = 8 + 256;
  bool space_prefix = false;

  std::unique_ptr<ModelTokenizer> load() {
    for (std::size_t i = 0; i < bytes; ++i) {
      tokens.push_back(fmt_byte(i));
      types.push_back(6);
    }
    GgufBytes file;
    file.header(0, 6);
    file.value("tokenizer.ggml.model", 8).text("llama");
    file.texts("tokenizer.ggml.tokens", tokens);
    file.value("tokenizer.ggml.scores", 9).number(std::uint32_t{6}).number(std::uint64_t{scores});
    for (std::size_t i = 0; i < scores; ++i) file.number(-static_cast<float>(i));
    file.value("tokenizer.ggml.token_type", 9).number(std::uint32_t{5});
    file.number(std::uint64_t{types.size()});
    for (const std::int32_t type : types) file.number(type);
    file.value("tokenizer.ggml.bos_token_id", 4).number(std::uint32_t{1});
    file.value("tokenizer.ggml.add_space_prefix", 7).number(std::uint8_t{space_prefix});
    const TempFolder folder;
    return load_tokenizer(GgufFile(folder.write("tiny.gguf", file.bytes)));
  }

  static std::string fmt_byte(std::size_t i) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    return std::string("<0x") + kDigits[i / 16] + kDigits[i % 16] + ">";
  }
};

}  // namespace

TEST_CASE("Gemma's ids are those of the Hugging Face tokenizer") {
  const auto texts = expected().at("texts").get<std::vector<std::string>>();
  REQUIRE(texts.size() > 50);
  const std::vector<std::string> bytes = gemma().token_bytes();
  CHECK(bytes.at(static_cast<std::size_t>(*gemma().id_of("<0x0A>"))) == "\n");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(texts[i]);
    const TokenIds ids = gemma().encode_trusted(texts[i]);
    CHECK(spells(gemma(), bytes, ids));
    CHECK(ids == expected().at("gemma")[i].get<TokenIds>());
    CHECK(gemma().encode_plain(texts[i]) == expected().at("gemma_plain")[i].get<TokenIds>());
    CHECK(gemma().decode(ids) == expected().at("gemma_decoded")[i].get<std::string>());
  }
}

TEST_CASE("Gemma's special tokens come from trusted text alone") {
  const std::string turn = "<start_of_turn>user\nHi<end_of_turn>[multimodal]<start_of_image>";
  const TokenIds trusted = gemma().encode_trusted(turn);
  CHECK(trusted.front() == 2);
  for (const std::int32_t special : {105, 106, 5, 255999}) {
    CHECK(std::ranges::count(trusted, special) == 1);
    CHECK(std::ranges::count(gemma().encode_plain(turn), special) == 0);
  }
  CHECK(gemma().decode(trusted) == "user\nHi");
  CHECK(gemma().decode(gemma().encode_plain(turn)) == turn);
  CHECK(gemma().encode_plain("a\n\nb")[2] == 108);  // a run of line breaks is a plain piece
  CHECK(gemma().special().bos == 2);
  CHECK(gemma().special().ends == TokenIds{1});
  CHECK(gemma().id_of("<end_of_turn>") == 106);
  CHECK(gemma().vocabulary() == 262144);
}

TEST_CASE("sentencepiece files give the library's own ids") {
  const TempFolder folder;
  for (const char* kind : {"bpe", "unigram"}) {
    const auto& golden_model = expected().at(kind);
    folder.write("tokenizer.model", small_model(kind));
    folder.write("tokenizer_config.json",
                 R"({"bos_token": {"content": "<s>"}, "eos_token": "</s>", "add_bos_token": false,
                     "added_tokens_decoder": {"3": {"content": "<|im_end|>", "special": true}}})");
    const auto tokenizer =
        load_tokenizer(folder.write("special_tokens_map.json", "{}").parent_path());
    const auto texts = golden_model.at("texts").get<std::vector<std::string>>();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      CAPTURE(texts[i]);
      const TokenIds ids = tokenizer->encode_plain(texts[i]);
      CHECK(ids == golden_model.at("ids")[i].get<TokenIds>());
      CHECK(tokenizer->decode(ids) == golden_model.at("decoded")[i].get<std::string>());
    }
    CHECK(tokenizer->special().bos == 1);
    CHECK(tokenizer->special().ends == TokenIds{2});
    CHECK(std::ranges::count(tokenizer->encode_trusted("x<|im_end|>"), 3) == 1);
    CHECK(std::ranges::count(tokenizer->encode_plain("x<|im_end|>"), 3) == 0);
  }
}

TEST_CASE("the rules of a sentencepiece tokenizer come from its folder") {
  const TempFolder folder;
  folder.write("tokenizer.model", small_model("bpe"));
  const auto load = [&](const std::string& config) {
    folder.write("tokenizer_config.json", config);
    return load_tokenizer(folder.write("x", "").parent_path());
  };
  CHECK(load(R"({"bos_token": "<s>"})")->encode_plain("").front() == 1);
  CHECK(load(R"({"bos_token": "<s>", "eos_token": "</s>", "add_eos_token": true})")
            ->encode_plain("")
            .back() == 2);
  CHECK(load("{}")->encode_plain("").empty());
  CHECK(load("{}")->hash() != load(R"({"bos_token": "<s>"})")->hash());
  for (const char* broken : {"[]", "{", R"({"add_bos_token": 1})", R"({"add_bos_token": true})",
                             R"({"added_tokens_decoder": {"x": {"content": "y"}}})",
                             R"({"added_tokens_decoder": {"999": {"content": "y"}}})",
                             R"({"added_tokens_decoder": []})"}) {
    CAPTURE(broken);
    CHECK_THROWS_AS(load(broken), Error);
  }
  folder.write("tokenizer.model", "no model");
  CHECK_THROWS_AS(load("{}"), Error);
  CHECK_THROWS_AS(load_tokenizer(folder.write("x", "").parent_path() / "nowhere"), Error);
}

TEST_CASE("any byte of a sentencepiece file may be wrong: a message or a tokenizer") {
  const TempFolder folder;
  const std::string whole = small_model("bpe");
  const HfTokenizerConfig config;
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ (at % 2 ? 0x40 : 3));
    try {
      const auto tokenizer = load_sentencepiece(folder.write("broken", broken), config);
      tokenizer->decode(tokenizer->encode_trusted("abc valve<s>\xFF"));
    } catch (const Error& error) {
      CHECK_FALSE(error.mend().empty());
    }
  }
}

TEST_CASE("a llama vocabulary out of a GGUF file") {
  TinyVocabulary tiny;
  CHECK(tiny.load()->encode_plain("ab ab") == TokenIds{1, 6, 7});
  TinyVocabulary prefixed;
  prefixed.space_prefix = true;
  CHECK(prefixed.load()->encode_plain("ab") == TokenIds{1, 7});
  TinyVocabulary bytes;
  CHECK(bytes.load()->encode_plain("\xC3\xA9") == TokenIds{1, 8 + 0xC3, 8 + 0xA9});
  TinyVocabulary scores;
  scores.scores = 5;
  CHECK_THROWS_AS(scores.load(), Error);
  TinyVocabulary twice;
  twice.tokens[5] = "a";
  CHECK_THROWS_AS(twice.load(), Error);
}

TEST_CASE("a stream of tokens gives whole characters, and all of the text") {
  for (const std::string text :
       {"Hello world", " leading", "안녕 👩‍👩‍👧‍👦 \u0378\ue000 뷁",
        "a\xEF\xBF\xBDz", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}) {
    const TokenIds ids = gemma().encode_plain(text);
    TextStream stream(gemma());
    std::string joined;
    for (const std::int32_t id : ids) {
      const std::string part = stream.add(id);
      CHECK_FALSE(first_invalid_utf8(part));
      joined += part;
    }
    joined += stream.finish();
    CHECK(joined == gemma().decode(ids));
  }
  TextStream broken(gemma());
  const std::int32_t lead = *gemma().id_of("<0xF0>");
  CHECK(broken.add(lead) == "");
  CHECK(broken.finish() == "\xEF\xBF\xBD");
  TextStream garbage(gemma());
  std::string out;
  for (int i = 0; i < 50; ++i) out += garbage.add(lead);
  CHECK(out.empty());
  CHECK(garbage.finish().size() == 50 * 3);
}

}  // namespace quadrant
