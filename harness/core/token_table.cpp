#include "harness/core/token_table.h"

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {
namespace {

std::size_t common_bytes(const std::string& a, const std::string& b) {
  const std::size_t most = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<std::ptrdiff_t>(most);
  return static_cast<std::size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

}  // namespace

TokenTable::TokenTable(const Tokenizer& tokenizer) : bytes_(tokenizer.token_bytes()) {
  if (bytes_.empty()) {
    throw Error("this model's tokenizer cannot hold answers to a form", "the tokenizer",
                "use a model with a byte-level BPE or sentencepiece tokenizer");
  }
  for (std::size_t id = 0; id < bytes_.size(); ++id) {
    if (!bytes_[id].empty()) sorted_.push_back(static_cast<std::int32_t>(id));
  }
  std::sort(sorted_.begin(), sorted_.end(),
            [&](std::int32_t a, std::int32_t b) { return bytes(a) < bytes(b); });
  for (std::size_t i = 0; i < sorted_.size(); ++i) {
    common_.push_back(i == 0 ? 0 : common_bytes(bytes(sorted_[i - 1]), bytes(sorted_[i])));
  }
}

std::vector<char> TokenTable::allowed(AnswerForm& form, int state) const {
  std::vector<char> mask(bytes_.size(), 0);
  std::vector<int> states{state};  // after 0, 1, ... bytes of the token before
  for (std::size_t i = 0; i < sorted_.size();) {
    const std::string& token = bytes(sorted_[i]);
    states.resize(std::min(states.size(), common_[i] + 1));
    while (states.size() <= token.size()) {
      const int next =
          form.next(states.back(), static_cast<unsigned char>(token[states.size() - 1]));
      if (next == AnswerForm::kNone) break;
      states.push_back(next);
    }
    const std::size_t read = states.size() - 1;
    if (read == token.size()) {
      mask[static_cast<std::size_t>(sorted_[i++])] = 1;
      continue;
    }
    // All that share the byte which cannot follow.
    do ++i;
    while (i < sorted_.size() && common_[i] > read);
  }
  return mask;
}

}  // namespace quadrant
