#include "harness/config/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/config/experiment_reader.h"
#include "harness/config/toml.h"
#include "harness/core/error.h"
#include "harness/core/prompt_variant.h"

namespace quadrant {
namespace {

constexpr int kMost = 1'000'000;  // keeps products of two counts inside 64 bits

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int count(TomlReader& table, const char* key, int fallback) {
  return static_cast<int>(table.integer(key, fallback, 1, kMost));
}

void check_name(const TomlReader& table) {
  const auto fits = [](unsigned char c) {
    return (c < 128 && std::isalnum(c)) || c == '_' || c == '-';
  };
  if (!std::all_of(table.name().begin(), table.name().end(), fits) || table.name().empty()) {
    table.fail("", fmt::format("\"{}\" cannot be a name", table.name()),
               "use letters, digits, _ and -");
  }
}

// How passages are cut and searched.
void read_search(TomlReader& table, ContextSpec& spec) {
  spec.chunker =
      table.choice("chunker", {"sentences", "tokens", "recursive", "headings"}, spec.chunker);
  spec.chunk_overlap = static_cast<int>(
      table.integer("chunk_overlap", spec.chunk_overlap, 0, spec.chunk_tokens - 1));
  spec.fusion = table.choice("fusion", {"rrf", "convex"}, spec.fusion);
  spec.mmr_lambda = table.number("mmr_lambda", spec.mmr_lambda, {.most = 1});
  spec.drop_near_duplicates = table.boolean("drop_near_duplicates", spec.drop_near_duplicates);
  spec.rerank = table.text("rerank", spec.rerank);
  spec.index = table.text("index", spec.index);
  spec.nprobe = count(table, "nprobe", spec.nprobe);
  spec.ef_search = count(table, "ef_search", spec.ef_search);
}

ContextSpec read_context(TomlReader table) {
  check_name(table);
  ContextSpec spec;
  spec.name = table.name();
  spec.kind = table.choice(
      "kind", {"zero_shot", "few_shot", "dynamic_few_shot", "rag", "oracle", "distractor",
               "shuffled_index", "counterfactual", "constrained", "optimised"});
  const bool rag = retrieves_passages(spec), dynamic = spec.kind == "dynamic_few_shot";
  const bool shows_passages = rag || spec.kind == "oracle" || spec.kind == "counterfactual";
  const auto read = [&](bool fits, const char* key, int& value, const char* reason) {
    if (fits) {
      value = count(table, key, value);
    } else {
      table.refuse(key,
                   fmt::format("remove it, or change kind (now \"{}\"): {}", spec.kind, reason));
    }
  };
  read(rag || shows_examples(spec), "k", spec.k,
       "only few_shot and rag count examples or passages");
  read(rag, "chunk_tokens", spec.chunk_tokens, "only rag cuts documents into passages");
  read(shows_passages, "budget_tokens", spec.budget_tokens, "only rag and oracle show passages");
  if (spec.kind == "optimised") {
    spec.trials = static_cast<int>(table.integer("trials", spec.trials, 2, kMostTrials));
  } else {
    table.refuse("trials", fmt::format("remove it, or change kind (now \"{}\"): only optimised "
                                       "tries prompts",
                                       spec.kind));
  }
  if (rag || dynamic) {
    spec.retriever = table.choice("retriever", {"dense", "bm25", "hybrid"}, spec.retriever);
  } else {
    table.refuse("retriever", fmt::format("remove it, or change kind (now \"{}\"): only rag "
                                          "retrieves",
                                          spec.kind));
  }
  if (rag) read_search(table, spec);
  if (!rag) {
    for (const char* key : {"chunker", "chunk_overlap", "index", "nprobe", "ef_search", "fusion",
                            "mmr_lambda", "drop_near_duplicates", "rerank"}) {
      table.refuse(key, fmt::format("remove it, or change kind (now \"{}\"): only rag searches "
                                    "passages",
                                    spec.kind));
    }
  }
  table.finish();
  return spec;
}

std::vector<std::string> read_purposes(TomlReader& table) {
  const std::vector<std::string> known{"continued_pretraining", "domain_qa"};
  const std::vector<std::string> asked = table.texts("purpose");
  for (const std::string& purpose : asked) {
    if (std::find(known.begin(), known.end(), purpose) != known.end()) continue;
    const std::string near = nearest_name(purpose, known);
    table.fail("purpose", fmt::format("unknown purpose \"{}\"", purpose),
               (near.empty() ? "" : fmt::format("did you mean \"{}\"? ", near)) +
                   "use \"continued_pretraining\" (learn the documents) or \"domain_qa\" (learn "
                   "the question-answer lines), or both");
  }
  std::vector<std::string> ordered;  // one order, so that the same set has the same hash
  for (const std::string& purpose : known) {
    if (std::find(asked.begin(), asked.end(), purpose) != asked.end()) ordered.push_back(purpose);
  }
  return ordered;
}

// A name of the experiment's suites, as `key` of the table has it.
void check_suite(const TomlReader& table, const std::string& key, const std::string& name,
                 const std::vector<std::string>& suites) {
  if (has(suites, name)) return;
  const std::string near = nearest_name(name, suites);
  table.fail(key, fmt::format("`suites` does not name \"{}\"", name),
             near.empty() ? "add it to `suites`, or name one that is there"
                          : fmt::format("did you mean \"{}\"? Else add it to `suites`", near));
}

TuningSpec read_tuning(TomlReader table, const std::vector<std::string>& suites) {
  check_name(table);
  if (table.name() == "base") {
    table.fail("", "\"base\" is the untuned model and needs no table", "choose another name");
  }
  TuningSpec spec;
  spec.name = table.name();
  spec.method = table.choice("method", {"lora", "full"});
  spec.purpose = read_purposes(table);
  spec.data = table.text("data", spec.data);
  if (!spec.data.empty()) check_suite(table, "data", spec.data, suites);
  if (spec.method == "lora") {
    spec.rank = count(table, "rank", spec.rank);
    spec.alpha = table.number("alpha", spec.alpha, {.least = 0, .least_allowed = false});
    spec.dropout = table.number("dropout", spec.dropout, {.most = 1, .most_allowed = false});
  } else {
    for (const char* key : {"rank", "alpha", "dropout"}) {
      table.refuse(key, "remove it, or write method = \"lora\": full fine-tuning has no adapter");
    }
  }
  spec.learning_rate =
      table.number("learning_rate", spec.learning_rate, {.least_allowed = false, .most = 1});
  spec.epochs = count(table, "epochs", spec.epochs);
  spec.batch_size = count(table, "batch_size", spec.batch_size);
  spec.warmup_ratio =
      table.number("warmup_ratio", spec.warmup_ratio, {.most = 1, .most_allowed = false});
  spec.lr_scheduler_type =
      table.choice("lr_scheduler_type", {"constant", "linear", "cosine"}, spec.lr_scheduler_type);
  spec.weight_decay = table.number("weight_decay", spec.weight_decay, {.most = 1});
  spec.max_grad_norm = table.number("max_grad_norm", spec.max_grad_norm, {});
  table.finish();
  return spec;
}

ModelSpec read_model(TomlReader& top) {
  auto table = top.table("model");
  if (!table) {
    top.fail("model", "there is no [model] table",
             "add [model] and path = \"smollm2-135m-instruct\", a .gguf file or a model folder");
  }
  ModelSpec spec;
  spec.path = table->text("path");
  if (table->has("chat_template")) spec.chat_template = table->text("chat_template");
  spec.device = table->choice("device", {"cpu", "cuda"}, spec.device);
  spec.dtype = table->choice("dtype", {"float32", "bfloat16"}, spec.dtype);
  spec.tf32 = table->boolean("tf32", spec.tf32);
  table->finish();
  return spec;
}

// The named specs in the grid's order; all of them, in the file's order, when the grid names none.
template <class Spec>
std::vector<Spec> choose(std::optional<TomlReader>& grid, const char* key,
                         const std::vector<Spec>& defined) {
  if (!grid) return defined;
  std::vector<std::string> names;
  for (const Spec& spec : defined) names.push_back(spec.name);
  std::vector<Spec> chosen;
  const std::vector<std::string> wanted = grid->texts(key, names);
  if (wanted.empty()) {
    grid->fail(key, fmt::format("`grid.{}` is an empty list", key), "name at least one");
  }
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const std::string near = nearest_name(name, names);
      grid->fail(key, fmt::format("there is no [{}.{}]", key, name),
                 near.empty()
                     ? fmt::format("add the table, or name one of: {}", fmt::join(names, ", "))
                     : fmt::format("did you mean \"{}\"? Else add the table", near));
    }
    chosen.push_back(defined[static_cast<std::size_t>(found - names.begin())]);
  }
  return chosen;
}

