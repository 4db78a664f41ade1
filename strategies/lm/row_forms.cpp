#include "strategies/lm/row_forms.h"

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {

RowForms::RowForms(const TokenTable& tokens, std::span<const std::shared_ptr<AnswerForm>> forms,
                   std::span<const std::int32_t> end_tokens)
    : tokens_(tokens), forms_(forms), end_tokens_(end_tokens) {
  for (const auto& form : forms) states_.push_back(form ? form->start() : AnswerForm::kNone);
}

const std::vector<char>& RowForms::allowed(std::size_t answer) {
  AnswerForm& form = *forms_[answer];
  const int state = states_[answer];
  const auto [mask, is_new] = masks_.try_emplace({&form, state});
  if (is_new) {
    mask->second = tokens_.allowed(form, state);
    for (const std::int32_t end : end_tokens_) {
      mask->second.at(static_cast<std::size_t>(end)) = form.is_complete(state);
    }
  }
  return mask->second;
}

Tensor RowForms::forbidden(std::span<const std::int64_t> answers, std::int64_t vocabulary) {
  const auto rows = static_cast<std::int64_t>(answers.size());
  const Tensor mask = at::ones({rows, vocabulary}, at::kBool);
  for (std::size_t row = 0; row < answers.size(); ++row) {
    bool* const begin = mask.mutable_data_ptr<bool>() + static_cast<std::int64_t>(row) * vocabulary;
    const auto answer = static_cast<std::size_t>(answers[row]);
    if (!forms_[answer]) {
      std::fill_n(begin, vocabulary, false);
      continue;
    }
    const std::vector<char>& may = allowed(answer);
    const auto known = std::min(vocabulary, static_cast<std::int64_t>(may.size()));
    std::transform(may.begin(), may.begin() + known, begin, [](char allowed) { return !allowed; });
  }
  return mask;
}

void RowForms::advance(std::int64_t answer, std::int32_t id) {
  const auto at = static_cast<std::size_t>(answer);
  if (!forms_[at]) return;
  for (const char byte : tokens_.bytes(id)) {
    states_[at] = forms_[at]->next(states_[at], static_cast<unsigned char>(byte));
    QUADRANT_CHECK(states_[at] != AnswerForm::kNone);
  }
}

}  // namespace quadrant
