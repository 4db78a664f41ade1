// A GGUF file's tokenizer written as tokenizer.json gives the same ids.
#include "strategies/tuning/gguf_tokenizer.h"

#include <doctest/doctest.h>

#include "harness/core/rng.h"
#include "lm_files.h"
#include "strategies/lm/tokenizer/tokenizer.h"

namespace quadrant {
namespace {

std::unique_ptr<ModelTokenizer> rewritten(const GgufFile& gguf) {
  const TempFolder folder;
  const TokenizerFiles files = hugging_face_tokenizer(gguf, 100);
  folder.write("tokenizer_config.json", files.config);
  return load_tokenizer(folder.write("tokenizer.json", files.tokenizer).parent_path());
}

void check_same(const ModelTokenizer& wanted, const ModelTokenizer& found,
                const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    const TokenIds ids = wanted.encode_trusted(text);
    CHECK(found.encode_trusted(text) == ids);
    CHECK(found.encode_plain(text) == wanted.encode_plain(text));
    CHECK(found.decode(ids) == wanted.decode(ids));
  }
  CHECK(found.special().bos == wanted.special().bos);
  CHECK(found.special().pad == wanted.special().pad);
  CHECK(found.special().ends == wanted.special().ends);
}

std::vector<std::string> random_texts(const std::vector<std::string>& parts) {
  Rng rng(11);
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) {
    texts.emplace_back();
    for (std::uint64_t n = rng.below(12); n > 0; --n)
      texts.back() += parts[rng.below(parts.size())];
  }
  return texts;
}

// A GGUF of nothing but a tokenizer. One without merges is sentencepiece's.
std::string tiny_gguf(const std::vector<std::string>& tokens, const std::vector<int>& types,
                      const std::vector<std::string>& merges, const std::string& pre, bool option) {
  GgufBytes file;
  const bool bpe = !merges.empty();
  file.header(0, 8);
  file.value("tokenizer.ggml.model", 8).text(bpe ? "gpt2" : "llama");
  file.texts("tokenizer.ggml.tokens", tokens);
  file.value("tokenizer.ggml.token_type", 9).number(std::uint32_t{5});
  file.number(std::uint64_t{types.size()});
  for (const std::int32_t type : types) file.number(type);
  file.value("tokenizer.ggml.bos_token_id", 4).number(std::uint32_t{0});
  file.value("tokenizer.ggml.eos_token_id", 4).number(std::uint32_t{1});
  if (bpe) {
    file.value("tokenizer.ggml.pre", 8).text(pre);
    file.texts("tokenizer.ggml.merges", merges);
    file.value("tokenizer.ggml.add_bos_token", 7).number(std::uint8_t{option});
    return file.bytes;
  }
  file.value("tokenizer.ggml.scores", 9).number(std::uint32_t{6});
  file.number(std::uint64_t{tokens.size()});
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    file.number(types[i] == 4 ? 0.0F : -static_cast<float>(i));
  }
  file.value("tokenizer.ggml.unknown_token_id", 4).number(std::uint32_t{2});
  file.value("tokenizer.ggml.add_space_prefix", 7).number(std::uint8_t{option});
  return file.bytes;
}

}  // namespace

TEST_CASE("SmolLM2's tokenizer as tokenizer.json") {
  const GgufFile gguf(smollm_file());
  const auto texts = golden("tokens.json").at("texts").get<std::vector<std::string>>();
  const auto found = rewritten(gguf);
  check_same(*load_tokenizer(gguf), *found, texts);
  CHECK(found->end_of_text() == 0);
}

TEST_CASE("byte-level BPE of every split rule as tokenizer.json") {
  const std::vector<std::string> tokens{"<s>", "</s>", "a",  "b",  "1",        "\u0120", "\u010A",
                                        "ab",  "11",   "a1", "bb", "\u0120ab", "<tool>"};
  const std::vector<int> types{3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3};
  const std::vector<std::string> merges{"a b", "1 1", "a 1", "\u0120 ab"};
  const TempFolder folder;
  for (const std::string pre : {"smollm", "gpt-2", "llama-bpe", "qwen2"}) {
    for (const bool bos : {false, true}) {
      CAPTURE(pre);
      const GgufFile gguf(folder.write("tiny.gguf", tiny_gguf(tokens, types, merges, pre, bos)));
      check_same(*load_tokenizer(gguf), *rewritten(gguf),
                 random_texts({"a", "b", "1", " ", "\n", "ab", "bb", "<tool>", "<s>"}));
    }
  }
}

TEST_CASE("sentencepiece as tokenizer.json: spaces, bytes, pieces that were added by hand") {
  std::vector<std::string> tokens{"<s>",     "</s>",     "<unk>", "\u2581", "a",
                                  "b",       "ab",       "ba",    "aba",    "\n",
                                  "\u2581a", "\u2581ab", "\n\n",  "\n\n\n", "<turn>"};
  std::vector<int> types{3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 3};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    tokens.push_back(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");
    types.push_back(6);
  }
  const TempFolder folder;
  for (const bool prefix : {false, true}) {
    CAPTURE(prefix);
    const GgufFile gguf(folder.write("tiny.gguf", tiny_gguf(tokens, types, {}, "", prefix)));
    check_same(*load_tokenizer(gguf), *rewritten(gguf),
               random_texts({"a", "b", " ", "\n", "ab", "z\u00e9", "<turn>"}));
  }
}

}  // namespace quadrant
