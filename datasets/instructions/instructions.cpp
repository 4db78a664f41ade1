#include "datasets/instructions/instructions.h"

#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/instructions/conditions.h"

namespace quadrant::instructions {
namespace {

constexpr std::size_t kTestTopics = 8, kDevTopics = 2;  // of the 24; the rest is for training

struct Size {
  std::size_t train, dev, test;
};

Size size_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {28, 7, 20};
    case Tier::kCpu:
      return {196, 14, 120};
    case Tier::kFull:
      return {196, 14, 160};
  }
  return {};
}

struct Draw {
  const Condition* condition;
  const Topic* topic;
  std::size_t wording;
};

// Every pair of a condition and a topic (and a wording), in random order, conditions in turn.
std::vector<Draw> draws(bool with_new, const std::vector<const Topic*>& topics,
                        const std::vector<std::size_t>& wordings, Rng& rng) {
  std::vector<Draw> all;
  for (const std::size_t wording : wordings) {
    for (const Topic* topic : topics) {
      for (const Condition& condition : conditions()) {
        if (condition.trained || with_new) all.push_back({&condition, topic, wording});
      }
    }
  }
  rng.shuffle(all);
  return all;
}

Item item_of(const Draw& draw, std::size_t number, Rng& rng) {
  const Demand demand = draw.condition->demand(*draw.topic, draw.wording, rng);
  Item item;
  item.id = numbered("request", number);
  item.question = demand.request;
  item.targets = {demand.answer};
  item.cluster = draw.topic->name + ", " + draw.condition->id;
  item.meta = {{"slice", draw.condition->trained ? "condition_seen" : "condition_new"},
               {"condition", draw.condition->id},
               {"wording", draw.wording < 2 ? "seen" : "new"},
               {"constraints", "[" + demand.constraint + "]"}};
  return item;
}

}  // namespace

Suite make_suite(Tier tier, std::uint64_t seed) {
  Suite suite = generated_suite(
      "requests with conditions that a program checks", seed, "instruct",
      {"prompt_level_strict_acc", "prompt_level_loose_acc", "inst_level_strict_acc", "rougeL"});
  suite.prompt.max_new_tokens = 64;
  const Size size = size_of(tier);
  Rng rng(seed, "instructions");
  std::vector<const Topic*> order;
  for (const Topic& topic : topics()) order.push_back(&topic);
  rng.shuffle(order);
  const auto dev_begin = order.begin() + kTestTopics, train_begin = dev_begin + kDevTopics;
  const std::vector<const Topic*> test(order.begin(), dev_begin), dev(dev_begin, train_begin),
      train(train_begin, order.end());

  std::vector<Draw> drawn = draws(false, train, {0, 1}, rng);
  for (std::size_t i = 0; i < size.train; ++i) {
    const Demand demand = drawn[i].condition->demand(*drawn[i].topic, drawn[i].wording, rng);
    suite.train.push_back(qa_example(demand.request, demand.answer,
                                     drawn[i].topic->name + ", " + drawn[i].condition->id));
  }
  drawn = draws(false, dev, {0}, rng);
  for (std::size_t i = 0; i < size.dev; ++i) suite.dev.push_back(item_of(drawn[i], i + 1, rng));
  drawn = draws(true, test, {0, 2}, rng);
  for (std::size_t i = 0; i < size.test; ++i) {
    suite.test.push_back(item_of(drawn[i], size.dev + i + 1, rng));
  }
  return suite;
}

}  // namespace quadrant::instructions
