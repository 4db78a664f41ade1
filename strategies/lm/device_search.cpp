#include "strategies/lm/device_search.h"

#include <fmt/format.h>
#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {
namespace {

// They bound the memory of the products: 256 x 262,144 floats are 256 MiB.
constexpr std::int64_t kQueriesAtOnce = 256, kRowsAtOnce = 262'144;

Tensor table(std::span<const float> values, std::int64_t width) {  // a view: [rows, width]
  return at::from_blob(const_cast<float*>(values.data()), {std::ssize(values) / width, width});
}

class TorchSearch : public DeviceSearch {
 public:
  TorchSearch(const VectorTable& rows, at::Device device) : width_(rows.dimension()) {
    try {
      rows_ = table(rows.all(), width_).to(device);
    } catch (const c10::OutOfMemoryError&) {
      throw Error(fmt::format("{} vectors do not fit into the memory of the device", rows.size()),
                  device.str(), "use a FAISS index such as \"HNSW32\", or device = \"cpu\"");
    }
  }

  std::vector<Ranking> best(std::span<const float> queries, std::size_t count) const override {
    const c10::InferenceMode inference;
    std::vector<Ranking> lists;
    for (const Tensor& part : table(queries, width_).split(kQueriesAtOnce)) {
      append_best(part.to(rows_.device()), static_cast<std::int64_t>(count), lists);
    }
    return lists;
  }

 private:
  void append_best(const Tensor& queries, std::int64_t count, std::vector<Ranking>& lists) const {
    std::vector<Tensor> scores, numbers;  // each [queries, count or fewer]
    std::int64_t first = 0;
    for (const Tensor& block : rows_.split(kRowsAtOnce)) {
      const auto [values, places] =
          queries.mm(block.t()).topk(std::min(count, block.size(0)), /*dim=*/1);
      scores.push_back(values);
      numbers.push_back(places + first);
      first += block.size(0);
    }
    const Tensor all = at::cat(scores, 1);
    const auto [values, places] = all.topk(std::min(count, all.size(1)), 1);
    const Tensor score = values.cpu().contiguous();
    const Tensor row = at::cat(numbers, 1).gather(1, places).cpu().contiguous();
    for (std::int64_t q = 0; q < score.size(0); ++q) {
      Ranking& list = lists.emplace_back();
      for (std::int64_t i = q * score.size(1); i < (q + 1) * score.size(1); ++i) {
        list.push_back({static_cast<std::size_t>(row.const_data_ptr<std::int64_t>()[i]),
                        score.const_data_ptr<float>()[i]});
      }
    }
  }

  std::int64_t width_;
  Tensor rows_;
};

}  // namespace

DeviceSearchMaker torch_search(at::Device device) {
  return [device](const VectorTable& rows) { return std::make_unique<TorchSearch>(rows, device); };
}

}  // namespace quadrant
