// quadrant score: log-probabilities of a text, or of a continuation after its context.
//
// "ids" is the whole sequence; "logprobs" belong to its last tokens: all but the first of a text,
// or those of the continuation. The boundary follows lm-eval (api/model.py, _encode_pair): spaces
// at the end of the context move to the continuation, and both are tokenized as one text.
#include <numeric>

#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/run/continuation.h"

namespace quadrant {
namespace {

MarkedText marked(const InputLine& line, const char* key) {
  MarkedText text{line.text(key), {}};
  if (line.flag("special")) text.trusted = {{0, text.text.size()}};
  return text;
}

ScoreRequest request_of(const Tokenizer& tokenizer, const InputLine& line) {
  if (line.has("text")) return {tokenizer.encode(marked(line, "text")), 1};
  return continuation_request(tokenizer, marked(line, "context"), marked(line, "continuation"),
                              line.where);
}

}  // namespace

void add_score(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("score", "log-probabilities of texts or continuations");
  auto options = std::make_shared<LineOptions>();
  add_model_options(*verb, *options);
  add_line_options(*verb, *options);
  verb->add_option("--adapter", options->adapter, "folder of a tuned model");
  verb->callback([&action, options] {
    action = [options] {
      const auto engine = load_tool_model(*options);
      LanguageModel& model = engine->model();
      return convert_lines(*options, [&](const std::vector<InputLine>& lines) {
        std::vector<ScoreRequest> requests;
        for (const InputLine& line : lines) {
          requests.push_back(request_of(model.tokenizer(), line));
          if (requests.back().ids.size() > static_cast<std::size_t>(model.context_window())) {
            throw Error("the text is longer than the model's context window", line.where,
                        "shorten it");
          }
        }
        const auto scores = model.score(requests);
        std::vector<nlohmann::json> results;
        for (std::size_t i = 0; i < lines.size(); ++i) {
          const auto& logprobs = scores[i].logprobs;
          results.push_back({{"ids", requests[i].ids},
                             {"logprobs", logprobs},
                             {"sum", std::accumulate(logprobs.begin(), logprobs.end(), 0.0)},
                             {"greedy", scores[i].greedy}});
        }
        return results;
      });
    };
  });
}

}  // namespace quadrant
