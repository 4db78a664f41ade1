#include "strategies/lm/weights/gguf.h"

#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "lm_files.h"

namespace quadrant {
namespace {

// A value of every kind, and two tensors.
std::string small_file() {
  GgufBytes file;
  file.header(2, 16);
  file.value("u8", 0).number(std::uint8_t{200});
  file.value("i8", 1).number(std::int8_t{-5});
  file.value("u16", 2).number(std::uint16_t{60000});
  file.value("i16", 3).number(std::int16_t{-300});
  file.value("u32", 4).number(std::uint32_t{4000000000});
  file.value("i32", 5).number(std::int32_t{-70000});
  file.value("f32", 6).number(0.5F);
  file.value("yes", 7).number(std::uint8_t{1});
  file.value("name", 8).text("llama");
  file.value("u64", 10).number(std::uint64_t{1} << 63);
  file.value("i64", 11).number(std::int64_t{-1});
  file.value("f64", 12).number(0.25);
  file.texts("words", {"a", "", "bc"});
  file.value("list", 9).number(std::uint32_t{3}).number(std::uint64_t{2});
  file.number(std::int16_t{7}).number(std::int16_t{-8});
  file.value("flags", 9).number(std::uint32_t{7}).number(std::uint64_t{1}).number(std::uint8_t{0});
  file.value("general.alignment", 4).number(std::uint32_t{64});
  file.tensor("first", {3, 2}, 0, 0);
  file.tensor("second", {32, 1}, 8, 64);
  file.pad(64);
  for (int i = 0; i < 6; ++i) file.number(static_cast<float>(i));
  file.pad(64);
  file.bytes.append(34, '\1');
  return file.bytes;
}

// One tensor, whose entry may lie.
std::string with_tensor(const std::vector<std::uint64_t>& sizes, std::uint32_t type,
                        std::uint64_t offset) {
  GgufBytes file;
  file.header(1, 0).tensor("w", sizes, type, offset).pad();
  file.bytes.append(64, '\0');
  return file.bytes;
}

std::string problem_of(const std::filesystem::path& path) {
  try {
    GgufFile file(path);
  } catch (const Error& error) {
    CHECK(error.where().starts_with(path.string() + ", byte "));
    CHECK_FALSE(error.mend().empty());
    return error.problem();
  }
  return "";
}

}  // namespace

TEST_CASE("a GGUF file with every kind of value") {
  const TempFolder folder;
  const GgufFile file(folder.write("a.gguf", small_file()));
  CHECK(file.integer("u8") == 200);
  CHECK(file.integer("i8") == -5);
  CHECK(file.integer("u16") == 60000);
  CHECK(file.integer("i16") == -300);
  CHECK(file.integer("u32") == 4000000000);
  CHECK(file.integer("i32") == -70000);
  CHECK(file.integer("i64") == -1);
  CHECK(file.number("f32") == 0.5);
  CHECK(file.number("f64") == 0.25);
  CHECK(file.number("u8") == 200);
  CHECK(file.number("u64") == 9223372036854775808.0);
  CHECK_THROWS_AS(file.integer("u64"), Error);
  CHECK(file.find_flag("yes") == true);
  CHECK(file.text("name") == "llama");
  CHECK(file.texts("words") == std::vector<std::string_view>{"a", "", "bc"});
  CHECK(file.integers("list") == std::vector<std::int64_t>{7, -8});

  REQUIRE(file.tensors().size() == 2);
  const TensorView& first = file.tensor("first");
  CHECK(first.shape == std::vector<std::int64_t>{2, 3});
  CHECK(first.bytes.size() == 24);
  CHECK(first.bytes.data() + 64 == file.tensor("second").bytes.data());
  CHECK(file.find("third") == nullptr);
}

TEST_CASE("asking a GGUF file for what is not there, or is of another kind") {
  const TempFolder folder;
  const GgufFile file(folder.write("a.gguf", small_file()));
  CHECK_FALSE(file.find_text("none"));
  CHECK_FALSE(file.find_integer("none"));
  CHECK_FALSE(file.find_number("none"));
  CHECK_FALSE(file.find_flag("none"));
  CHECK_THROWS_AS(file.text("none"), Error);
  CHECK_THROWS_AS(file.tensor("none"), Error);
  CHECK_THROWS_AS(file.find_text("u8"), Error);
  CHECK_THROWS_AS(file.find_integer("name"), Error);
  CHECK_THROWS_AS(file.find_number("name"), Error);
  CHECK_THROWS_AS(file.texts("list"), Error);
  CHECK_THROWS_AS(file.texts("none"), Error);
  CHECK_THROWS_AS(file.integers("words"), Error);
  CHECK_THROWS_AS(file.integers("flags"), Error);
}

TEST_CASE("version 2 reads the same, others are refused") {
  const TempFolder folder;
  CHECK(problem_of(folder.write("v2", GgufBytes().header(0, 0, 2).bytes)) == "");
  CHECK(problem_of(folder.write("v1", GgufBytes().header(0, 0, 1).bytes)) ==
        "GGUF version 1 is not supported");
  CHECK(problem_of(folder.write("be", GgufBytes().header(0, 0, 0x03000000).bytes)) ==
        "a GGUF file for big-endian machines");
  CHECK(problem_of(folder.write("text", "hello, world")) == "this is not a GGUF file");
  CHECK(problem_of(folder.write("empty", "")) == "this is not a GGUF file");
  CHECK_THROWS_AS(GgufFile("/nowhere/at/all.gguf"), Error);
}

TEST_CASE("a GGUF file cut at any byte is refused") {
  const TempFolder folder;
  const std::string whole = small_file();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(problem_of(folder.write("cut", whole.substr(0, size))) != "");
  }
}

