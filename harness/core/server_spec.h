// What an experiment says of a model behind an OpenAI-compatible server.
#pragma once

#include <string>

namespace quadrant {

struct ServerSpec {
  std::string url;               // "http://127.0.0.1:8000/v1"
  std::string name;              // the model's name there
  std::string api = "chat";      // "chat" | "completions"
  int context_window = 4096;     // tokens, prompt and answer together
  int concurrency = 4;           // questions under way at a time
  double timeout_seconds = 120;  // for one answer
};

inline bool is_url(const std::string& path) {
  return path.starts_with("http://") || path.starts_with("https://");
}

}  // namespace quadrant
