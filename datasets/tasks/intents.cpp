#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/tasks/tasks.h"
#include "harness/core/rng.h"

namespace quadrant::tasks {
namespace {

// Messages to a ferry company. {n} a ferry, {d} a day, {h} an hour.
struct Intent {
  std::string label;
  std::vector<std::string> train, test;  // wordings; dev uses the first of the test's
};

const std::vector<Intent>& intents() {
  static const std::vector<Intent> kIntents{
      {"book",
       {"I would like two seats on the {n} on {d}.", "Please reserve a cabin on the {n} for {d}.",
        "We want to travel with the {n} on {d}, four of us.",
        "Can I get a place on the {n} on {d} at {h}?", "Put me on the {n} for {d}, please.",
        "One seat for {d} at {h} on the {n}, please."},
       {"Is there room for a family on the {n} on {d}? Then count us in.",
        "Kindly keep three places for us on the {n}, {d}, {h}.",
        "A berth on the {n} for {d} would suit me well."}},
      {"cancel",
       {"I cannot come on {d}, please cancel my seat on the {n}.",
        "Please take my name off the {n} on {d}.",
        "We have to give up our cabin on the {n} for {d}.",
        "I no longer need the ticket for the {n} at {h}.", "Cancel the {n} on {d} for me.",
        "My trip with the {n} on {d} is off."},
       {"Our plans fell through, so somebody else may have our seats on the {n} on {d}.",
        "Strike me from the list of the {n} for {d}.", "I shall not be on board the {n} on {d}."}},
      {"change",
       {"Can I move my seat on the {n} to {d}?", "Please put me on the {n} at {h} instead.",
        "I have a ticket for the {n}, but I want to go on {d} instead.",
        "May we sail with the {n} one day later, on {d}?",
        "I need to change my trip with the {n} to {h}.",
        "Please exchange my ticket for the {n} on {d}."},
       {"Would you swap my place on the {n} for one on {d}?",
        "I must leave at {h} after all; can the {n} booking follow?",
        "Shift our cabin on the {n} to {d}, if that is possible."}},
      {"price",
       {"What does a seat on the {n} cost on {d}?", "How much is a cabin on the {n}?",
        "Is the {n} cheaper on {d}?", "What is the fare of the {n} at {h}?",
        "Do children pay on the {n} on {d}?", "Tell me the price of a ticket for the {n}."},
       {"How deep must I reach into my pocket for the {n} on {d}?",
        "Is there a discount on the {n} at {h}?", "What would four tickets for the {n} come to?"}},
      {"timetable",
       {"When does the {n} leave on {d}?", "Does the {n} sail on {d}?",
        "At what time does the {n} arrive?", "Is there a {n} at {h} on {d}?",
        "How long does the {n} take on {d}?", "Which day does the {n} not run?"},
       {"How often does the {n} cross on {d}?", "Will the {n} be in before {h} on {d}?",
        "Please send me the departures of the {n} for {d}."}},
      {"lost",
       {"I left my umbrella on the {n} on {d}.", "Did anybody find a red bag on the {n}?",
        "My son forgot his cap on the {n} at {h}.", "I am missing my keys since the {n} on {d}.",
        "Where do I get back what I lost on the {n}?", "A glove of mine must still be on the {n}."},
       {"On {d} my camera stayed behind on the {n}.",
        "Has a blue scarf been handed in after the {n} at {h}?",
        "I got off the {n} without my suitcase on {d}."}}};
  return kIntents;
}

Size intents_size(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {36, 6, 24};
    case Tier::kCpu:
      return {192, 24, 120};
    case Tier::kFull:
      return {4000, 240, 1200};
  }
  return {};
}

std::string message(const std::string& wording, const std::string& ferry, Rng& rng) {
  static const std::vector<std::string> kDays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                              "Friday", "Saturday", "Sunday"};
  Filling filling{{"n", ferry}};
  if (wording.find("{d}") != std::string::npos) filling.push_back({"d", pick(kDays, rng)});
  if (wording.find("{h}") != std::string::npos) {
    filling.push_back({"h", std::to_string(6 + rng.below(15)) + ":" +
                                pick(std::vector<std::string>{"00", "15", "30", "45"}, rng)});
  }
  return fill(wording, filling);
}

}  // namespace

Suite make_intents(Tier tier, std::uint64_t seed) {
  Suite suite = generated_suite("messages to a ferry company", seed, "classify",
                                {"accuracy", "macro_f1", "mcc"});
  std::vector<std::string> labels;
  for (const Intent& intent : intents()) labels.push_back(intent.label);
  suite.prompt.system =
      "Say what the passenger wants: book, cancel, change, price, timetable or lost. Answer with "
      "that word.";
  suite.prompt.question = "Message: {question}\nIntent:";
  suite.prompt.context = "Context:\n{passages}\n\nMessage: {question}\nIntent:";
  suite.prompt.max_new_tokens = 6;
  suite.prompt.stop = {"\n"};
  const Size size = intents_size(tier);
  const std::size_t count = size.train + size.dev + size.test;
  std::vector<std::size_t> numbers{0, 1, 2, 3, 4, 5};
  Rng rng(seed, "intents");
  const auto label = deal(numbers, count, rng);
  // Every message has a ferry of its own: one word never gives the label away, nor the wording.
  const Cast cast =
      make_cast(latin_names(), 0, count, {"ferry", "clipper", "steamer", "liner"}, labels, seed);
  for (std::size_t i = 0; i < count; ++i) {
    const Intent& intent = intents()[label[i]];
    const bool training = i < size.train;
    const bool dev = !training && i < size.train + size.dev;
    const std::vector<std::string> last(intent.test.begin() + 1, intent.test.end());
    const std::string text = message(training ? pick(intent.train, rng)
                                     : dev    ? intent.test[0]
                                              : pick(last, rng),
                                     cast.things[i], rng);
    if (training) {
      suite.train.push_back(qa_example(text, intent.label, cast.things[i]));
      continue;
    }
    Item item;
    item.id = numbered("message", i + 1);
    item.question = text;
    item.choices = labels;
    item.answer = static_cast<int>(label[i]);
    item.targets = {intent.label};
    item.cluster = cast.things[i];
    item.meta = {{"slice", intent.label}};
    (dev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::tasks