TEST_CASE("the real model's file cut at many bytes is refused") {
  const TempFolder folder;
  const MappedFile real(smollm_file());
  constexpr std::size_t kHead = 1'900'000;  // all metadata, all tensor entries, some data
  const auto path = folder.write("cut", real.bytes().substr(0, kHead));
  Rng rng(1);
  std::size_t size = kHead;
  for (int i = 0; size > 0; ++i) {
    std::filesystem::resize_file(path, size);
    CAPTURE(size);
    CHECK(problem_of(path) != "");
    size -= std::min<std::size_t>(size, 1 + rng.below(40'000));
  }
}

TEST_CASE("counts, lengths and sizes that lie are refused before anything is reserved") {
  const TempFolder folder;
  constexpr std::uint64_t kHuge[] = {1000, 1ULL << 31, 1ULL << 40, 1ULL << 62, ~0ULL};
  for (const std::uint64_t huge : kHuge) {
    CAPTURE(huge);
    GgufBytes text, list, words, key;
    text.header(0, 1).value("k", 8).number(huge);
    list.header(0, 1).value("k", 9).number(std::uint32_t{4}).number(huge).number(1);
    words.header(0, 1).value("k", 9).number(std::uint32_t{8}).number(huge).text("a");
    key.header(0, 1).number(huge).number(huge);
    const std::string files[] = {GgufBytes().header(huge, 0).bytes,
                                 GgufBytes().header(0, huge).bytes,
                                 text.bytes,
                                 list.bytes,
                                 words.bytes,
                                 key.bytes,
                                 with_tensor({huge}, 0, 0),
                                 with_tensor({32, huge}, 3, 0),
                                 with_tensor({huge, huge, huge, huge}, 1, 0),
                                 with_tensor({8}, 0, huge / 32 * 32)};
    for (const std::string& file : files) CHECK(problem_of(folder.write("lie", file)) != "");
  }
}

TEST_CASE("tensor entries that cannot be") {
  const TempFolder folder;
  const auto problem = [&](const std::string& bytes) {
    return problem_of(folder.write("w", bytes));
  };
  CHECK(problem(with_tensor({16}, 0, 0)) == "");
  CHECK(problem(with_tensor({17}, 0, 0)).ends_with("ends behind the file's end"));
  CHECK(problem(with_tensor({8}, 0, 16)).ends_with("starts at 16, no multiple of 32"));
  CHECK(problem(with_tensor({0}, 0, 0)).ends_with("has an impossible size"));
  CHECK(problem(with_tensor({}, 0, 0)).ends_with("has 0 dimensions"));
  CHECK(problem(with_tensor({1, 1, 1, 1, 1}, 0, 0)).ends_with("has 5 dimensions"));
  CHECK(problem(with_tensor({33}, 2, 0)).ends_with("rows of 33 values, no multiple of 32"));
  CHECK(problem(with_tensor({32}, 10, 0)).ends_with("has ggml type 10, which is not supported"));
  CHECK(problem(with_tensor({32}, 99, 0)).ends_with("has ggml type 99, which is not supported"));
}

TEST_CASE("twins, overlaps and odd values in a GGUF file") {
  const TempFolder folder;
  const auto problem = [&](GgufBytes file) {
    file.pad().bytes.append(256, '\0');
    return problem_of(folder.write("w", file.bytes));
  };
  GgufBytes keys, names, overlap, nested, type, flag, alignment;
  keys.header(0, 2).value("k", 0).number(std::uint8_t{1}).value("k", 0).number(std::uint8_t{1});
  CHECK(problem(keys).ends_with("the key \"k\" stands there twice"));
  names.header(2, 0).tensor("w", {8}, 0, 0).tensor("w", {8}, 0, 32);
  CHECK(problem(names).ends_with("the tensor \"w\" stands there twice"));
  overlap.header(2, 0).tensor("a", {16}, 0, 0).tensor("b", {8}, 0, 32);
  CHECK(problem(overlap).ends_with("tensors \"a\" and \"b\" lie over one another"));
  nested.header(0, 1).value("k", 9).number(std::uint32_t{9}).number(std::uint64_t{1});
  CHECK(problem(nested).find("an array of arrays") != std::string::npos);
  type.header(0, 1).value("k", 13);
  CHECK(problem(type).ends_with("no value type 13"));
  flag.header(0, 1).value("k", 7).number(std::uint8_t{2});
  CHECK(problem(flag).ends_with("a true-or-false value is 2"));
  alignment.header(0, 1).value("general.alignment", 4).number(std::uint32_t{48});
  CHECK(problem(alignment).ends_with("general.alignment is no power of two"));
}

TEST_CASE("any byte may be wrong: a message or a file, never a crash") {
  const TempFolder folder;
  const std::string whole = small_file();
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned char byte : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::string broken = whole;
      broken[at] = static_cast<char>(byte);
      refused += problem_of(folder.write("broken", broken)) != "";
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("the real model's file") {
  const GgufFile file(smollm_file());
  CHECK(file.text("general.architecture") == "llama");
  CHECK(file.integer("llama.block_count") == 30);
  CHECK(file.number("llama.rope.freq_base") == 100000);
  CHECK(file.texts("tokenizer.ggml.tokens").size() == 49152);
  CHECK(file.integers("tokenizer.ggml.token_type").size() == 49152);
  CHECK(file.tensors().size() == 272);
  const TensorView& embedding = file.tensor("token_embd.weight");
  CHECK(embedding.shape == std::vector<std::int64_t>{49152, 576});
  CHECK(embedding.dtype == DType::kQ8_0);
  CHECK(file.tensor("blk.3.attn_k.weight").shape == std::vector<std::int64_t>{192, 576});
}

}  // namespace quadrant
