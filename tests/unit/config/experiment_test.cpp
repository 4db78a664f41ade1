// What a good experiment file gives: defaults, order, overrides, the round trip.
#include "harness/config/experiment.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"
#include "harness/core/rng.h"

using namespace quadrant;

namespace {

const char* kSmall = R"(
name = "x"
suites = ["company_qa"]
[model]
path = "m"
[context.zoo]
kind = "zero_shot"
[context.ask]
kind = "few_shot"
[tuning.z]
method = "full"
purpose = ["domain_qa", "continued_pretraining"]
[tuning.a]
method = "lora"
purpose = ["domain_qa"]
)";

std::vector<std::string> names(const auto& specs) {
  std::vector<std::string> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

std::string pick(Rng& rng, const std::vector<std::string>& from) {
  return from[rng.below(from.size())];
}

double positive(Rng& rng) { return std::exp(-8 * rng.uniform()); }  // in (0, 1]

std::string random_context(Rng& rng, const std::string& name) {
  const std::string kind = pick(rng, {"zero_shot", "few_shot", "rag", "oracle", "distractor",
                                      "dynamic_few_shot", "counterfactual"});
  std::string text = "[context." + name + "]\nkind = \"" + kind + "\"\n";
  const auto number = [&] { return std::to_string(1 + rng.below(900)); };
  const bool rag = kind == "rag" || kind == "distractor";
  if (rag || kind.ends_with("few_shot")) text += "k = " + number() + "\n";
  if (rag) {
    text += "chunk_tokens = " + number() + "\n";
    text += "chunker = \"" + pick(rng, {"sentences", "tokens", "headings"}) + "\"\n";
    text += "retriever = \"" + pick(rng, {"dense", "bm25", "hybrid"}) + "\"\n";
    if (rng.below(2)) text += "index = \"HNSW32\"\nef_search = " + number() + "\n";
    if (rng.below(2)) text += "mmr_lambda = 0.5\ndrop_near_duplicates = true\nrerank = \"ce\"\n";
    if (rng.below(2)) text += "fusion = \"convex\"\n";
  }
  if (kind == "oracle" || kind == "counterfactual" || rag)
    text += "budget_tokens = " + number() + "\npassage_order = \"best_last\"\n";
  return text;
}

std::string random_tuning(Rng& rng, const std::string& name) {
  const bool lora = rng.below(2) == 1;
  std::string text = "[tuning." + name + "]\nmethod = " + (lora ? "\"lora\"" : "\"full\"") + "\n";
  text += pick(rng, {"purpose = [\"domain_qa\"]\n", "purpose = [\"continued_pretraining\"]\n",
                     "purpose = [\"domain_qa\", \"continued_pretraining\"]\n",
                     "purpose = [\"sham\", \"format_only\"]\nreplay = \"f\"\nreplay_share = 0.3\n",
                     "purpose = [\"reading\"]\ndistractors = 5\ngold_share = 0.5\n"});
  const auto real = [&](const char* key) {
    text += std::string(key) + " = " + nlohmann::json(positive(rng) * 0.999).dump() + "\n";
  };
  for (const char* key : {"learning_rate", "warmup_ratio", "weight_decay", "max_grad_norm"}) {
    if (rng.below(2)) real(key);
  }
  if (lora) real("alpha"), real("dropout");
  if (lora && rng.below(2)) {
    text += pick(
        rng, {"target_modules = \"all-linear\"\n", "target_modules = [\"v_proj\", \"q_proj\"]\n"});
    text += "early_stop = true\nuse_rslora = true\nuse_dora = true\nloraplus_lr_ratio = 16\n";
  }
  if (rng.below(2)) text += "trials = 3\ngradient_checkpointing = true\n";
  if (rng.below(2)) text += "epochs = " + std::to_string(1 + rng.below(99)) + "\n";
  if (rng.below(2)) text += "data = \"a\"\n";
  return text + "lr_scheduler_type = \"" + pick(rng, schedule_names()) + "\"\n";
}

std::string random_experiment(std::uint64_t seed) {
  Rng rng(seed);
  std::string text =
      "name = \"한글 \\\"" + std::to_string(seed) + "\\\"\"\nsuites = [\"b\", \"a\"]\n";
  text += "seeds = [" + std::to_string(rng.next() >> 1) + ", 0]\n";
  text += "margin = " + nlohmann::json(positive(rng)).dump() + "\n";
  text += std::string("deterministic = ") + (rng.below(2) ? "true" : "false") + "\n";
  text += "[model]\npath = \"m\"\ndevice = \"" + pick(rng, {"cpu", "cuda"}) + "\"\n";
  for (const char* name : {"z", "a", "m"}) text += random_context(rng, name);
  for (const char* name : {"y", "b"}) text += random_tuning(rng, name);
  if (rng.below(2)) {
    text += "[grid]\n";
    if (rng.below(2)) text += "context = [\"m\", \"z\"]\n";
    if (rng.below(2)) text += "tuning = [\"y\", \"base\"]\n";
  }
  if (rng.below(2)) text += "[suite.a]\ncontext = [\"z\"]\ntuning = [\"y\"]\n";
  if (rng.below(2)) text += "[suite.b]\ntuning = [\"base\"]\nalone = [\"base\"]\n";
  return text;
}

}  // namespace

