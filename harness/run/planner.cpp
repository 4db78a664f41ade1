#include "harness/run/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "harness/metrics/metric.h"
#include "harness/run/cell_spec.h"
#include "harness/run/leak_guard.h"
#include "harness/run/plan_filter.h"
#include "harness/run/predict.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

std::string with_seed(const std::string& label, const std::optional<std::uint64_t>& seed) {
  return seed ? fmt::format("{}, seed {}", label, *seed) : label;
}

class Planner {
 public:
  Planner(const Experiment& experiment, Workbench& bench, const Store* store,
          const PlanOptions& options)
      : bench_(bench), store_(store), speed_(known_speed(store)) {
    bench.engine->use_base();
    plan_.experiment = experiment;
    plan_.options = options;
    for (const Suite& suite : bench.suites) plan_.suite_names.push_back(suite.name);
    model_ = model_identity(experiment, bench);
    flops_per_token_ = bench.engine->model().flops_per_token();
  }

  Plan make() {
    check_filter(plan_.options, plan_.experiment, bench_.suites);
    // All base cells come first: they tell whether a training can help at all.
    const int suites = static_cast<int>(bench_.suites.size());
    for (int suite = 0; suite < suites; ++suite) add_suite(suite, /*tuned=*/false);
    for (int suite = 0; suite < suites; ++suite) add_suite(suite, /*tuned=*/true);
    if (plan_.cells.empty()) {
      throw Error(fmt::format("nothing can run. {}", fmt::join(plan_.obstacles, "; ")),
                  plan_.experiment.name, "see `quadrant plan`, and what --only leaves");
    }
    refuse_twins();
    return std::move(plan_);
  }

 private:
  void add_suite(int suite_index, bool tuned) {
    const Suite& suite = bench_.suites[static_cast<std::size_t>(suite_index)];
    if (!selected(plan_.options, "suite", suite.name)) return;
    if (!tuned) {
      check_metrics(suite.metrics, suite.output_type);
      refuse_leaks(suite, training_use(plan_.experiment));
      for (const Split split : {Split::kDev, Split::kTest}) {
        const auto items = planned_items(suite, plan_.options, split);
        check_parameters(suite.metrics, items);
        questions_[{suite_index, split}] = {quadrant::items_hash(items),
                                            static_cast<std::int64_t>(items.size())};
      }
      sizes_[suite_index] = measure(suite, bench_.engine->model());
    }
    const auto& tunings = plan_.experiment.tunings;
    for (std::size_t i = 0; i < tunings.size(); ++i) {
      const TuningSpec& tuning = tunings[i];
      if ((tuning.method != "base") != tuned) continue;
      if (!selected(plan_.options, "tuning", tuning.name)) continue;
      if (!asks(plan_.experiment, written_name(suite_index), tuning)) continue;
      if (tuned) {
        const Suite& teacher = bench_.suites[data_suite(suite_index, tuning)];
        const std::string obstacle = bench_.makers.tuning_obstacle(tuning, teacher);
        if (!obstacle.empty()) {
          add_obstacle(fmt::format("{}, {}: {}", suite.name, tuning.name, obstacle));
          continue;
        }
        if (&teacher != &suite) refuse_foreign_leaks(suite, teacher, tuning);
      }
      add_tuning(suite_index, static_cast<int>(i));
    }
  }

  const std::string& written_name(int suite) const {
    return plan_.experiment.suites[static_cast<std::size_t>(suite)];
  }

  // The suite that the tuning learns from when `suite` is asked.
  std::size_t data_suite(int suite, const TuningSpec& tuning) const {
    const std::vector<std::string>& names = plan_.experiment.suites;
    const auto named = std::find(names.begin(), names.end(), tuning.data);
    if (tuning.data.empty()) return static_cast<std::size_t>(suite);
    QUADRANT_CHECK(named != names.end());
    return static_cast<std::size_t>(named - names.begin());
  }

