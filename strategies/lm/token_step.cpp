#include "strategies/lm/token_step.h"

namespace quadrant {
namespace {

// Recording is some three steps; fewer tokens than this do not pay for it.
constexpr std::int64_t kLeastTokens = 16;

}  // namespace

TokenStep::TokenStep(Decoder& decoder, CachedAttention cache)
    : decoder_(decoder), cache_(std::move(cache)), device_(decoder.head().device()) {}

Tensor TokenStep::hidden(const std::vector<std::int64_t>& tokens) {
  const Tensor given = index_tensor(tokens, device_);
  if (!recording_ && can_record(device_) && cache_.room() >= kLeastTokens) {
    tokens_ = given;
    record_step();
  } else if (recording_) {
    tokens_.copy_(given);
  }
  const Tensor hidden =
      recording_ ? recording_->repeat() : compute(given, index_tensor(cache_.positions(), device_));
  cache_.next_token();
  return hidden;
}

bool TokenStep::should_drop_rows(std::size_t wanted, std::size_t rows) const {
  return recording_ ? 2 * wanted <= rows : wanted < rows;
}

void TokenStep::keep_rows(const std::vector<std::int64_t>& rows) {
  recording_.reset();
  cache_.keep_rows(rows);
}

Tensor TokenStep::compute(const Tensor& tokens, const Tensor& positions) {
  cache_.begin_token();
  return decoder_.hidden(tokens, positions, cache_);
}

void TokenStep::record_step() {
  cache_.fix_shapes();
  recording_ = record([this] { return compute(tokens_, cache_.fixed_positions()); });
}

}  // namespace quadrant
