// Golden files as JSON, and the base model, loaded once for all tests.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "strategies/lm/loader.h"

namespace quadrant {

inline nlohmann::json golden(const std::string& name) {
  return nlohmann::json::parse(read_text(QUADRANT_SOURCE_DIR "/tests/golden/" + name));
}

inline DecoderModel& smollm2() {
  static DecoderModel model(load_model({"smollm2-135m-instruct"}));
  return model;
}

}  // namespace quadrant