  // The training data of one suite may give away the questions of another one.
  static void refuse_foreign_leaks(const Suite& asked, const Suite& teacher,
                                   const TuningSpec& tuning) {
    Suite together = asked;
    together.name = fmt::format("{}, asked after training on {},", asked.name, teacher.name);
    together.train = teacher.train;
    together.corpus = teacher.corpus;
    refuse_leaks(together, training_use(tuning));
  }

  void add_tuning(int suite, int tuning_index) {
    const TuningSpec& tuning = tuning_of(tuning_index);
    if (!uses_seed(tuning)) return add_cells(suite, tuning_index, -1, {});
    const std::optional<int> chooser = tuning.trials > 1 ? choosing_context(suite, tuning) : -1;
    if (!chooser) {
      return add_obstacle(
          fmt::format("{}, {}: its learning rate is chosen on dev items, and none are asked here",
                      plan_.suite_names[static_cast<std::size_t>(suite)], tuning.name));
    }
    for (const std::uint64_t seed : plan_.experiment.seeds) {
      if (!selected(plan_.options, "seed", std::to_string(seed))) continue;
      const int training = tuning.trials > 1 ? add_search(suite, tuning_index, *chooser, seed)
                                             : add_training(suite, tuning_index, seed);
      add_cells(suite, tuning_index, training, seed);
    }
  }

  // The first context that the tuned models are asked in.
  std::optional<int> choosing_context(int suite, const TuningSpec& tuning) const {
    if (questions_.at({suite, Split::kDev}).count == 0) return {};
    for (std::size_t i = 0; i < plan_.experiment.contexts.size(); ++i) {
      const ContextSpec& context = plan_.experiment.contexts[i];
      if (context.kind != "optimised" && selected(plan_.options, "context", context.name) &&
          asks(plan_.experiment, written_name(suite), context, tuning) &&
          context_obstacle(suite, context).empty()) {
        return static_cast<int>(i);
      }
    }
    return {};
  }

  // Every learning rate is trained, and asked the dev items.
  int add_search(int suite, int tuning, int context, std::uint64_t seed) {
    PlannedTraining search;
    std::string asked;
    for (int trial = 0; trial < tuning_of(tuning).trials; ++trial) {
      const int training = add_training(suite, tuning, seed, trial);
      search.trials.push_back({training, plan_.cells.size()});
      add_cell(Split::kDev, suite, context, tuning, training, seed);
      asked += plan_.cells.back().hash;
    }
    search.hash = sha256_hex(asked);
    search.suite = static_cast<int>(data_suite(suite, tuning_of(tuning)));
    search.tuning = tuning;
    search.seed = seed;
    search.label = with_seed(tuning_of(tuning).name, seed);
    plan_.trainings.push_back(std::move(search));
    return static_cast<int>(plan_.trainings.size()) - 1;
  }

  int add_training(int suite, int tuning_index, std::uint64_t seed, int trial = -1) {
    const TuningSpec tuning =
        trial < 0 ? tuning_of(tuning_index) : rate_trial(tuning_of(tuning_index), trial);
    const TrainingData& data = training_data(suite, tuning_index);
    PlannedTraining training;
    training.spec = canonical_json(training_spec(model_, tuning, seed, data.hash));
    training.hash = sha256_hex(training.spec);
    for (std::size_t i = 0; i < plan_.trainings.size(); ++i) {  // two suites may teach the same
      if (plan_.trainings[i].hash == training.hash) return static_cast<int>(i);
    }
    training.suite = static_cast<int>(data_suite(suite, tuning));
    training.tuning = tuning_index;
    training.trial = trial;
    training.seed = seed;
    training.dataset_hash = data.hash;
    training.sequences = data.sequences;
    training.label = with_seed(tuning.name, seed);
    if (store_ && plan_.options.reuse) {
      for (const TrainingRow& row : store_->trainings(training.hash)) {
        if (row.state == "done" && !training.done) training.done = row.id;
      }
    }
    if (!training.done) {
      training.prediction = predict_training(data.tokens, tuning, flops_per_token_, speed_);
    }
    plan_.trainings.push_back(std::move(training));
    return static_cast<int>(plan_.trainings.size()) - 1;
  }

