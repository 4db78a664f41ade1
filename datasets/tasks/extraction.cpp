#include <fmt/format.h>

#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/tasks/tasks.h"
#include "harness/core/rng.h"

namespace quadrant::tasks {
namespace {

// {q} how many, {g} of what, {p} for whom, {d} until when, {s} who writes, {o} a number that is
// not asked for.
const std::vector<std::string> kTrain{
    "Dear team, please send {q} boxes of {g} to {p} by {d}. My last order had {o} boxes. Yours, "
    "{s}",
    "Hello, {s} here. We need {q} boxes of {g} until {d}. They go to {p}. Our account is {o}.",
    "To whom it may concern: {p} is waiting for {g}. Make it {q} boxes, and let them come by {d}. "
    "Invoice {o} is paid. Regards, {s}",
    "By {d}, please: {q} boxes of {g}. Send them to {p} and the bill to {s}, room {o}."};
const std::vector<std::string> kDev{
    "Good morning, I order {q} boxes of {g} for {p}, to be here by {d}. You may call me on {o}. "
    "{s}"};
const std::vector<std::string> kTest{
    "Sorry to write again: the {g} for {p} must be {q} boxes and not {o}, and {d} is the last day. "
    "Thanks, {s}",
    "{s} asks whether you can bring {p} some {g} by {d}. {q} boxes would do. Reference {o}."};
const std::vector<std::string> kGoods{"cork",    "chalk",   "copper", "linen", "paper", "nails",
                                      "candles", "rope",    "soap",   "tiles", "wool",  "glue",
                                      "bricks",  "buttons", "salt",   "lenses"};
const std::vector<std::string> kDays{"Monday",   "Tuesday", "Wednesday",
                                     "Thursday", "Friday",  "Saturday"};

Size extraction_size(Tier tier) {
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

struct Order {
  std::string letter, fields;
};

Order make_order(const std::string& wording, const std::vector<std::string>& people, Rng& rng) {
  const std::string quantity = std::to_string(2 + rng.below(8));
  const std::string other = std::to_string(10 + rng.below(90));
  const std::string goods = pick(kGoods, rng), day = pick(kDays, rng), person = pick(people, rng);
  std::string sender;
  do {
    sender = pick(people, rng);
  } while (sender == person);
  return {
      fill(wording,
           {{"q", quantity}, {"g", goods}, {"p", person}, {"d", day}, {"s", sender}, {"o", other}}),
      fmt::format("{} | {} | {} | {}", quantity, goods, person, day)};
}

}  // namespace

Suite make_extraction(Tier tier, std::uint64_t seed) {
  Suite suite = generated_suite("orders in letters", seed, "qa", {"exact_match", "f1", "chrf"});
  suite.prompt.system =
      "Take the order out of the letter and write one line: number of boxes | goods | who gets "
      "them | last day.";
  suite.prompt.question = "Letter: {question}\nOrder:";
  suite.prompt.context = "Context:\n{passages}\n\nLetter: {question}\nOrder:";
  suite.prompt.max_new_tokens = 24;
  suite.prompt.stop = {"\n"};
  const Size size = extraction_size(tier);
  const std::size_t count = size.train + size.dev + size.test;
  const Cast cast = make_cast(latin_names(), 80, 0, {}, kGoods, seed);
  Rng rng(seed, "extraction");
  for (std::size_t i = 0; i < count; ++i) {
    const bool training = i < size.train;
    const bool dev = !training && i < size.train + size.dev;
    const Order order = make_order(pick(training ? kTrain
                                        : dev    ? kDev
                                                 : kTest,
                                        rng),
                                   cast.people, rng);
    const std::string id = numbered("letter", i + 1);
    if (training) {
      suite.train.push_back(qa_example(order.letter, order.fields, id));
      continue;
    }
    Item item;
    item.id = id;
    item.question = order.letter;
    item.targets = {order.fields};
    item.cluster = id;
    (dev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::tasks
