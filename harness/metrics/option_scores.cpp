#include "harness/metrics/option_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <typename Length>
int most_likely_per(std::span<const double> logprobs, std::span<const std::string> options,
                    const Length& length) {
  QUADRANT_CHECK(logprobs.size() == options.size());
  std::vector<double> scaled;
  for (std::size_t i = 0; i < options.size(); ++i) {
    scaled.push_back(logprobs[i] / static_cast<double>(length(options[i])));
  }
  return most_likely(scaled);
}

}  // namespace

std::string options_to_text(std::span<const OptionScore> options, const std::string& delimiter) {
  nlohmann::json list = nlohmann::json::array();
  for (const OptionScore& option : options) {
    list.push_back({{"logprob", option.logprob},
                    {"tokens", option.tokens},
                    {"characters", option.characters},
                    {"bytes", option.bytes},
                    {"greedy", option.greedy}});
    if (!std::isnan(option.without_question)) {
      list.back()["without_question"] = option.without_question;
    }
  }
  return canonical_json({{"delimiter", delimiter}, {"options", list}});
}

std::vector<OptionScore> options_from_text(const std::optional<std::string>& text) {
  std::vector<OptionScore> options;
  if (!text) return options;
  const nlohmann::json json = nlohmann::json::parse(*text);
  for (const nlohmann::json& entry : json.at("options")) {
    OptionScore option;
    option.logprob = entry.at("logprob");
    option.tokens = entry.at("tokens");
    option.characters = entry.at("characters");
    option.bytes = entry.at("bytes");
    option.greedy = entry.at("greedy");
    option.without_question = entry.value("without_question", kNaN);
    options.push_back(option);
  }
  return options;
}

int most_likely(std::span<const double> logprobs) {
  QUADRANT_CHECK(!logprobs.empty());
  return static_cast<int>(std::max_element(logprobs.begin(), logprobs.end()) - logprobs.begin());
}

int most_likely_per_character(std::span<const double> logprobs,
                              std::span<const std::string> options) {
  return most_likely_per(logprobs, options, [](const std::string& option) {
    return decode_utf8(to_valid_utf8(option)).size();
  });
}

int most_likely_per_byte(std::span<const double> logprobs, std::span<const std::string> options) {
  return most_likely_per(logprobs, options,
                         [](const std::string& option) { return option.size(); });
}

int most_informative(std::span<const double> logprobs, std::span<const double> without_question) {
  QUADRANT_CHECK(logprobs.size() == without_question.size());
  std::vector<double> gained;
  for (std::size_t i = 0; i < logprobs.size(); ++i) {
    gained.push_back(logprobs[i] - without_question[i]);
  }
  return most_likely(gained);
}

std::vector<double> option_probabilities(std::span<const double> logprobs) {
  const double highest = logprobs[static_cast<std::size_t>(most_likely(logprobs))];
  std::vector<double> probabilities;
  double sum = 0;
  for (const double logprob : logprobs) {
    probabilities.push_back(std::exp(logprob - highest));
    sum += probabilities.back();
  }
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

double brier(std::span<const double> probabilities, int right) {
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double error = probabilities[i] - (static_cast<int>(i) == right ? 1 : 0);
    sum += error * error;
  }
  return sum;
}

double ranked_share(std::span<const double> right, std::span<const double> wrong) {
  if (right.empty() || wrong.empty()) return kNaN;
  double ranked = 0;
  for (const double good : right) {
    for (const double bad : wrong) ranked += good > bad ? 1 : good == bad ? 0.5 : 0;
  }
  return ranked / static_cast<double>(right.size() * wrong.size());
}

double bits_per_byte(double logprob, std::size_t bytes) {
  if (bytes == 0) return kNaN;
  return -logprob / static_cast<double>(bytes) / std::numbers::ln2;
}

}  // namespace quadrant
