#include "strategies/lm/weights/safetensors.h"

#include <doctest/doctest.h>

#include <cstring>

#include "harness/core/error.h"
#include "lm_files.h"
#include "strategies/lm/weights/dequantize.h"

namespace quadrant {
namespace {

std::string with_header(const std::string& header, std::size_t data) {
  GgufBytes file;
  file.number(std::uint64_t{header.size()});
  return file.bytes + header + std::string(data, '\0');
}

bool refused(const std::filesystem::path& path) {
  try {
    SafetensorsFile file(path);
  } catch (const Error& error) {
    CHECK(error.where().starts_with(path.string()));
    CHECK_FALSE(error.mend().empty());
    return true;
  }
  return false;
}

const std::vector<TensorSpec> kSpecs{
    {"b.weight", {2, 3}}, {"a", {4}, DType::kBF16}, {"ids", {1, 2}, DType::kI64}, {"none", {0, 7}}};

std::filesystem::path write_example(const TempFolder& folder) {
  const auto path = folder.write("a.safetensors", "");
  write_safetensors(path, kSpecs, {{"format", "pt"}, {"step", "12"}},
                    [](std::size_t index, const ByteSink& sink) {
                      const float b[] = {0, 1, 2, 3, 4, 5};
                      const std::uint16_t a[] = {0x3F80, 0x4000, 0xBF80, 0};
                      const std::int64_t ids[] = {5, -1};
                      if (index == 0) sink(b, 8);
                      if (index == 0) sink(b + 2, 16);
                      if (index == 1) sink(a, 8);
                      if (index == 2) sink(ids, 16);
                    });
  return path;
}

}  // namespace

TEST_CASE("what is written to a safetensors file is read back") {
  const TempFolder folder;
  const SafetensorsFile file(write_example(folder));
  REQUIRE(file.tensors().size() == 4);
  CHECK(file.metadata().at("format") == "pt");
  CHECK(file.integer("step") == 12);
  CHECK(file.number("step") == 12.0);
  CHECK_THROWS_AS(file.integer("format"), Error);
  CHECK_THROWS_AS(file.find_flag("format"), Error);
  CHECK_FALSE(file.find_flag("other"));

  const TensorView& b = file.tensor("b.weight");
  CHECK(b.shape == std::vector<std::int64_t>{2, 3});
  float values[6];
  to_fp32(b, values);
  CHECK(values[5] == 5.0F);
  to_fp32(file.tensor("a"), values);
  CHECK(values[0] == 1.0F);
  CHECK(values[2] == -1.0F);
  CHECK(file.tensor("ids").dtype == DType::kI64);
  CHECK(file.tensor("none").bytes.empty());
}

TEST_CASE("the same tensors give the same safetensors bytes, aligned") {
  const TempFolder one, two;
  const std::string bytes = read_text(write_example(one));
  CHECK(bytes == read_text(write_example(two)));
  std::uint64_t header;
  std::memcpy(&header, bytes.data(), 8);
  CHECK(header % 8 == 0);
}

TEST_CASE("a safetensors writer that forgets bytes is our own bug and leaves the old file") {
  const TempFolder folder;
  const auto path = folder.write("a.safetensors", "old");
  CHECK_THROWS_AS(write_safetensors(path, kSpecs, {}, [](std::size_t, const ByteSink&) {}), Bug);
  CHECK(read_text(path) == "old");
}

TEST_CASE("a safetensors file cut at any byte is refused") {
  const TempFolder folder;
  const std::string whole = read_text(write_example(folder));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refused(folder.write("cut", whole.substr(0, size))));
  }
}

TEST_CASE("safetensors headers that lie are refused") {
  const TempFolder folder;
  const auto check = [&](const std::string& header, std::size_t data) {
    return refused(folder.write("lie", with_header(header, data)));
  };
  CHECK_FALSE(check(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8));
  CHECK_FALSE(check("{}", 0));
  CHECK_FALSE(check(R"({"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4));
  const std::pair<const char*, std::size_t> lies[] = {
      {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 9},
      {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 7},
      {R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8},
      {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8},
      {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12},
      {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8},
      {R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8},
      {R"({"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8},
      {R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0},
      {R"({"w":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,0]}})", 0},
      {R"({"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", 8},
      {R"({"w":{"dtype":7,"shape":[1],"data_offsets":[0,8]}})", 8},
      {R"({"w":{"shape":[1],"data_offsets":[0,8]}})", 8},
      {R"({"w":[1,2]})", 8},
      {R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       8},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       8},
      {R"({"__metadata__":{"n":1}})", 0},
      {R"({"__metadata__":"x"})", 0},
      {R"([1])", 0},
      {R"({"w":)", 0},
      {"", 0}};
  for (const auto& [header, data] : lies) {
    CAPTURE(header);
    CHECK(check(header, data));
  }
  CHECK(refused(folder.write("huge", GgufBytes().number(~std::uint64_t{0}).bytes + "{}")));
  CHECK(refused(folder.write("long", GgufBytes().number(std::uint64_t{50'000'000}).bytes + "{}")));
}

TEST_CASE("the embedder's safetensors file") {
  const SafetensorsFile file(minilm_folder() / "model.safetensors");
  const TensorView& words = file.tensor("embeddings.word_embeddings.weight");
  CHECK(words.shape == std::vector<std::int64_t>{30522, 384});
  CHECK(words.dtype == DType::kF32);
}

}  // namespace quadrant
