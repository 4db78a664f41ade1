#include "strategies/remote/remote_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "strategies/remote/remote_model.h"

namespace quadrant {
namespace {

std::string key_from_environment() {
  const char* value = std::getenv("QUADRANT_API_KEY");
  const std::string key = value ? value : "";
  const auto is_plain = [](unsigned char c) { return c > ' ' && c < 127; };
  if (!std::all_of(key.begin(), key.end(), is_plain)) {
    throw Error("the key holds characters that no key has", "QUADRANT_API_KEY",
                "set it without spaces and line ends");
  }
  return key;
}

class Engine : public ModelEngine {
 public:
  Engine(const ServerSpec& spec, const RetryRule& rule)
      : spec_(spec), model_(spec, key_from_environment(), rule) {}
  RemoteModel& model() override { return model_; }
  // Weights that nobody here can see: known by their address alone.
  std::string base_hash() const override { return sha256_hex(remote_identity(spec_)); }
  void use_base() override {}
  void use_tuned(const std::filesystem::path&) override { refuse(); }
  Training train(const TrainingJob&, const std::function<bool(const TrainingStep&)>&) override {
    refuse();
  }

 private:
  [[noreturn]] void refuse() const {
    throw Error("a model behind a server cannot be tuned from here", spec_.url,
                "leave [tuning] out, or name a model file");
  }
  ServerSpec spec_;
  RemoteModel model_;
};

}  // namespace

RemoteEngine load_remote_engine(const ServerSpec& spec, bool scoring, const RetryRule& rule) {
  auto engine = std::make_unique<Engine>(spec, rule);
  RemoteEngine remote;
  engine->model().try_answering();
  remote.logprobs = engine->model().gives_logprobs();
  if (scoring) remote.cannot_score = engine->model().try_scoring();
  remote.usage = [model = &engine->model()] { return model->last_usage(); };
  remote.engine = std::move(engine);
  return remote;
}

std::string remote_identity(const ServerSpec& spec) {
  return fmt::format("server {}, model {}, {}", spec.url, spec.name, spec.api);
}

}  // namespace quadrant
