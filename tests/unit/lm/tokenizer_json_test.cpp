#include "strategies/lm/tokenizer/json/tokenizer_json.h"

#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "lm_files.h"

namespace quadrant {
namespace {

std::unique_ptr<ModelTokenizer> load(const nlohmann::json& file, const std::string& config = "{}") {
  const TempFolder folder;
  folder.write("tokenizer_config.json", config);
  return load_tokenizer(folder.write("tokenizer.json", file.dump()).parent_path());
}

nlohmann::json tiny() {
  return nlohmann::json::parse(R"({
    "added_tokens": [{"id": 4, "content": "<s>", "special": true},
                     {"id": 5, "content": "</s>", "special": true}],
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3}, "merges": ["a b"]}})");
}

std::string complaint(const nlohmann::json& file) {
  try {
    load(file);
  } catch (const Error& error) {
    CHECK_FALSE(error.mend().empty());
    return error.problem();
  }
  return "none";
}

}  // namespace

TEST_CASE("tokenizer.json gives the ids and texts of the tokenizers library") {
  const auto file = golden("tokenizer_json.json");
  const auto texts = file.at("texts").get<std::vector<std::string>>();
  REQUIRE(file.size() > 12);
  for (const auto& [name, expected] : file.items()) {
    if (name == "texts") continue;
    CAPTURE(name);
    const auto tokenizer = load(expected.at("config"));
    const std::vector<std::string> bytes = tokenizer->token_bytes();
    // Spaces between the words of encoders depend on what stands beside them.
    const bool writes_words = expected.at("config").dump().find("WordPiece") != std::string::npos;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      CAPTURE(texts[i]);
      const TokenIds ids = tokenizer->encode_trusted(texts[i]);
      if (!writes_words) CHECK(spells(*tokenizer, bytes, ids));
      CHECK(ids == expected.at("ids")[i].get<TokenIds>());
      CHECK(tokenizer->encode_plain(texts[i]) == expected.at("plain")[i].get<TokenIds>());
      CHECK(tokenizer->decode(ids) == expected.at("decoded")[i].get<std::string>());
      TextStream stream(*tokenizer);
      std::string streamed;
      for (const std::int32_t id : ids) {
        const std::string part = stream.add(id);
        CHECK_FALSE(first_invalid_utf8(part));
        streamed += part;
      }
      CHECK(streamed + stream.finish() == tokenizer->decode(ids));
    }
  }
}

TEST_CASE("tokenizer_config.json decides what is added") {
  const std::string tokens = R"("bos_token": "<s>", "eos_token": {"content": "</s>"})";
  CHECK(load(tiny())->encode_plain("ab") == TokenIds{2});
  CHECK(load(tiny(), "{" + tokens + "}")->encode_plain("ab") == TokenIds{2});
  const auto both =
      load(tiny(), "{" + tokens + R"(, "add_bos_token": true, "add_eos_token": true})");
  CHECK(both->encode_plain("ab") == TokenIds{4, 2, 5});
  CHECK(both->encode(MarkedText{"ab", {}, /*complete=*/true}) == TokenIds{2});
  CHECK(both->special().bos == 4);
  CHECK(both->special().ends == TokenIds{5});
  CHECK(both->end_of_text() == 5);
  CHECK(both->hash() != load(tiny())->hash());
  CHECK(both->id_of("</s>") == 5);
  CHECK(both->vocabulary() == 6);
  CHECK(both->decode(TokenIds{4, 2, 3, 5}) == "ab c");
  CHECK_THROWS_AS(both->decode(TokenIds{6}), Bug);
}

TEST_CASE("a component that is not known is named") {
  const auto with = [](const char* part, const char* value) {
    auto file = tiny();
    file[part] = nlohmann::json::parse(value);
    return complaint(file);
  };
  const auto named = [&](const char* part, const char* value, const std::string& name) {
    CAPTURE(name);
    CHECK(with(part, value).find(name) != std::string::npos);
  };
  named("normalizer", R"({"type": "Precompiled"})", "normalizer \"Precompiled\"");
  named("normalizer", R"({"type": "Replace", "pattern": {"Regex": "x+"}, "content": ""})", "x+");
  named("normalizer", R"({"type": "Replace", "pattern": {"String": ""}, "content": ""})",
        "nothing");
  named("pre_tokenizer", R"({"type": "UnicodeScripts"})", "pre_tokenizer \"UnicodeScripts\"");
  named("pre_tokenizer",
        R"({"type": "Split", "pattern": {"Regex": "[a-z]"}, "behavior": "Isolated"})", "[a-z]");
  named("pre_tokenizer",
        R"({"type": "Sequence", "pretokenizers": [{"type": "CharDelimiterSplit"}]})",
        "CharDelimiterSplit");
  named("post_processor", R"({"type": "Other"})", "post_processor \"Other\"");
  named("post_processor", R"({"type": "BertProcessing", "cls": ["x", 99], "sep": ["x", 1]})",
        "no token 99");
  named("decoder", R"({"type": "CTC"})", "decoder \"CTC\"");
  named("model", R"({"type": "WordLevel", "vocab": {}})", "model \"WordLevel\"");
  named("model", R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]})", "merge 0");
  named("model", R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]})", "merge 0");
  named("model", R"({"type": "BPE", "vocab": {"a": -1}, "merges": []})", "-1");
  named("model", R"({"type": "BPE", "vocab": {}, "merges": [], "dropout": 0.1})", "dropout");
  named("model", R"({"type": "BPE", "vocab": {}, "merges": [], "end_of_word_suffix": "w"})",
        "end_of_word_suffix");
  named("model",
        R"({"type": "Unigram", "vocab": [["u", 1.0], ["a", 1.0], ["a", 1.0]], "unk_id": 0})",
        "\"a\" is there twice");
  named("model", R"({"type": "Unigram", "vocab": [["u", 1.0], ["a", 1.0]]})", "sentencepiece");
  named("added_tokens", R"([{"id": 4, "content": "x", "single_word": true}])", "single_word");
  named("added_tokens", R"([{"id": 2000000000, "content": "x"}])", "2000000000");
  CHECK_THROWS_AS(load(nlohmann::json::array()), Error);
  CHECK_THROWS_AS(load(nlohmann::json::object()), Error);
}

}  // namespace quadrant
