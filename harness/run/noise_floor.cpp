#include "harness/run/noise_floor.h"

#include <algorithm>
#include <cmath>

#include "harness/core/error.h"

namespace quadrant {

double logprob_noise_floor(LanguageModel& model) {
  std::vector<ScoreRequest> requests;
  for (const char* text : {"The harbour office keeps the blue key in room nine.",
                           "The harbour office keeps the blue key of the archive.",
                           "The harbour office opens at 6:40.", "서울의 날씨는 맑고",
                           "def area(r):\n    return 3.14 * r * r\n"}) {
    requests.push_back({model.tokenizer().encode_plain(text), 1});
  }
  const auto together = model.score(requests);
  double largest = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto alone = model.score(std::span(&requests[i], 1));
    QUADRANT_CHECK(alone[0].logprobs.size() == together[i].logprobs.size());
    for (std::size_t t = 0; t < alone[0].logprobs.size(); ++t) {
      largest = std::max(largest, std::abs(alone[0].logprobs[t] - together[i].logprobs[t]));
    }
  }
  return largest;
}

}  // namespace quadrant
