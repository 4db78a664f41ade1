#include "strategies/lm/weights/dequantize.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstring>

#include "harness/core/error.h"

namespace quadrant {
namespace {

using Byte = std::uint8_t;

float half_at(const Byte* at) {
  std::uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return half_to_float(bits);
}

float bf16_at(const Byte* at) {
  std::uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

std::int8_t signed_at(const Byte* at) { return std::bit_cast<std::int8_t>(*at); }

// Each of these turns one block into info(dtype).block_values floats. In the 32-value formats byte
// i holds value i in its low half and value i + 16 in its high half.

void q8_0(const Byte* block, float* out) {  // half scale, 32 signed bytes
  const float scale = half_at(block);
  for (int i = 0; i < 32; ++i) out[i] = signed_at(block + 2 + i) * scale;
}

void q4_0(const Byte* block, float* out) {  // half scale, 16 bytes
  const float scale = half_at(block);
  for (int i = 0; i < 16; ++i) {
    const Byte pair = block[2 + i];
    out[i] = static_cast<float>((pair & 15) - 8) * scale;
    out[i + 16] = static_cast<float>((pair >> 4) - 8) * scale;
  }
}

void q4_1(const Byte* block, float* out) {  // half scale, half minimum, 16 bytes
  const float scale = half_at(block), minimum = half_at(block + 2);
  for (int i = 0; i < 16; ++i) {
    const Byte pair = block[4 + i];
    out[i] = static_cast<float>(pair & 15) * scale + minimum;
    out[i + 16] = static_cast<float>(pair >> 4) * scale + minimum;
  }
}

// The fifth bits stand in 32 bits before the pairs: bit i belongs to value i.
struct FiveBits {
  int low, high;
};
FiveBits five_bits(const Byte* fifth_bits, const Byte* pairs, int i) {
  std::uint32_t fifth;
  std::memcpy(&fifth, fifth_bits, sizeof fifth);
  return {(pairs[i] & 15) | static_cast<int>(fifth >> i & 1) << 4,
          (pairs[i] >> 4) | static_cast<int>(fifth >> (i + 16) & 1) << 4};
}

void q5_0(const Byte* block, float* out) {  // half scale, 4 bytes of fifth bits, 16 bytes
  const float scale = half_at(block);
  for (int i = 0; i < 16; ++i) {
    const FiveBits value = five_bits(block + 2, block + 6, i);
    out[i] = static_cast<float>(value.low - 16) * scale;
    out[i + 16] = static_cast<float>(value.high - 16) * scale;
  }
}

void q5_1(const Byte* block, float* out) {  // half scale, half minimum, fifth bits, 16 bytes
  const float scale = half_at(block), minimum = half_at(block + 2);
  for (int i = 0; i < 16; ++i) {
    const FiveBits value = five_bits(block + 4, block + 8, i);
    out[i] = static_cast<float>(value.low) * scale + minimum;
    out[i + 16] = static_cast<float>(value.high) * scale + minimum;
  }
}

// Q4_K and Q5_K: 8 sub-blocks of 32, each with a scale and a minimum of 6 bits. The first four
// pairs stand in the low 6 bits of bytes 0-3 and 4-7; of the last four, the low 4 bits stand in
// bytes 8-11 and the high 2 in the top of bytes 0-7.
struct ScaleAndMinimum {
  float scale, minimum;
};
ScaleAndMinimum sub_block(const Byte* block, int i) {
  const Byte* packed = block + 4;
  int scale, minimum;
  if (i < 4) {
    scale = packed[i] & 63;
    minimum = packed[i + 4] & 63;
  } else {
    scale = (packed[i + 4] & 15) | (packed[i - 4] >> 6) << 4;
    minimum = (packed[i + 4] >> 4) | (packed[i] >> 6) << 4;
  }
  return {half_at(block) * static_cast<float>(scale),
          half_at(block + 2) * static_cast<float>(minimum)};
}

void q4_k(const Byte* block, float* out) {  // 2 halves, 12 bytes of scales, 128 bytes
  for (int i = 0; i < 8; ++i) {
    const auto [scale, minimum] = sub_block(block, i);
    const Byte* pairs = block + 16 + std::ptrdiff_t{i / 2} * 32;
    for (int j = 0; j < 32; ++j) {
      const int value = i % 2 ? pairs[j] >> 4 : pairs[j] & 15;
      *out++ = scale * static_cast<float>(value) - minimum;
    }
  }
}

void q5_k(const Byte* block, float* out) {  // as Q4_K, with 32 bytes of fifth bits before the pairs
  for (int i = 0; i < 8; ++i) {
    const auto [scale, minimum] = sub_block(block, i);
    const Byte* fifth = block + 16;
    const Byte* pairs = block + 48 + std::ptrdiff_t{i / 2} * 32;
    for (int j = 0; j < 32; ++j) {
      const int value = (i % 2 ? pairs[j] >> 4 : pairs[j] & 15) | (fifth[j] >> i & 1) << 4;
      *out++ = scale * static_cast<float>(value) - minimum;
    }
  }
}

void q6_k(const Byte* block, float* out) {  // 128 low bytes, 64 high, 16 scales, half scale
  const float scale = half_at(block + 208);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128, quarter = i % 128 / 32, j = i % 32;
    const Byte low = block[half * 64 + quarter % 2 * 32 + j];
    const Byte high = block[128 + half * 32 + j];
    const int value = (quarter < 2 ? low & 15 : low >> 4) | (high >> 2 * quarter & 3) << 4;
    const std::int8_t sub_scale = signed_at(block + 192 + i / 16);
    out[i] = scale * sub_scale * static_cast<float>(value - 32);
  }
}

void f32(const Byte* value, float* out) { std::memcpy(out, value, sizeof *out); }
void f16(const Byte* value, float* out) { *out = half_at(value); }
void bf16(const Byte* value, float* out) { *out = bf16_at(value); }

template <void (*turn_block)(const Byte*, float*)>
void turn_all(const TensorView& tensor, float* out) {
  const DTypeInfo& block = info(tensor.dtype);
  const auto* at = reinterpret_cast<const Byte*>(tensor.bytes.data());
  const Byte* end = at + tensor.bytes.size();
  for (; at != end; at += block.block_bytes, out += block.block_values) turn_block(at, out);
}

}  // namespace

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = bits >> 10 & 31, fraction = bits & 0x3FF;
  if (exponent == 0) {  // zero and subnormals: fraction * 2^-24, exact in fp32
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;  // biases 15 and 127
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

void to_fp32(const TensorView& tensor, float* out) {
  const DTypeInfo& block = info(tensor.dtype);
  QUADRANT_CHECK(static_cast<std::int64_t>(tensor.bytes.size()) * block.block_values ==
                 tensor.elements() * block.block_bytes);
  switch (tensor.dtype) {
    case DType::kF32:
      return turn_all<f32>(tensor, out);
    case DType::kF16:
      return turn_all<f16>(tensor, out);
    case DType::kBF16:
      return turn_all<bf16>(tensor, out);
    case DType::kQ4_0:
      return turn_all<q4_0>(tensor, out);
    case DType::kQ4_1:
      return turn_all<q4_1>(tensor, out);
    case DType::kQ5_0:
      return turn_all<q5_0>(tensor, out);
    case DType::kQ5_1:
      return turn_all<q5_1>(tensor, out);
    case DType::kQ8_0:
      return turn_all<q8_0>(tensor, out);
    case DType::kQ4_K:
      return turn_all<q4_k>(tensor, out);
    case DType::kQ5_K:
      return turn_all<q5_k>(tensor, out);
    case DType::kQ6_K:
      return turn_all<q6_k>(tensor, out);
    case DType::kI64:
      throw Error("this tensor holds integers where weights are needed",
                  fmt::format("tensor \"{}\"", tensor.name), "use a model file of a known kind");
  }
}

}  // namespace quadrant