TEST_CASE("without a grid: everything, in the order of the file, base first") {
  const Experiment experiment = parse_experiment(kSmall, "f.toml");
  CHECK(names(experiment.contexts) == std::vector<std::string>{"zoo", "ask"});
  CHECK(names(experiment.tunings) == std::vector<std::string>{"base", "z", "a"});
  CHECK(experiment.seeds == std::vector<std::uint64_t>{0});
  CHECK(experiment.embedder == "all-minilm-l6-v2");
  CHECK(experiment.model.chat_template == "model");
  CHECK(experiment.contexts[1].k == 4);
}

TEST_CASE("the grid chooses and orders; purposes have one order") {
  const Experiment experiment = parse_experiment(
      std::string(kSmall) + "[grid]\ncontext = [\"ask\"]\ntuning = [\"a\", \"base\"]\n", "f.toml");
  CHECK(names(experiment.contexts) == std::vector<std::string>{"ask"});
  CHECK(names(experiment.tunings) == std::vector<std::string>{"a", "base"});
  CHECK(parse_experiment(kSmall, "f").tunings[1].purpose ==
        std::vector<std::string>{"continued_pretraining", "domain_qa"});
}

TEST_CASE("other names of a purpose are the same tuning") {
  const auto purpose = [](const std::string& list) {
    return parse_experiment(kSmall, "f.toml", {"tuning.a.purpose=" + list}).tunings[2].purpose;
  };
  using Names = std::vector<std::string>;
  for (const char* name : {"instruction", "refusal", "style"}) {
    CHECK(purpose("[\"" + std::string(name) + "\"]") == Names{"domain_qa"});
  }
  CHECK(purpose("[\"sham\", \"reading\", \"style\"]") == Names{"domain_qa", "reading", "sham"});
}

TEST_CASE("keys of tunings that are at their defaults change no hash") {
  const auto tunings = parse_experiment(kSmall, "f.toml").tunings;
  CHECK(canonical_json(describe(tunings[2])) ==
        R"({"alpha":32.0,"batch_size":16,"dropout":0.0,"epochs":8,"learning_rate":0.0001,)"
        R"("lr_scheduler_type":"linear","max_grad_norm":1.0,"method":"lora",)"
        R"("purpose":["domain_qa"],"rank":16,"warmup_ratio":0.05,"weight_decay":0.0})");
  const std::vector<std::string> defaults{"tuning.a.target_modules=all-linear",
                                          "tuning.a.use_dora=false",
                                          "tuning.a.loraplus_lr_ratio=1"};
  CHECK(describe(parse_experiment(kSmall, "f.toml", defaults).tunings[2]) == describe(tunings[2]));
}

TEST_CASE("target_modules have one order; all of them are all-linear") {
  const auto targets = [](const std::string& list) {
    return parse_experiment(kSmall, "f.toml", {"tuning.a.target_modules=" + list})
        .tunings[2]
        .target_modules;
  };
  CHECK(targets("[\"down_proj\", \"q_proj\"]") == std::vector<std::string>{"q_proj", "down_proj"});
  CHECK(targets("v_proj") == std::vector<std::string>{"v_proj"});
  CHECK(targets(nlohmann::json(linear_layer_names()).dump()).empty());
}

