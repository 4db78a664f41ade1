#include <cuda_bf16.h>

#include <cmath>
#include <initializer_list>

#include "strategies/lm/gpu/kernels.h"

namespace quadrant::kernels {
namespace {

constexpr int kWarp = 32, kWarps = 4, kThreads = kWarp * kWarps, kWideThreads = 1024;

using Half = __nv_bfloat16;

__device__ float as_float(float x) { return x; }
__device__ float as_float(Half x) { return __bfloat162float(x); }
template <typename T>
__device__ T as(float x);
template <>
__device__ float as<float>(float x) {
  return x;
}
template <>
__device__ Half as<Half>(float x) {
  return __float2bfloat16(x);
}

// kSize numbers, moved by one access to memory.
template <typename T, int kSize>
struct alignas(sizeof(T) * kSize) Pack {
  T values[kSize];
};

template <typename T, int kSize>
__device__ Pack<T, kSize> load(const T* from) {
  return *reinterpret_cast<const Pack<T, kSize>*>(from);
}
template <typename T, int kSize>
__device__ void store(T* to, const Pack<T, kSize>& pack) {
  *reinterpret_cast<Pack<T, kSize>*>(to) = pack;
}

__device__ float warp_sum(float x) {
  for (int lane = kWarp / 2; lane > 0; lane /= 2) x += __shfl_xor_sync(0xffffffff, x, lane);
  return x;
}

// ---- norm: a warp a row

template <typename T, int kSize>
__global__ void norm_kernel(const T* x, const float* weight, T* y, float* scales, std::int64_t rows,
                            std::int64_t width, float eps) {
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarps + threadIdx.y;
  if (row >= rows) return;
  x += row * width;
  y += row * width;
  float sum = 0;
  for (std::int64_t i = threadIdx.x * kSize; i < width; i += kWarp * kSize) {
    const auto a = load<T, kSize>(x + i);
    for (int j = 0; j < kSize; ++j) sum += as_float(a.values[j]) * as_float(a.values[j]);
  }
  const float scale = rsqrtf(warp_sum(sum) / static_cast<float>(width) + eps);
  for (std::int64_t i = threadIdx.x * kSize; i < width; i += kWarp * kSize) {
    auto a = load<T, kSize>(x + i);
    for (int j = 0; j < kSize; ++j) {
      a.values[j] = as<T>(as_float(a.values[j]) * scale * weight[i + j]);
    }
    store(y + i, a);
  }
  if (threadIdx.x == 0) scales[row] = scale;
}

// With n = x * scale: the gradient of x is scale * (g w - n mean(g w n)).
template <typename T, int kSize>
__global__ void norm_back_kernel(const T* y_grad, const T* x, const float* weight,
                                 const float* scales, T* x_grad, std::int64_t rows,
                                 std::int64_t width) {
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarps + threadIdx.y;
  if (row >= rows) return;
  y_grad += row * width;
  x += row * width;
  x_grad += row * width;
  const float scale = scales[row];
  float sum = 0;
  for (std::int64_t i = threadIdx.x * kSize; i < width; i += kWarp * kSize) {
    const auto g = load<T, kSize>(y_grad + i), a = load<T, kSize>(x + i);
    for (int j = 0; j < kSize; ++j) {
      sum += as_float(g.values[j]) * weight[i + j] * as_float(a.values[j]);
    }
  }
  const float mean = warp_sum(sum) * scale / static_cast<float>(width);
  for (std::int64_t i = threadIdx.x * kSize; i < width; i += kWarp * kSize) {
    auto g = load<T, kSize>(y_grad + i);
    const auto a = load<T, kSize>(x + i);
    for (int j = 0; j < kSize; ++j) {
      const float normal = as_float(a.values[j]) * scale;
      g.values[j] = as<T>(scale * (as_float(g.values[j]) * weight[i + j] - normal * mean));
    }
    store(x_grad + i, g);
  }
}

// A thread a column and part of the rows: the sums come out the same each time.
template <typename T>
__global__ void norm_weight_back_kernel(const T* y_grad, const T* x, const float* scales,
                                        float* parts, std::int64_t rows, std::int64_t width) {
  const std::int64_t column = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (column >= width) return;
  float sum = 0;
  for (std::int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    const std::int64_t i = row * width + column;
    sum += as_float(y_grad[i]) * as_float(x[i]) * scales[row];
  }
  parts[blockIdx.y * width + column] = sum;
}

// ---- rotation: a thread a pair of numbers

template <typename T>
__global__ void rotate_kernel(const T* x, std::int64_t row_stride, std::int64_t head_stride,
                              const float* cosine, const float* sine, float direction, T* y,
                              std::int64_t pairs, std::int64_t heads, std::int64_t half) {
  const std::int64_t pair = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (pair >= pairs) return;
  const std::int64_t i = pair % half, head = pair / half % heads, row = pair / half / heads;
  const T* from = x + row * row_stride + head * head_stride;
  T* to = y + (row * heads + head) * 2 * half;
  const float c = cosine[row * 2 * half + i], s = direction * sine[row * 2 * half + i];
  const float a = as_float(from[i]), b = as_float(from[i + half]);
  to[i] = as<T>(a * c - b * s);
  to[i + half] = as<T>(b * c + a * s);
}

// ---- gate: a thread a pack

struct Silu {
  static __device__ float value(float x) { return x / (1 + __expf(-x)); }
  static __device__ float slope(float x) {
    const float s = 1 / (1 + __expf(-x));
    return s * (1 + x * (1 - s));
  }
};

struct GeluTanh {
  static constexpr float kRoot = 0.7978845608028654f, kCube = 0.044715f;  // sqrt(2 / pi)
  static __device__ float value(float x) {
    return 0.5f * x * (1 + tanhf(kRoot * (x + kCube * x * x * x)));
  }
  static __device__ float slope(float x) {
    const float t = tanhf(kRoot * (x + kCube * x * x * x));
    return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * kRoot * (1 + 3 * kCube * x * x);
  }
};

template <typename T, typename Act, int kSize>
__global__ void gate_kernel(const T* gate, std::int64_t gate_stride, const T* up,
                            std::int64_t up_stride, T* y, std::int64_t count, std::int64_t width) {
  const std::int64_t at = (std::int64_t{blockIdx.x} * kThreads + threadIdx.x) * kSize;
  if (at >= count) return;
  const std::int64_t row = at / width, column = at % width;
  auto a = load<T, kSize>(gate + row * gate_stride + column);
  const auto b = load<T, kSize>(up + row * up_stride + column);
  for (int j = 0; j < kSize; ++j) {
    a.values[j] = as<T>(Act::value(as_float(a.values[j])) * as_float(b.values[j]));
  }
  store(y + at, a);
}

template <typename T, typename Act, int kSize>
__global__ void gate_back_kernel(const T* y_grad, const T* gate, std::int64_t gate_stride,
                                 const T* up, std::int64_t up_stride, T* gate_grad, T* up_grad,
                                 std::int64_t count, std::int64_t width) {
  const std::int64_t at = (std::int64_t{blockIdx.x} * kThreads + threadIdx.x) * kSize;
  if (at >= count) return;
  const std::int64_t row = at / width, column = at % width;
  const auto g = load<T, kSize>(y_grad + at);
  auto a = load<T, kSize>(gate + row * gate_stride + column);
  auto b = load<T, kSize>(up + row * up_stride + column);
  for (int j = 0; j < kSize; ++j) {
    const float grad = as_float(g.values[j]), x = as_float(a.values[j]);
    a.values[j] = as<T>(grad * as_float(b.values[j]) * Act::slope(x));
    b.values[j] = as<T>(grad * Act::value(x));
  }
  store(gate_grad + at, a);
  store(up_grad + at, b);
}

// ---- sum of rows: a block a row of sums

template <typename T, int kSize>
__global__ void sum_rows_kernel(const T* rows, const std::int32_t* begins,
                                const std::int32_t* places, T* sums, std::int64_t width) {
  const std::int32_t begin = begins[blockIdx.x], end = begins[blockIdx.x + 1];
  for (std::int64_t at = threadIdx.x * kSize; at < width; at += kThreads * kSize) {
    float sum[kSize] = {};
    for (std::int32_t i = begin; i < end; ++i) {
      const auto a = load<T, kSize>(rows + places[i] * width + at);
      for (int j = 0; j < kSize; ++j) sum[j] += as_float(a.values[j]);
    }
    Pack<T, kSize> pack;
    for (int j = 0; j < kSize; ++j) pack.values[j] = as<T>(sum[j]);
    store(sums + blockIdx.x * width + at, pack);
  }
}

// ---- cross-entropy: a block a row

struct Sum {  // of exp(x - top)
  float top, total;
};

__device__ Sum together(Sum a, Sum b) {
  const float top = fmaxf(a.top, b.top);
  return {top, a.total * __expf(a.top - top) + b.total * __expf(b.top - top)};
}

__device__ Sum warp_together(Sum sum) {
  for (int lane = kWarp / 2; lane > 0; lane /= 2) {
    sum = together(sum, {__shfl_xor_sync(0xffffffff, sum.top, lane),
                         __shfl_xor_sync(0xffffffff, sum.total, lane)});
  }
  return sum;
}

constexpr float kLowest = -3e38f;  // finite: infinity less infinity is not a number

template <typename T, int kSize>
__global__ void cross_entropy_kernel(T* logits, const std::int64_t* targets, const float* weights,
                                     float* losses, std::int64_t vocabulary) {
  __shared__ Sum warps[kWideThreads / kWarp];
  T* row = logits + blockIdx.x * vocabulary;
  Sum sum{kLowest, 0};
  for (std::int64_t i = threadIdx.x * kSize; i < vocabulary; i += kWideThreads * kSize) {
    const auto a = load<T, kSize>(row + i);
    float top = sum.top;
    for (int j = 0; j < kSize; ++j) top = fmaxf(top, as_float(a.values[j]));
    float total = sum.total * __expf(sum.top - top);
    for (int j = 0; j < kSize; ++j) total += __expf(as_float(a.values[j]) - top);
    sum = {top, total};
  }
  sum = warp_together(sum);
  if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = sum;
  __syncthreads();
  sum = warp_together(warps[threadIdx.x % kWarp]);
  const float log_sum = sum.top + logf(sum.total), weight = weights[blockIdx.x];
  const std::int64_t target = targets[blockIdx.x];
  if (threadIdx.x == 0) losses[blockIdx.x] = weight * (log_sum - as_float(row[target]));
  __syncthreads();  // read before it is overwritten
  for (std::int64_t i = threadIdx.x * kSize; i < vocabulary; i += kWideThreads * kSize) {
    auto a = load<T, kSize>(row + i);
    for (int j = 0; j < kSize; ++j) {
      const float share = __expf(as_float(a.values[j]) - log_sum) - (i + j == target ? 1.0f : 0.0f);
      a.values[j] = as<T>(weight * share);
    }
    store(row + i, a);
  }
}

// ---- launches

// 16 bytes at once, where all rows begin at multiples of them.
template <typename T>
constexpr int kPack = 16 / sizeof(T);
template <typename T>
bool fits(std::initializer_list<const void*> pointers, std::initializer_list<std::int64_t> sizes) {
  bool fit = true;
  for (const void* pointer : pointers) fit &= reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
  for (const std::int64_t size : sizes) fit &= size % kPack<T> == 0;
  return fit;
}

unsigned blocks(std::int64_t count, std::int64_t a_block) {
  return static_cast<unsigned>((count + a_block - 1) / a_block);
}

// Calls do_it with a value of the element's type.
template <typename Do>
void with_type(Element type, Do do_it) {
  if (type == Element::kFloat) {
    do_it(float{});
  } else {
    do_it(Half{});
  }
}

template <typename Do>
void with_act(Gate kind, Do do_it) {
  if (kind == Gate::kSilu) {
    do_it(Silu{});
  } else {
    do_it(GeluTanh{});
  }
}

}  // namespace

void norm(Element type, const void* x, const float* weight, void* y, float* scales,
          std::int64_t rows, std::int64_t width, float eps, cudaStream_t stream) {
  with_type(type, [&]<typename T>(T) {
    const auto kernel = fits<T>({x, y}, {width}) ? norm_kernel<T, kPack<T>> : norm_kernel<T, 1>;
    kernel<<<blocks(rows, kWarps), dim3(kWarp, kWarps), 0, stream>>>(
        static_cast<const T*>(x), weight, static_cast<T*>(y), scales, rows, width, eps);
  });
}

void norm_back(Element type, const void* y_grad, const void* x, const float* weight,
               const float* scales, void* x_grad, float* weight_parts, std::int64_t parts,
               std::int64_t rows, std::int64_t width, cudaStream_t stream) {
  with_type(type, [&]<typename T>(T) {
    const auto *g = static_cast<const T*>(y_grad), *a = static_cast<const T*>(x);
    const auto kernel =
        fits<T>({g, a, x_grad}, {width}) ? norm_back_kernel<T, kPack<T>> : norm_back_kernel<T, 1>;
    kernel<<<blocks(rows, kWarps), dim3(kWarp, kWarps), 0, stream>>>(
        g, a, weight, scales, static_cast<T*>(x_grad), rows, width);
    if (!weight_parts) return;
    norm_weight_back_kernel<T>
        <<<dim3(blocks(width, kThreads), static_cast<unsigned>(parts)), kThreads, 0, stream>>>(
            g, a, scales, weight_parts, rows, width);
  });
}

void rotate(Element type, const void* x, std::int64_t row_stride, std::int64_t head_stride,
            const float* cosine, const float* sine, float direction, void* y, std::int64_t rows,
            std::int64_t heads, std::int64_t dim, cudaStream_t stream) {
  const std::int64_t pairs = rows * heads * dim / 2;
  with_type(type, [&]<typename T>(T) {
    rotate_kernel<T><<<blocks(pairs, kThreads), kThreads, 0, stream>>>(
        static_cast<const T*>(x), row_stride, head_stride, cosine, sine, direction,
        static_cast<T*>(y), pairs, heads, dim / 2);
  });
}

void gate(Element type, Gate kind, const void* gate, std::int64_t gate_stride, const void* up,
          std::int64_t up_stride, void* y, std::int64_t rows, std::int64_t width,
          cudaStream_t stream) {
  const std::int64_t count = rows * width;
  with_type(type, [&]<typename T>(T) {
    with_act(kind, [&]<typename Act>(Act) {
      const bool packs = fits<T>({gate, up, y}, {width, gate_stride, up_stride});
      const auto kernel = packs ? gate_kernel<T, Act, kPack<T>> : gate_kernel<T, Act, 1>;
      kernel<<<blocks(count, kThreads * (packs ? kPack<T> : 1)), kThreads, 0, stream>>>(
          static_cast<const T*>(gate), gate_stride, static_cast<const T*>(up), up_stride,
          static_cast<T*>(y), count, width);
    });
  });
}

void gate_back(Element type, Gate kind, const void* y_grad, const void* gate,
               std::int64_t gate_stride, const void* up, std::int64_t up_stride, void* gate_grad,
               void* up_grad, std::int64_t rows, std::int64_t width, cudaStream_t stream) {
  const std::int64_t count = rows * width;
  with_type(type, [&]<typename T>(T) {
    with_act(kind, [&]<typename Act>(Act) {
      const bool packs =
          fits<T>({y_grad, gate, up, gate_grad, up_grad}, {width, gate_stride, up_stride});
      const auto kernel = packs ? gate_back_kernel<T, Act, kPack<T>> : gate_back_kernel<T, Act, 1>;
      kernel<<<blocks(count, kThreads * (packs ? kPack<T> : 1)), kThreads, 0, stream>>>(
          static_cast<const T*>(y_grad), static_cast<const T*>(gate), gate_stride,
          static_cast<const T*>(up), up_stride, static_cast<T*>(gate_grad),
          static_cast<T*>(up_grad), count, width);
    });
  });
}

void sum_rows(Element type, const void* rows, const std::int32_t* begins,
              const std::int32_t* places, void* sums, std::int64_t count, std::int64_t width,
              cudaStream_t stream) {
  with_type(type, [&]<typename T>(T) {
    const auto kernel =
        fits<T>({rows, sums}, {width}) ? sum_rows_kernel<T, kPack<T>> : sum_rows_kernel<T, 1>;
    kernel<<<static_cast<unsigned>(count), kThreads, 0, stream>>>(
        static_cast<const T*>(rows), begins, places, static_cast<T*>(sums), width);
  });
}

void cross_entropy(Element type, void* logits, const std::int64_t* targets, const float* weights,
                   float* losses, std::int64_t rows, std::int64_t vocabulary, cudaStream_t stream) {
  with_type(type, [&]<typename T>(T) {
    const auto kernel = fits<T>({logits}, {vocabulary}) ? cross_entropy_kernel<T, kPack<T>>
                                                        : cross_entropy_kernel<T, 1>;
    kernel<<<static_cast<unsigned>(rows), kWideThreads, 0, stream>>>(
        static_cast<T*>(logits), targets, weights, losses, vocabulary);
  });
}

}  // namespace quadrant::kernels
