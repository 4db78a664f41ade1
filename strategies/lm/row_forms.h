// The forms that the answers of a batch are held to, and how far each has come.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "harness/core/token_table.h"
#include "strategies/lm/layers/tensor.h"

namespace quadrant {

class RowForms {
 public:
  // One form an answer, null where it is free. `end_tokens` end an answer.
  RowForms(const TokenTable& tokens, std::span<const std::shared_ptr<AnswerForm>> forms,
           std::span<const std::int32_t> end_tokens);

  // bool [answers, vocabulary]: true = may not follow. A row that nothing may follow is all true.
  Tensor forbidden(std::span<const std::int64_t> answers, std::int64_t vocabulary);
  // Reads a token that was not forbidden and is no end token.
  void advance(std::int64_t answer, std::int32_t id);

 private:
  const std::vector<char>& allowed(std::size_t answer);

  const TokenTable& tokens_;
  std::span<const std::shared_ptr<AnswerForm>> forms_;
  std::span<const std::int32_t> end_tokens_;
  std::vector<int> states_;                                               // by answer
  std::map<std::pair<const AnswerForm*, int>, std::vector<char>> masks_;  // by form and state
};

}  // namespace quadrant
