#include "tests/unit/run/fakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/rng.h"
#include "harness/core/sha256.h"

namespace quadrant::test {
namespace {

namespace fs = std::filesystem;

class ByteTokenizer : public Tokenizer {
 public:
  explicit ByteTokenizer(const Script& script) : script_(script) {}
  TokenIds encode(const MarkedText& text) const override {
    TokenIds ids;
    for (const unsigned char byte : text.text) ids.push_back(byte);
    return ids;
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (const std::int32_t id : ids) text += static_cast<char>(id);
    return text;
  }
  std::string hash() const override { return sha256_hex(script_.tokenizer); }
  std::optional<std::int32_t> end_of_text() const override { return 0; }

 private:
  const Script& script_;
};

class PlainTemplate : public ChatTemplate {
 public:
  MarkedText render(std::span<const Message> messages, bool) const override {
    MarkedText text;
    for (const Message& message : messages) text.text += message.content + "\n";
    return text;
  }
  std::string hash() const override { return sha256_hex("plain"); }
};

double fraction(const std::string& text) {  // in [0, 1), from the text alone
  return static_cast<double>(Rng(7, text).next() >> 11) * 0x1p-53;
}

// Knows an answer when it is in the prompt ("fact: ...") or was learnt.
class ScriptedModel : public LanguageModel {
 public:
  explicit ScriptedModel(Script& script) : script_(script), tokenizer_(script) {}
  const Tokenizer& tokenizer() const override { return tokenizer_; }
  const ChatTemplate& chat_template() const override { return template_; }
  int context_window() const override { return 2048; }
  double flops_per_token() const override { return 10; }

  std::vector<Generation> generate(std::span<const TokenIds> prompts, const Decoding&) override {
    script_.before_batch();
    double together = 0;
    for (const TokenIds& prompt : prompts) together += static_cast<double>(prompt.size());
    std::vector<Generation> answers;
    for (const TokenIds& prompt : prompts) {
      const std::string text = tokenizer_.decode(prompt);
      Generation answer;
      answer.text = answer_to(text);
      answer.ids = tokenizer_.encode_plain(answer.text);
      answer.stop = StopReason::kEos;
      answer.logprob = -fraction(text + learnt) - together * 1e-9;
      script_.after_answer(answer);
      answers.push_back(std::move(answer));
    }
    ++script_.batches;
    return answers;
  }
  // The answer that it would give is likely, behind its question, and everything else is not.
  std::vector<TokenScores> score(std::span<const ScoreRequest> requests) override {
    script_.before_batch();
    double together = 0;
    for (const ScoreRequest& request : requests) together += static_cast<double>(request.first);
    std::vector<TokenScores> scores;
    for (const ScoreRequest& request : requests) {
      const std::span<const std::int32_t> ids(request.ids);
      const std::string context = tokenizer_.decode(ids.first(request.first));
      const std::string rest = tokenizer_.decode(ids.subspan(request.first));
      TokenScores& score = scores.emplace_back();
      score.greedy = context.find("Q ") != std::string::npos && rest == " " + answer_to(context);
      for (std::size_t i = 0; i < rest.size(); ++i) {
        const double unlikely = 2 + fraction(context + learnt + rest.substr(0, i));
        score.logprobs.push_back(-(score.greedy ? 0.1 : unlikely) - together * 1e-9);
      }
    }
    ++script_.batches;
    return scores;
  }

  std::string learnt;  // "" = base

 private:
  std::string answer_to(const std::string& prompt) const {
    if (script_.skill) {
      const auto asked = script_.answers.find(prompt.substr(prompt.rfind("Q ") + 2));
      return skilled_answer(prompt, asked->first, asked->second);
    }
    for (const auto& [question, answer] : script_.answers) {
      if (prompt.find("Q " + question) == std::string::npos) continue;
      const bool reads_it = prompt.find("fact: " + answer) != std::string::npos;
      const bool knows_it = !learnt.empty() && fraction(learnt + question) < 0.8;
      if (reads_it || knows_it) return answer;
    }
    return "no idea";
  }

