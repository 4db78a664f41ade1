// Golden files as JSON, their training sequences, the base model, loaded once for all tests, and a
// folder to write to.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "strategies/lm/loader.h"

namespace quadrant {

inline nlohmann::json golden(const std::string& name) {
  return nlohmann::json::parse(read_text(QUADRANT_SOURCE_DIR "/tests/golden/" + name));
}

inline TrainingSequence sequence_of(const nlohmann::json& json) {
  TrainingSequence sequence{json["ids"].get<TokenIds>(), {}};
  sequence.learn.assign(sequence.ids.size(), false);
  for (std::size_t i = json["learn_from"]; i < sequence.ids.size(); ++i) sequence.learn[i] = true;
  return sequence;
}

// An empty folder of this process's own, removed at the end.
struct ScratchFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("quadrant_engine_" + std::to_string(getpid()));
  ScratchFolder() { std::filesystem::remove_all(path), std::filesystem::create_directories(path); }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
};

inline DecoderModel& smollm2() {
  static DecoderModel model(load_model({"smollm2-135m-instruct"}));
  return model;
}

}  // namespace quadrant
