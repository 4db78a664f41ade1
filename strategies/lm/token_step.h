// One more token for each row of a batch that is being answered. On a GPU the step is recorded for
// a number of rows and then repeated.
#pragma once

#include <memory>
#include <vector>

#include "strategies/lm/arch/decoder.h"
#include "strategies/lm/gpu/recording.h"
#include "strategies/lm/layers/cache.h"

namespace quadrant {

class TokenStep {
 public:
  TokenStep(Decoder& decoder, CachedAttention cache);

  // The rows' last tokens -> [rows, width], good until the next call.
  Tensor hidden(const std::vector<std::int64_t>& tokens);

  // A recorded step goes on with rows that are finished until half of them are.
  bool should_drop_rows(std::size_t wanted, std::size_t rows) const;
  void keep_rows(const std::vector<std::int64_t>& rows);

 private:
  Tensor compute(const Tensor& tokens, const Tensor& positions);
  void record_step();

  Decoder& decoder_;
  CachedAttention cache_;
  at::Device device_;
  Tensor tokens_;  // [rows]: what the recording reads
  std::unique_ptr<Recording> recording_;
};

}  // namespace quadrant
