#include "harness/config/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/config/experiment_reader.h"
#include "harness/config/toml.h"
#include "harness/core/error.h"

namespace quadrant {

int count(TomlReader& table, const char* key, int fallback) {
  constexpr int kMost = 1'000'000;
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
  spec.kind = table.choice("kind", {"zero_shot", "few_shot", "dynamic_few_shot", "rag", "oracle",
                                    "distractor", "shuffled_index", "counterfactual"});
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
  read(rag || dynamic || spec.kind == "few_shot", "k", spec.k,
       "only few_shot and rag count examples or passages");
  read(rag, "chunk_tokens", spec.chunk_tokens, "only rag cuts documents into passages");
  read(shows_passages, "budget_tokens", spec.budget_tokens, "only rag and oracle show passages");
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
  for (const TomlReader& table : top.tables("tuning")) tunings.push_back(read_tuning(table));

  auto grid = top.table("grid");
  experiment.contexts = choose(grid, "context", contexts);
  experiment.tunings = choose(grid, "tuning", tunings);
  if (grid) grid->finish();
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
  top.finish();
  return experiment;
}

Experiment parse_experiment(const std::string& text, const std::string& origin,
                            const std::vector<std::string>& overrides) {
  TomlValue root = parse_toml(text, origin);
  for (const std::string& assignment : overrides) override_toml(root, assignment);
  return read_experiment(root);
}

}  // namespace quadrant