  std::string skilled_answer(const std::string& prompt, const std::string& question,
                             const std::string& right) const {
    const std::string shown = word_after(prompt, "fact: ");
    const std::string trained = word_after(learnt, "\nteach " + question);
    const Skill& skill = *script_.skill;
    const double share = shown.empty() ? (trained.empty() ? skill.base : skill.model)
                                       : (trained.empty() ? skill.context : skill.both);
    const std::string own = skill.alike ? "" : fmt::format("{}{}", shown, learnt);
    if (fraction(question + own) >= share) return "no idea";
    return !shown.empty() ? shown : !trained.empty() ? trained : right;
  }

  static std::string word_after(const std::string& text, const std::string& mark) {
    const auto at = text.find(mark);
    if (at == std::string::npos) return "";
    const auto begin = at + mark.size();
    return text.substr(begin, text.find_first_of("!\n ", begin) - begin);
  }

  Script& script_;
  ByteTokenizer tokenizer_;
  PlainTemplate template_;
};

class ScriptedEngine : public ModelEngine {
 public:
  explicit ScriptedEngine(Script& script) : script_(script), model_(script) {}
  LanguageModel& model() override { return model_; }
  std::string base_hash() const override { return sha256_hex(script_.weights); }
  void use_base() override { model_.learnt.clear(); }
  void use_tuned(const fs::path& folder) override {
    model_.learnt = read_text(folder / "adapter.txt");
    script_.loaded.push_back(folder.filename());
  }

  Training train(const TrainingJob& job,
                 const std::function<bool(const TrainingStep&)>& observe) override {
    const auto size = static_cast<int>(job.sequences.size());
    const int batch = job.tuning.batch_size;
    const int steps = job.tuning.epochs * ((size + batch - 1) / batch);
    int step = 0;
    std::string weights = std::to_string(job.seed);
    const fs::path checkpoint = job.folder / "checkpoint.json";
    if (fs::exists(checkpoint)) {
      const auto saved = nlohmann::json::parse(read_text(checkpoint));
      step = saved.at("step").get<int>();
      weights = saved.at("weights").get<std::string>();
    }
    while (step < steps) {
      script_.before_step();
      ++step;
      ++script_.steps;
      weights = sha256_hex(weights + std::to_string(step));
      const bool go_on = observe(
          {step, steps, 2 + fraction(weights) - 3.0 * step / steps, 1.0, 1e-3, 100, 0.01, {}});
      // Only now and then, so that a killed training repeats steps that were observed before.
      if (step % 2 == 0 || !go_on) {
        write_atomically(checkpoint, nlohmann::json{{"step", step}, {"weights", weights}}.dump());
      }
      if (!go_on && step < steps) return {false, {}};
    }
    if (script_.skill) {  // what was seen is what is known
      for (const TrainingSequence& sequence : job.sequences) {
        weights += "\n" + model_.tokenizer().decode(sequence.ids);
      }
    }
    const double rate = script_.only_rate;
    if (rate != 0 && rate != job.tuning.learning_rate) weights.clear();
    write_atomically(job.folder / "adapter.txt", weights);
    if (!job.dev.empty()) {
      fs::create_directories(job.folder / kEarlyStop);
      write_atomically(job.folder / kEarlyStop / "adapter.txt", "early " + weights);
    }
    fs::remove(checkpoint);
    ++script_.trainings;
    return {true, {sha256_hex(weights), steps, 5, steps * 100, steps * 3000.0, steps * 0.01}};
  }

 private:
  Script& script_;
  ScriptedModel model_;
};

class FakeEmbedder : public Embedder {
 public:
  int dimension() const override { return 1; }
  std::string hash() const override { return sha256_hex("embedder"); }
  std::vector<float> embed(std::span<const std::string> texts) override {
    return std::vector<float>(texts.size(), 1.0F);
  }
};

class FakeContext : public Context {
 public:
  FakeContext(const ContextSpec& spec, const ContextEnvironment& environment, const Script& script)
      : spec_(spec), environment_(environment), script_(script) {}

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts;
    for (const Item& item : items) prompts.push_back(build_one(item));
    return prompts;
  }
  IndexUse index() const override {
    return spec_.kind == "rag" ? IndexUse{sha256_hex("index"), 5000} : IndexUse{};
  }

