#include "strategies/lm/layers/gather.h"

#include "strategies/lm/gpu/fused.h"

namespace quadrant {

Gather gather_of(const std::vector<std::int64_t>& rows, std::int64_t count,
                 const at::Device& device) {
  std::vector<std::int32_t> begins(count + 1, 0), places(rows.size());
  for (const std::int64_t row : rows) ++begins[row + 1];
  for (std::int64_t row = 0; row < count; ++row) begins[row + 1] += begins[row];
  std::vector<std::int32_t> next(begins.begin(), begins.end() - 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    places[next[rows[i]]++] = static_cast<std::int32_t>(i);
  }
  const auto on_device = [&](const std::vector<std::int32_t>& values) {
    return at::tensor(at::ArrayRef<std::int32_t>(values), at::kInt).to(device);
  };
  return {index_tensor(rows, device), on_device(begins), on_device(places)};
}

Tensor gather(const Tensor& x, const Gather& from) {
  if (can_fuse(Fused::kGather, x)) return fused_gather(x, from);
  // An embedding's gradient comes out the same every time, index_select's on a GPU does not.
  return at::embedding(x, from.rows);
}

}  // namespace quadrant