  // The cells of one tuned model (or of the base, training -1) on one suite, in the grid's order.
  void add_cells(int suite, int tuning, int training,
                 const std::optional<std::uint64_t>& training_seed) {
    for (const Split split : {Split::kDev, Split::kTest}) {
      if (questions_.at({suite, split}).count > 0) {
        add_cells_of(split, suite, tuning, training, training_seed);
      }
    }
  }

  void add_cells_of(Split split, int suite, int tuning, int training,
                    const std::optional<std::uint64_t>& training_seed) {
    for (std::size_t i = 0; i < plan_.experiment.contexts.size(); ++i) {
      const ContextSpec& context = plan_.experiment.contexts[i];
      if (!selected(plan_.options, "context", context.name)) continue;
      if (!asks(plan_.experiment, written_name(suite), context, tuning_of(tuning))) continue;
      if (const std::string obstacle = context_obstacle(suite, context); !obstacle.empty()) {
        add_obstacle(obstacle);
        continue;
      }
      if (context.kind == "optimised" && !search_is_planned(split, suite, i, tuning, training)) {
        add_obstacle(
            fmt::format("{}, {}: its prompt is chosen with the base model, which is not "
                        "asked here",
                        plan_.suite_names[static_cast<std::size_t>(suite)], context.name));
        continue;
      }
      if (training_seed || !uses_seed(context)) {
        add_cell(split, suite, static_cast<int>(i), tuning, training, training_seed);
        continue;
      }
      for (const std::uint64_t seed : plan_.experiment.seeds) {
        if (!selected(plan_.options, "seed", std::to_string(seed))) continue;
        add_cell(split, suite, static_cast<int>(i), tuning, training, seed);
      }
    }
  }

  // An optimised context needs its trials: all on the dev items, with the base model. What they
  // are decides which prompt the other cells show, and so is a part of their identity.
  bool search_is_planned(Split split, int suite, std::size_t context, int tuning, int training) {
    const std::pair<int, std::size_t> key{suite, context};
    if (training >= 0 || split == Split::kTest) return searches_.contains(key);
    std::string trials;
    for (int trial = 0; trial < plan_.experiment.contexts[context].trials; ++trial) {
      add_cell(split, suite, static_cast<int>(context), tuning, training, {}, trial);
      trials += plan_.cells.back().hash;
    }
    searches_[key] = sha256_hex(trials);
    return true;
  }

  void add_cell(Split split, int suite_index, int context_index, int tuning, int training,
                const std::optional<std::uint64_t>& seed, int trial = -1) {
    PlannedCell cell;
    cell.suite = suite_index;
    cell.context = context_index;
    cell.trial = trial;
    const Suite& suite = bench_.suites[static_cast<std::size_t>(suite_index)];
    const ContextSpec context = context_of(plan_.experiment, cell);
    const Questions& questions = questions_.at({suite_index, split});
    CellParts parts{suite, questions.hash, context, "", "", seed};
    if (needs_embedder(context)) parts.embedder_hash = bench_.embedder->hash();
    if (!context.rerank.empty()) parts.reranker_hash = bench_.rerankers.at(context.rerank)->hash();
    if (training >= 0) {
      parts.training_hash = plan_.trainings[static_cast<std::size_t>(training)].hash;
    }
    if (context.kind == "optimised" && trial < 0) {
      parts.search_hash = searches_.at({suite_index, static_cast<std::size_t>(context_index)});
    }
    cell.split = split;
    cell.spec = canonical_json(cell_spec(model_, plan_.experiment, parts));
    cell.hash = sha256_hex(cell.spec);
    cell.tuning = tuning;
    cell.seed = seed;
    cell.training = training;
    cell.expected = questions.count;
    cell.label = with_seed(fmt::format("{} + {}", context.name, plan_.tuning(cell).name), seed);
    if (split == Split::kDev) cell.label += " (dev)";
    if (store_ && plan_.options.reuse) {
      if (const auto attempt = store_->done_attempt(cell.hash)) cell.done = attempt->id;
    }
    if (!cell.done) {
      cell.prediction = predict_cell(sizes_.at(suite_index), suite, context, cell.expected,
                                     flops_per_token_, speed_);
      if (training >= 0) plan_.trainings[static_cast<std::size_t>(training)].needed = true;
    }
    plan_.cells.push_back(std::move(cell));
  }

