// The vocabulary as bytes: which tokens an answer of a given form may go on with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"

namespace quadrant {

class TokenTable {
 public:
  // Error when the tokenizer cannot say what its tokens stand for.
  explicit TokenTable(const Tokenizer& tokenizer);

  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes(std::int32_t id) const {
    return bytes_.at(static_cast<std::size_t>(id));
  }

  // By id: may the token follow in this state? Special tokens may not. Tokens that begin alike are
  // read once, and where a beginning cannot follow, none of its tokens is looked at.
  std::vector<char> allowed(AnswerForm& form, int state) const;

 private:
  std::vector<std::string> bytes_;    // by id
  std::vector<std::int32_t> sorted_;  // ids of the tokens with bytes, by their bytes
  std::vector<std::size_t> common_;   // bytes that each of these has in common with the one before
};

}  // namespace quadrant
