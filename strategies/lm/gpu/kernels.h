// The CUDA kernels behind fused.h, as plain functions: no torch here, so nvcc compiles them in
// seconds. All pointers are to memory of the current GPU; rows follow one another without gaps
// unless a stride is given. A launch only queues its work on `stream`.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace quadrant::kernels {

enum class Element { kFloat, kBFloat16 };  // of what is given as void*
enum class Gate { kSilu, kGeluTanh };

// y = x / rms(x) * weight for each row of `width` numbers; scales: 1 / rms(x), [rows].
void norm(Element type, const void* x, const float* weight, void* y, float* scales,
          std::int64_t rows, std::int64_t width, float eps, cudaStream_t stream);

// The gradient of x; where `weight_parts` is not null, that of the weight too, in `parts` rows of
// `width` numbers that are to be added up.
void norm_back(Element type, const void* y_grad, const void* x, const float* weight,
               const float* scales, void* x_grad, float* weight_parts, std::int64_t parts,
               std::int64_t rows, std::int64_t width, cudaStream_t stream);

// Rotary positions (Su et al. 2021) in the order of halves, as transformers has it: x: [rows,
// heads, dim] with strides; y without gaps; cosine, sine: [rows, dim], of which the first half is
// read. `direction` -1 turns back, which is the gradient.
void rotate(Element type, const void* x, std::int64_t row_stride, std::int64_t head_stride,
            const float* cosine, const float* sine, float direction, void* y, std::int64_t rows,
            std::int64_t heads, std::int64_t dim, cudaStream_t stream);

// y = act(gate) * up, [rows, width].
void gate(Element type, Gate kind, const void* gate, std::int64_t gate_stride, const void* up,
          std::int64_t up_stride, void* y, std::int64_t rows, std::int64_t width,
          cudaStream_t stream);
void gate_back(Element type, Gate kind, const void* y_grad, const void* gate,
               std::int64_t gate_stride, const void* up, std::int64_t up_stride, void* gate_grad,
               void* up_grad, std::int64_t rows, std::int64_t width, cudaStream_t stream);

// sums[r] = the sum of rows[places[i]] for begins[r] <= i < begins[r + 1]: what a gather's gradient
// adds up, in the same order each time. rows: [.., width], sums: [count, width].
void sum_rows(Element type, const void* rows, const std::int32_t* begins,
              const std::int32_t* places, void* sums, std::int64_t count, std::int64_t width,
              cudaStream_t stream);

// losses = weights * -log softmax(logits)[target], [rows]; and d losses / d logits over the logits.
void cross_entropy(Element type, void* logits, const std::int64_t* targets, const float* weights,
                   float* losses, std::int64_t rows, std::int64_t vocabulary, cudaStream_t stream);

}  // namespace quadrant::kernels