void read_grid(TomlReader& top, Experiment& experiment) {
  std::vector<ContextSpec> contexts;
  for (const TomlReader& table : top.tables("context")) contexts.push_back(read_context(table));
  if (contexts.empty()) {
    top.fail("context", "no context is defined",
             "add a table, such as [context.none] with kind = \"zero_shot\"");
  }
  TuningSpec base;
  base.name = "base";
  std::vector<TuningSpec> tunings{base};
  for (const TomlReader& table : top.tables("tuning")) {
    tunings.push_back(read_tuning(table, experiment.suites));
  }

  auto grid = top.table("grid");
  experiment.contexts = choose(grid, "context", contexts);
  experiment.tunings = choose(grid, "tuning", tunings);
  if (grid) grid->finish();
}

// Names of the grid; none: all of it.
template <class Spec>
std::vector<std::string> some_of(TomlReader& table, const char* key,
                                 const std::vector<Spec>& grid) {
  std::vector<std::string> known;
  for (const Spec& spec : grid) known.push_back(spec.name);
  const std::vector<std::string> chosen = table.texts(key, {});
  for (const std::string& name : chosen) {
    if (has(known, name)) continue;
    const std::string near = nearest_name(name, known);
    table.fail(key, fmt::format("the grid has no {} \"{}\"", key, name),
               near.empty() ? fmt::format("it has {}", fmt::join(known, ", "))
                            : fmt::format("did you mean \"{}\"?", near));
  }
  return chosen;
}