TEST_CASE("a suite may be asked a part of the grid") {
  const Experiment experiment =
      parse_experiment(std::string(kSmall) + "[suite.two]\ncontext = [\"ask\"]\nalone = [\"z\"]\n" +
                           "[suite.three]\ntuning = [\"base\"]\nalone = [\"a\"]\n",
                       "f.toml", {"suites=[\"one\", \"two\", \"three\"]"});
  const ContextSpec &zoo = experiment.contexts[0], &shots = experiment.contexts[1];
  const TuningSpec &base = experiment.tunings[0], &full = experiment.tunings[1];
  CHECK(asks(experiment, "one", zoo, full));
  CHECK_FALSE(asks(experiment, "two", zoo, base));
  CHECK(asks(experiment, "two", shots, base));
  CHECK_FALSE(asks(experiment, "two", shots, full));
  CHECK_FALSE(asks(experiment, "three", full));
  CHECK(asks(experiment, "three", zoo, experiment.tunings[2]));
  CHECK_FALSE(asks(experiment, "three", shots, experiment.tunings[2]));
}

TEST_CASE("overrides: typed values, plain texts, new tables") {
  const Experiment experiment = parse_experiment(
      kSmall, "f.toml",
      {"tuning.a.rank=4", "tuning.a.learning_rate=0.5", "model.path=dir/x.gguf", "seeds=[3, 1]",
       "grid.context=[\"zoo\"]", "embedder.path=\"e\"", "name=a = b", "deterministic=false"});
  CHECK(experiment.tunings[2].rank == 4);
  CHECK(experiment.tunings[2].learning_rate == 0.5);
  CHECK(experiment.model.path == "dir/x.gguf");
  CHECK(experiment.seeds == std::vector<std::uint64_t>{3, 1});
  CHECK(names(experiment.contexts) == std::vector<std::string>{"zoo"});
  CHECK(experiment.embedder == "e");
  CHECK(experiment.name == "a = b");
  CHECK(!experiment.deterministic);
}

TEST_CASE("CRLF, a byte order mark and Hangul are fine") {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : std::string(kSmall))
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  text.replace(text.find("\"x\""), 3, "\"비교\"");
  CHECK(parse_experiment(text, "f.toml").name == "비교");
}

TEST_CASE("resolved and parse_resolved are inverse, through bytes") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string text = random_experiment(seed);
    CAPTURE(text);
    const Experiment experiment = parse_experiment(text, "f.toml");
    const std::string bytes = canonical_json(resolved(experiment));
    const Experiment again = parse_resolved(nlohmann::json::parse(bytes));
    CHECK(canonical_json(resolved(again)) == bytes);
    CHECK(names(again.contexts) == names(experiment.contexts));
    CHECK(names(again.tunings) == names(experiment.tunings));
    CHECK(again.seeds == experiment.seeds);
    CHECK(again.margin == experiment.margin);
    for (std::size_t i = 0; i < again.tunings.size(); ++i) {
      CHECK(again.tunings[i].learning_rate == experiment.tunings[i].learning_rate);
      CHECK(describe(again.tunings[i]) == describe(experiment.tunings[i]));
    }
  }
}

TEST_CASE("a damaged stored experiment is refused") {
  CHECK_THROWS_AS(parse_resolved(nlohmann::json::array()), Error);
  nlohmann::json stored = resolved(parse_experiment(kSmall, "f.toml"));
  stored["extra"] = 1;
  CHECK_THROWS_AS(parse_resolved(stored), Error);
  stored.erase("extra");
  stored["margin"] = nullptr;
  CHECK_THROWS_AS(parse_resolved(stored), Error);
}

TEST_CASE("the experiments that come with the program are good") {
  const std::filesystem::path folder =
      std::filesystem::path(QUADRANT_SOURCE_DIR) / "harness/experiments";
  const auto load = [&](const char* name) {
    return parse_experiment(read_text(folder / name), name);
  };
  const Experiment quickstart = load("quickstart.toml");
  CHECK(names(quickstart.contexts) == std::vector<std::string>{"none", "shots", "rag", "oracle"});
  CHECK(names(quickstart.tunings) == std::vector<std::string>{"base", "lora", "full"});
  const Experiment primer = load("primer.toml");
  CHECK(primer.suite_grids.size() == primer.suites.size());
  const Experiment exposures = load("exposures.toml");
  CHECK(exposures.tunings.size() == 1 + 2 * 3 * 4);  // base; techniques, purposes, doses
  const Experiment smoke = load("smoke.toml");
  CHECK(smoke.suites == std::vector<std::string>{"company_qa_smoke"});
  CHECK(smoke.tunings[1].epochs == 1);
}
