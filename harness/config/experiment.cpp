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

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

int count(TomlReader& table, const char* key, int fallback) {
  constexpr int kMost = 1'000'000;
  return static_cast<int>(table.integer(key, fallback, 1, kMost));
}

void check_suite(const TomlReader& table, const std::string& key, const std::string& name,
                 const std::vector<std::string>& suites) {
  if (has(suites, name)) return;
  const std::string near = nearest_name(name, suites);
  table.fail(key, fmt::format("`suites` does not name \"{}\"", name),
             near.empty() ? "add it to `suites`, or name one that is there"
                          : fmt::format("did you mean \"{}\"? Else add it to `suites`", near));
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

namespace {

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
  if (shows_passages) {
    spec.passage_order =
        table.choice("passage_order", {"rotated", "best_first", "best_last"}, spec.passage_order);
  } else {
    table.refuse("passage_order",
                 fmt::format("remove it, or change kind (now \"{}\"): only rag and "
                             "oracle show passages",
                             spec.kind));
  }
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

ServerSpec read_server(TomlReader& table, const ModelSpec& model) {
  if (model.path.find_first_of("@?# ") != std::string::npos) {
    table.fail(
        "path", "the URL holds more than scheme, host, port and path",
        "write it like \"http://127.0.0.1:8000/v1\"; a key goes into the environment variable "
        "QUADRANT_API_KEY");
  }
  ServerSpec spec;
  spec.url = model.path;
  while (spec.url.ends_with('/')) spec.url.pop_back();
  spec.name = table.text("served_name");
  spec.api = table.choice("api", {"chat", "completions"}, spec.api);
  // A chat's form is the server's; a plain prompt has ours, which is none.
  const bool chat = spec.api == "chat";
  if (model.chat_template != "none" && (!chat || model.chat_template != "model")) {
    table.fail("chat_template", "the server's own template cannot be replaced or used here",
               "write api = \"chat\" without chat_template, or api = \"completions\" with "
               "chat_template = \"none\"");
  }
  if (chat && model.chat_template == "none") {
    table.fail("chat_template", "a chat has the server's template",
               "leave it out, or write api = \"completions\"");
  }
  spec.context_window = count(table, "context_window", spec.context_window);
  spec.concurrency = static_cast<int>(table.integer("concurrency", spec.concurrency, 1, 64));
  spec.timeout_seconds =
      table.number("timeout_seconds", spec.timeout_seconds, {.least_allowed = false, .most = 3600});
  for (const char* key : {"device", "dtype", "tf32"}) {
    table.refuse(key, "remove it: the model runs where the server is");
  }
  return spec;
}

void read_model(TomlReader& top, Experiment& experiment) {
  auto table = top.table("model");
  if (!table) {
    top.fail("model", "there is no [model] table",
             "add [model] and path = \"smollm2-135m-instruct\", a .gguf file or a model folder");
  }
  ModelSpec& spec = experiment.model;
  spec.path = table->text("path");
  if (table->has("chat_template")) spec.chat_template = table->text("chat_template");
  if (is_url(spec.path)) {
    experiment.server = read_server(*table, spec);
  } else {
    spec.device = table->choice("device", {"cpu", "cuda"}, spec.device);
    spec.dtype = table->choice("dtype", {"float32", "bfloat16"}, spec.dtype);
    spec.tf32 = table->boolean("tf32", spec.tf32);
    for (const char* key :
         {"served_name", "api", "context_window", "concurrency", "timeout_seconds"}) {
      table->refuse(key, "remove it, or write the URL of a server as path");
    }
  }
  table->finish();
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
  read_model(top, experiment);
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
