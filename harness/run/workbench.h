// What a run works with: the loaded model, suites and files, and the makers of prompts and
// training sets.
//
// Goals: the runner knows interfaces only, so that it builds and is tested without torch.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/config/experiment.h"
#include "harness/core/interfaces.h"
#include "harness/core/usage.h"
#include "harness/store/rows.h"
#include "strategies/context/context.h"

namespace quadrant {

// The functions of strategies/context and strategies/tuning, or a test's own.
struct Makers {
  std::function<std::string(const ContextSpec&, const Suite&)> context_obstacle;
  std::function<std::unique_ptr<Context>(const ContextSpec&, const ContextEnvironment&)>
      make_context;
  std::function<std::string(const TuningSpec&, const Suite&)> tuning_obstacle;
  std::function<std::vector<TrainingSequence>(const TuningSpec&, const Suite&,
                                              const LanguageModel&)>
      make_training_set, make_dev_set;
};

struct NamedFile {
  std::string name;  // as messages call it: "model file smollm2.gguf"
  std::filesystem::path path;
};

struct Workbench {
  std::unique_ptr<ModelEngine> engine;
  std::unique_ptr<Embedder> embedder;                            // null when no context needs one
  std::map<std::string, std::unique_ptr<PairScorer>> rerankers;  // by ContextSpec::rerank
  DeviceSearchMaker device_search;  // of exact searches; none without a GPU
  std::vector<Suite> suites;        // in the order of Experiment::suites
  std::vector<NamedFile> files;     // of model, template and embedder; hashed as inputs
  Makers makers;
  // What decides the numbers apart from the inputs (library, device, kernels); part of every
  // cell's identity, so that results of another engine are never taken for this one's.
  std::string engine_id;
  std::vector<std::string> notes;  // what a person should know before the numbers
  // Of the answers just generated, by a model whose own tokens are not known here; else none.
  std::function<std::vector<std::optional<Usage>>()> usage;
  // Of a run; asked for when it begins, with the base model loaded: a plan needs none, and part of
  // it is measured.
  std::function<EnvironmentRow()> environment;
};

using WorkbenchLoader = std::function<Workbench(const Experiment&)>;

}  // namespace quadrant
