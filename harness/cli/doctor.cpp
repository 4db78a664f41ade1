// quadrant doctor: what is installed, whether it works, and whether a store is whole.
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/store/bundle.h"
#include "harness/store/faults.h"
#include "harness/store/store.h"
#include "retrieval/dense.h"
#include "strategies/engine.h"

namespace quadrant {
namespace {

constexpr char kModel[] = "smollm2-135m-instruct", kEmbedder[] = "all-minilm-l6-v2";

// Runs one check; a failure is printed and counted, and the next check goes on.
class Checks {
 public:
  void check(const std::string& name, const std::function<std::string()>& work) {
    try {
      fmt::print("ok    {}: {}\n", name, work());
    } catch (const std::exception& error) {
      fmt::print("FAIL  {}: {}\n", name, error.what());
      ++failures_;
    }
  }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

std::string answer_of_model() {
  const auto engine = load_engine({kModel, "model", "cpu"}, /*deterministic=*/true);
  LanguageModel& model = engine->model();
  const std::vector<Message> question{{"user", "What is the capital of France?"}};
  const TokenIds prompt = model.tokenizer().encode(model.chat_template().render(question, true));
  return model.generate(std::span(&prompt, 1), {.max_new_tokens = 8, .stop = {"\n"}})[0].text;
}

// Everything in it has the hash that it is known by, and refers to what is there.
std::string integrity_of(const std::string& file) {
  const Store store(file);
  auto faults = find_faults(store.database());
  if (!is_bundle(store.database())) {
    for (std::string& fault : find_artifact_faults(store)) faults.push_back(std::move(fault));
  }
  if (faults.empty()) return fmt::format("{} runs, all as their hashes say", store.runs().size());
  throw Error(fmt::format("{}", fmt::join(faults, "\n      ")), file,
              "go on from a copy of it, or run the experiment into a new store; a training whose "
              "files are gone is done again when it is needed");
}

int diagnose(const std::string& store) {
  Checks checks;
  checks.check("libraries", [] {
    std::string text = "faiss " + faiss_version();
    for (const auto& [name, value] : engine_facts()) text += fmt::format(", {} {}", name, value);
    return text;
  });
  checks.check("language model", answer_of_model);
  checks.check("embedder", [] {
    const std::vector<std::string> texts{"hello"};
    const auto embedder = load_embedder(kEmbedder);
    return fmt::format("{} numbers a text", embedder->embed(texts).size());
  });
  if (std::filesystem::exists(store)) {
    checks.check("store " + store, [&] { return integrity_of(store); });
  } else {
    fmt::print("--    store {}: none yet\n", store);
  }
  return checks.failures() == 0 ? kOk : kUserError;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("doctor", "check libraries, models and the store");
  auto store = std::make_shared<std::string>();
  add_store_option(*verb, *store);
  verb->callback([&action, store] { action = [store] { return diagnose(*store); }; });
}

}  // namespace quadrant