void read_suite_grids(TomlReader& top, Experiment& experiment) {
  for (TomlReader& table : top.tables("suite")) {
    check_suite(table, "", table.name(), experiment.suites);
    experiment.suite_grids.push_back({table.name(), some_of(table, "context", experiment.contexts),
                                      some_of(table, "tuning", experiment.tunings),
                                      some_of(table, "alone", experiment.tunings)});
    table.finish();
  }
}

const SuiteGrid* grid_of(const Experiment& experiment, const std::string& suite) {
  for (const SuiteGrid& grid : experiment.suite_grids) {
    if (grid.suite == suite) return &grid;
  }
  return nullptr;
}

std::vector<std::uint64_t> read_seeds(TomlReader& top) {
  std::vector<std::uint64_t> seeds;
  for (const std::int64_t seed : top.integers("seeds", {0})) {
    if (seed < 0) top.fail("seeds", fmt::format("seed {} is below 0", seed), "use 0, 1, 2, ...");
    seeds.push_back(static_cast<std::uint64_t>(seed));
  }
  return seeds;
}

}  // namespace

Experiment read_experiment(const TomlValue& root) {
  TomlReader top(root, "");
  Experiment experiment;
  experiment.name = top.text("name");
  experiment.suites = top.texts("suites");
  experiment.seeds = read_seeds(top);
  experiment.batch_size = count(top, "batch_size", experiment.batch_size);
  experiment.deterministic = top.boolean("deterministic", experiment.deterministic);
  experiment.margin = top.number("margin", experiment.margin, {.least_allowed = false});
  experiment.model = read_model(top);
  if (auto embedder = top.table("embedder")) {
    experiment.embedder = embedder->text("path");
    embedder->finish();
  }
  read_grid(top, experiment);
  read_suite_grids(top, experiment);
  top.finish();
  return experiment;
}

bool asks(const Experiment& experiment, const std::string& suite, const TuningSpec& tuning) {
  const SuiteGrid* grid = grid_of(experiment, suite);
  return !grid || grid->tunings.empty() || has(grid->tunings, tuning.name) ||
         has(grid->alone, tuning.name);
}

bool asks(const Experiment& experiment, const std::string& suite, const ContextSpec& context,
          const TuningSpec& tuning) {
  const SuiteGrid* grid = grid_of(experiment, suite);
  if (!grid) return true;
  const bool alone = has(grid->alone, tuning.name);
  return asks(experiment, suite, tuning) && (!alone || context.kind == "zero_shot") &&
         (grid->contexts.empty() || has(grid->contexts, context.name));
}

Experiment parse_experiment(const std::string& text, const std::string& origin,
                            const std::vector<std::string>& overrides) {
  TomlValue root = parse_toml(text, origin);
  for (const std::string& assignment : overrides) override_toml(root, assignment);
  return read_experiment(root);
}

}  // namespace quadrant
