#include "strategies/lm/weights/dequantize.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "lm_files.h"
#include "strategies/lm/weights/gguf.h"

namespace quadrant {
namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string fp32_bytes(const TensorView& tensor) {
  std::string bytes(static_cast<std::size_t>(tensor.elements()) * 4, '\0');
  to_fp32(tensor, reinterpret_cast<float*>(bytes.data()));
  return bytes;
}

}  // namespace

TEST_CASE("every block type gives the bits that the gguf package gives") {
  const auto expected = golden("dequantize.json");
  CHECK(expected.size() == 10);
  for (int type = 0; type <= static_cast<int>(DType::kQ6_K); ++type) {
    const auto dtype = static_cast<DType>(type);
    if (dtype == DType::kF32 || dtype == DType::kI64) continue;
    CAPTURE(info(dtype).name);
    const auto& entry = expected.at(info(dtype).name);
    const std::string stored = from_hex(entry.at("bytes")), values = from_hex(entry.at("fp32"));
    const auto count = static_cast<std::int64_t>(values.size()) / 4;
    const std::string own = fp32_bytes({"w", {count}, dtype, stored});
    REQUIRE(own.size() == values.size());
    for (std::size_t i = 0; i < own.size(); i += 4) {
      float ours, theirs;
      std::memcpy(&ours, own.data() + i, 4);
      std::memcpy(&theirs, values.data() + i, 4);
      if (std::isnan(ours) && std::isnan(theirs)) continue;  // F16 and BF16 blocks are any bits
      CHECK(own.substr(i, 4) == values.substr(i, 4));
    }
  }
}

TEST_CASE("all half-precision numbers") {
  CHECK(half_to_float(0x0000) == 0.0F);
  CHECK(std::signbit(half_to_float(0x8000)));
  CHECK(half_to_float(0x0001) == 0x1p-24F);
  CHECK(half_to_float(0x83FF) == -0x1.FF8p-15F);
  CHECK(half_to_float(0x0400) == 0x1p-14F);
  CHECK(half_to_float(0x3C00) == 1.0F);
  CHECK(half_to_float(0x7BFF) == 65504.0F);
  CHECK(half_to_float(0xFC00) == -INFINITY);
  CHECK(std::isnan(half_to_float(0x7E00)));
  for (std::uint32_t bits = 1; bits < 0x7C00; ++bits) {
    REQUIRE(half_to_float(static_cast<std::uint16_t>(bits)) >
            half_to_float(static_cast<std::uint16_t>(bits - 1)));
  }
}

TEST_CASE("tensors of integers are not weights") {
  const std::string bytes(16, '\0');
  float out[2];
  CHECK_THROWS_AS(to_fp32({"ids", {2}, DType::kI64, bytes}, out), Error);
  CHECK_THROWS_AS(to_fp32({"short", {3}, DType::kF32, bytes}, out), Bug);
}

TEST_CASE("tensors of the real model have the values that the gguf package reads") {
  const GgufFile file(smollm_file());
  const auto hashes = golden("dequantize_smollm2.json");
  for (const auto& [name, hash] : hashes.items()) {
    CAPTURE(name);
    CHECK(sha256_hex(fp32_bytes(file.tensor(name))) == hash);
  }
}

}  // namespace quadrant
