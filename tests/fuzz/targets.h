// What the fuzzers run on any bytes, and the unit tests on what they have found: each reader either
// uses them or says with an Error what is wrong. Anything else is a finding.
#pragma once

#include <string_view>
#include <vector>

namespace quadrant::fuzz {

struct Target {
  const char* name;  // of the folder in tests/fuzz/findings, too
  void (*run)(std::string_view bytes);
};
const std::vector<Target>& targets();  // gguf, safetensors, tokenizer_json, ...

}  // namespace quadrant::fuzz