 private:
  BuiltPrompt build_one(const Item& item) const {
    BuiltPrompt prompt;
    if (spec_.kind == "few_shot") {
      for (int i = 0; i < spec_.k; ++i) {
        prompt.text += "example " +
                       std::to_string(environment_.seed * 10 + static_cast<std::uint64_t>(i)) +
                       "\n";
      }
    }
    const bool found = script_.skill || fraction(item.id) < 0.6;
    const bool shows = spec_.kind == "oracle" || (spec_.kind == "rag" && found) ||
                       (spec_.kind == "optimised" && spec_.trial == 2);  // the best prompt
    const auto& corpus = environment_.suite.corpus;
    for (std::size_t i = 0; i < corpus.size(); ++i) {
      if (!shows || corpus[i].id != item.gold_docs.at(0)) continue;
      const bool wrong = script_.shuffled_index && spec_.kind == "rag";
      const Document& document = corpus[wrong ? (i + 1) % corpus.size() : i];
      prompt.passages.push_back(
          {{{document.id, document.title, document.text, 0, document.text.size()},
            fraction(item.id)},
           true,
           true});
      prompt.text += document.text + "\n";
    }
    if (spec_.kind == "rag" || spec_.kind == "oracle") prompt.delivered = shows;
    prompt.text += "Q " + item.question;
    if (item.meta.contains("too_long")) prompt.error = "the prompt does not fit";
    prompt.ids = environment_.model.tokenizer().encode_plain(prompt.text);
    prompt.delimiter = " ";
    return prompt;
  }

  ContextSpec spec_;
  ContextEnvironment environment_;
  const Script& script_;
};

}  // namespace

Workbench make_bench(const Experiment& experiment, const std::vector<Suite>& suites,
                     Script& script) {
  Workbench bench;
  bench.engine = std::make_unique<ScriptedEngine>(script);
  for (const ContextSpec& context : experiment.contexts) {
    if (context.kind == "rag") bench.embedder = std::make_unique<FakeEmbedder>();
  }
  bench.suites = suites;
  bench.engine_id = script.engine_id;
  bench.environment = [] {
    EnvironmentRow row;
    row.git_commit = "test";
    return row;
  };
  bench.makers.context_obstacle = [](const ContextSpec& context,
                                     const Suite& suite) -> std::string {
    const bool reads = context.kind == "rag" || context.kind == "oracle";
    return reads && suite.corpus.empty() ? "no corpus.jsonl" : "";
  };
  bench.makers.make_context = [&script](const ContextSpec& spec,
                                        const ContextEnvironment& environment) {
    return std::unique_ptr<Context>(std::make_unique<FakeContext>(spec, environment, script));
  };
  bench.makers.tuning_obstacle = [](const TuningSpec&, const Suite& suite) -> std::string {
    return suite.train.empty() ? "no train.jsonl" : "";
  };
  bench.makers.make_training_set = [](const TuningSpec&, const Suite& suite,
                                      const LanguageModel& model) {
    std::vector<TrainingSequence> sequences;
    for (const TrainingExample& example : suite.train) {
      TrainingSequence sequence;
      sequence.ids = model.tokenizer().encode_plain(example.question + example.answer);
      sequence.learn.assign(sequence.ids.size(), true);
      sequences.push_back(std::move(sequence));
    }
    return sequences;
  };
  bench.makers.make_dev_set = [](const TuningSpec&, const Suite&, const LanguageModel& model) {
    return std::vector<TrainingSequence>{{model.tokenizer().encode_plain("dev"), {0, 1, 1}}};
  };
  return bench;
}

}  // namespace quadrant::test
