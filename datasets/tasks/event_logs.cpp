#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/tasks/tasks.h"
#include "harness/core/rng.h"

namespace quadrant::tasks {
namespace {

// How one clerk writes a log. {n} a machine, {p} a person, {c} what stopped it.
struct Hand {
  std::string start, stop, again, end;
  std::vector<std::string> asides;  // nothing of them belongs into the summary
};

const std::vector<Hand> kTrainHands{{"{p} starts the {n}",
                                     "the {n} stops: {c}",
                                     "the {n} runs again",
                                     "{p} switches the {n} off",
                                     {"a visitor comes by", "the floor is swept"}},
                                    {"the {n} is started by {p}",
                                     "{c}, so the {n} stands still",
                                     "{n} back to work",
                                     "end of the shift of {p}, the {n} is off",
                                     {"fresh oil is delivered", "the window is opened"}},
                                    {"{p} on duty, {n} on",
                                     "{n} down because of {c}",
                                     "{n} up",
                                     "{n} off, {p} goes home",
                                     {"the light is changed", "tea is brought"}}};
const std::vector<Hand> kTestHands{{"{p} turns the {n} on",
                                    "the {n} has to wait: {c}",
                                    "the {n} turns once more",
                                    "{p} shuts the {n} down",
                                    {"the inspector calls", "it begins to rain"}},
                                   {"start of the {n}, operator {p}",
                                    "interruption of the {n}, reason: {c}",
                                    "the {n} goes on",
                                    "the {n} is shut down by {p}",
                                    {"the door is oiled", "a parcel is left here"}}};
const std::vector<std::string> kCauses{"a torn belt",   "a blown fuse",    "a jam of paper",
                                       "low pressure",  "a loose screw",   "a leak of oil",
                                       "too much heat", "a blocked valve", "a cut in power",
                                       "a worn brush",  "a dull blade",    "a full tank"};

Size logs_size(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {32, 6, 20};
    case Tier::kCpu:
      return {160, 24, 80};
    case Tier::kFull:
      return {2000, 100, 500};
  }
  return {};
}

std::string clock(std::size_t minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

struct Log {
  std::string text, summary;
};

Log make_log(const Hand& hand, const std::string& machine, const std::string& person, Rng& rng) {
  const std::string& cause = pick(kCauses, rng);
  const auto say = [&](const std::string& wording) {
    return fill_present(wording, {{"n", machine}, {"p", person}, {"c", cause}});
  };
  std::vector<std::string> events{say(hand.start), say(hand.stop), say(hand.again), say(hand.end)};
  const std::size_t aside = 1 + rng.below(3);
  events.insert(events.begin() + static_cast<std::ptrdiff_t>(aside), pick(hand.asides, rng));
  std::vector<std::size_t> times;
  std::size_t time = 5 * 60 + rng.below(180);
  std::string text;
  for (const std::string& event : events) {
    times.push_back(time);
    text += (text.empty() ? "" : "\n") + clock(time) + " " + event;
    time += 15 + rng.below(160);
  }
  const std::size_t stop = aside <= 1 ? 2 : 1;
  return {text, fmt::format("{} ran the {} from {} to {}; {} stopped it at {}.", person, machine,
                            clock(times.front()), clock(times.back()), cause, clock(times[stop]))};
}

}  // namespace

Suite make_event_logs(Tier tier, std::uint64_t seed) {
  Suite suite = generated_suite("logs of machines", seed, "summarise",
                                {"rougeL", "rouge1", "rouge2", "exact_match"});
  suite.prompt.system =
      "Write one line about the log: who ran which machine from when to when, what stopped it and "
      "when.";
  suite.prompt.question = "Log:\n{question}\n\nSummary:";
  suite.prompt.context = "Context:\n{passages}\n\nLog:\n{question}\n\nSummary:";
  suite.prompt.max_new_tokens = 56;
  suite.prompt.stop = {"\n"};
  const Size size = logs_size(tier);
  const std::size_t count = size.train + size.dev + size.test;
  const Cast cast =
      make_cast(latin_names(), 60, count, {"press", "loom", "mixer", "saw"}, {}, seed);
  Rng rng(seed, "event_logs");
  for (std::size_t i = 0; i < count; ++i) {
    const bool training = i < size.train;
    const bool dev = !training && i < size.train + size.dev;
    const Hand& hand = training ? pick(kTrainHands, rng)
                       : dev    ? kTestHands[0]
                                : pick(kTestHands, rng);
    const Log log = make_log(hand, cast.things[i], pick(cast.people, rng), rng);
    if (training) {
      suite.train.push_back(qa_example(log.text, log.summary, cast.things[i]));
      continue;
    }
    Item item;
    item.id = numbered("log", i + 1);
    item.question = log.text;
    item.targets = {log.summary};
    item.cluster = cast.things[i];
    (dev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::tasks
