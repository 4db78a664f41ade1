#include "datasets/slack/slack.h"

#include <set>

#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "harness/core/rng.h"
#include "harness/core/utf8.h"

namespace quadrant::slack {
namespace {

constexpr std::size_t kPairsOfThing = 4;  // requests in a thing's thread; two replies name its fact

struct Size {
  std::size_t things, dev_things, test_requests;
};

Size size_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {6, 2, 8};
    case Tier::kCpu:
      return {40, 8, 60};
    case Tier::kFull:
      return {560, 64, 600};
  }
  return {};
}

struct Thing {
  std::string name, id;
  const FactKind* kind = nullptr;
  std::string value;
  bool dev = false;
};

struct Request {
  std::string text, delivered, person;
  std::vector<std::string> keywords;
};

std::vector<Thing> make_things(const Cast& cast, const Voice& voice, std::size_t dev, Rng& rng) {
  const std::size_t kinds = voice.facts.size(), count = cast.things.size();
  std::vector<std::vector<std::string>> values;
  for (const FactKind& kind : voice.facts) values.push_back(deal(kind.pool, count, rng));
  std::vector<Thing> things;
  for (std::size_t i = 0; i < count; ++i) {
    things.push_back({cast.things[i], numbered("thread", i + 1), &voice.facts[i % kinds],
                      values[i % kinds][i / kinds], i >= count - dev});
  }
  return things;
}

// Fills what the wording has, and says what of it a delivered text must mention.
Request make_request(const Task& task, const std::string& wording, const Thing& thing,
                     const std::string& person, const std::string& day) {
  Request request{"", "", person, {}};
  Filling filling;
  for (const auto& [name, value] : Filling{{"p", person}, {"n", thing.name}, {"d", day}}) {
    if (wording.find("{" + name + "}") == std::string::npos) continue;
    filling.push_back({name, value});
    request.keywords.push_back(value);
  }
  request.text = fill(wording, filling);
  request.delivered = fill(task.delivered, filling);
  return request;
}

class Writer {
 public:
  Writer(Tier tier, std::uint64_t seed, Replies replies, const Voice& voice)
      : voice_(voice),
        formal_(replies == Replies::kFormal),
        rng_(seed, "slack"),
        size_(size_of(tier)),
        cast_(make_cast(*voice.names, 12, size_.things + size_.dev_things, voice.nouns,
                        all_values(), seed)),
        things_(make_things(cast_, voice, size_.dev_things, rng_)) {
    suite_ =
        generated_suite(formal_ ? "formal letters on what a team's chat is about" : "a team's chat",
                        seed, "style", voice.metrics);
    suite_.language = voice.language;
    suite_.prompt.system = voice.system;
    suite_.prompt.max_new_tokens = 48;
    suite_.prompt.stop = {"\n"};
  }

  Suite write() {
    write_threads();
    ask(Use::kDev, size_.dev_things, suite_.dev);
    ask(Use::kTest, size_.test_requests, suite_.test);
    return suite_;
  }

 private:
  std::vector<std::string> all_values() const {
    std::vector<std::string> values = voice_.days;
    for (const FactKind& kind : voice_.facts) {
      values.insert(values.end(), kind.pool.begin(), kind.pool.end());
    }
    return values;
  }

  std::vector<const Task*> tasks_of(Use use) const {
    std::vector<const Task*> tasks;
    for (const Task& task : voice_.tasks) {
      if (task.use == use) tasks.push_back(&task);
    }
    return tasks;
  }

  std::string chat_reply(bool deferred) {
    return pick(deferred ? voice_.deferrals : voice_.short_replies, rng_);
  }

  // Both replies are drawn in both suites, so that the formal control has the same requests.
  void write_threads() {
    const std::size_t pairs = things_.size() * kPairsOfThing;
    const auto tasks = deal(tasks_of(Use::kTrain), pairs, rng_);
    const auto deferred = deal(std::vector<int>{1, 1, 1, 0, 0}, pairs, rng_);
    for (std::size_t t = 0; t < things_.size(); ++t) {
      const Thing& thing = things_[t];
      std::string thread;
      for (std::size_t i = 0; i < kPairsOfThing; ++i) {
        const Task& task = *tasks[t * kPairsOfThing + i];
        const Request request = make_request(task, pick(task.requests, rng_), thing,
                                             pick(cast_.people, rng_), pick(voice_.days, rng_));
        std::string chat = chat_reply(deferred[t * kPairsOfThing + i] == 1);
        std::string letter = request.delivered;
        if (i % 2 == 1) {
          const Filling fact{{"n", thing.name}, {"v", thing.value}};
          chat = fill(voice_.aside, {{"r", chat}, {"f", fill(thing.kind->in_chat, fact)}});
          letter = fill(voice_.note, {{"r", letter}, {"f", fill(thing.kind->formal, fact)}});
        }
        const std::string& asker = pick(cast_.people, rng_);
        thread += to_lower(asker.substr(0, asker.find(' '))) + ": " + request.text + "\n" +
                  voice_.me + ": " + chat + "\n";
        suite_.train.push_back(qa_example(request.text, formal_ ? letter : chat, thing.name));
      }
      thread.pop_back();
      suite_.corpus.push_back(
          {thing.id, fill(voice_.thread_title, {{"t", std::to_string(t + 1)}}), thread});
    }
  }

  void ask(Use use, std::size_t requests, std::vector<Item>& items) {
    std::vector<Thing> things;
    for (const Thing& thing : things_) {
      if (thing.dev == (use == Use::kDev)) things.push_back(thing);
    }
    const auto tasks = deal(tasks_of(use), requests, rng_);
    for (std::size_t i = 0; i < requests; ++i) {
      items.push_back(request_item(*tasks[i], things[i % things.size()], i, i / things.size()));
    }
    for (const Thing& thing : things) items.push_back(fact_item(thing));
  }

  Item request_item(const Task& task, const Thing& thing, std::size_t number, std::size_t round) {
    // Distinct people and days for two requests of one task about one thing.
    const Request request =
        make_request(task, task.requests[0], thing, cast_.people[number % cast_.people.size()],
                     voice_.days[round % voice_.days.size()]);
    Item item;
    item.id = numbered("request", suite_.dev.size() + number + 1);
    item.question = request.text;
    item.cluster = thing.name;
    std::vector<std::string> mentions;
    for (const std::string& keyword : request.keywords) {
      for (const std::string& form : voice_.forms(keyword)) mentions.push_back(form);
    }
    item.meta = {{"slice", "request"},
                 {"keywords", meta_list(mentions)},
                 {"min_keywords", std::to_string(request.keywords.size())},
                 {"min_words", "6"},
                 {"example", request.delivered}};
    return item;
  }

  Item fact_item(const Thing& thing) const {
    Item item;
    item.id = "fact." + thing.id;
    item.question = fill(thing.kind->question, {{"n", thing.name}});
    item.targets = voice_.forms(thing.value);
    item.gold_docs = {thing.id};
    item.cluster = thing.name;
    item.meta = {{"slice", "chat_fact"}, {"attribute", thing.kind->key}};
    return item;
  }

  const Voice& voice_;
  bool formal_;
  Rng rng_;
  Size size_;
  Cast cast_;
  std::vector<Thing> things_;
  Suite suite_;
};

}  // namespace

Suite make_suite(Tier tier, std::uint64_t seed, Replies replies, const Voice& voice) {
  return Writer(tier, seed, replies, voice).write();
}

}  // namespace quadrant::slack