  std::string context_obstacle(int suite_index, const ContextSpec& context) const {
    const Suite& suite = bench_.suites[static_cast<std::size_t>(suite_index)];
    std::string reason = bench_.makers.context_obstacle(context, suite);
    if (reason.empty() && needs_embedder(context) && !bench_.embedder) reason = "no embedder";
    if (suite.output_type == "loglikelihood_rolling" && context.kind != "zero_shot") {
      reason = "texts are scored whole, without a prompt";
    }
    return reason.empty() ? "" : fmt::format("{}, {}: {}", suite.name, context.name, reason);
  }

  void add_obstacle(const std::string& sentence) {  // once, however many cells it stops
    auto& known = plan_.obstacles;
    if (std::find(known.begin(), known.end(), sentence) == known.end()) known.push_back(sentence);
  }

  // Two names for one thing would be one cell in the store, and one of them missing in the report.
  void refuse_twins() const {
    std::map<std::string, std::string> seen;
    for (const PlannedCell& cell : plan_.cells) {
      const auto [other, is_new] = seen.emplace(cell.hash, cell.label);
      if (is_new) continue;
      throw Error(
          fmt::format("\"{}\" and \"{}\" ask for the same thing", other->second, cell.label),
          plan_.experiment.name, "drop one of them from the experiment");
    }
  }

  struct TrainingData {
    std::string hash;
    std::int64_t sequences = 0, tokens = 0;
  };
  const TrainingData& training_data(int asked, int tuning) {
    const std::size_t suite = data_suite(asked, tuning_of(tuning));
    const auto [entry, is_new] = training_data_.try_emplace({suite, tuning});
    if (is_new) {
      const Suite& used = bench_.suites[suite];
      const LanguageModel& model = bench_.engine->model();
      const auto sequences = bench_.makers.make_training_set(tuning_of(tuning), used, model);
      entry->second.hash = sequences_hash(sequences);
      if (tuning_of(tuning).early_stop) {
        entry->second.hash =
            sha256_hex(entry->second.hash +
                       sequences_hash(bench_.makers.make_dev_set(tuning_of(tuning), used, model)));
      }
      entry->second.sequences = static_cast<std::int64_t>(sequences.size());
      for (const auto& sequence : sequences) {
        entry->second.tokens += static_cast<std::int64_t>(sequence.ids.size());
      }
    }
    return entry->second;
  }

  const TuningSpec& tuning_of(int index) const {
    return plan_.experiment.tunings[static_cast<std::size_t>(index)];
  }

  Workbench& bench_;
  const Store* store_;
  Speed speed_;
  Plan plan_;
  nlohmann::json model_;
  double flops_per_token_ = 0;
  struct Questions {
    std::string hash;
    std::int64_t count = 0;
  };
  std::map<std::pair<int, Split>, Questions> questions_;  // by suite
  std::map<int, TokenSizes> sizes_;
  std::map<std::pair<int, std::size_t>, std::string> searches_;        // by suite and context
  std::map<std::pair<std::size_t, int>, TrainingData> training_data_;  // by suite and tuning
};

}  // namespace

Plan make_plan(const Experiment& experiment, Workbench& bench, const Store* store,
               const PlanOptions& options) {
  return Planner(experiment, bench, store, options).make();
}

}  // namespace quadrant
