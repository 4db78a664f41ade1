#include "datasets/house_style/house_style.h"

#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "harness/core/rng.h"

namespace quadrant::house_style {
namespace {

struct Size {
  std::size_t train, dev, test;
};

Size size_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {40, 6, 20};
    case Tier::kCpu:
      return {192, 16, 80};
    case Tier::kFull:
      return {2000, 100, 500};
  }
  return {};
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

struct Notice {
  std::string request, text;
  std::vector<std::string> content;
};

Notice make_notice(const Voice& voice, const std::vector<std::string>& wordings,
                   const std::string& person, Rng& rng) {
  const std::string place = pick(voice.places, rng), thing = pick(voice.things, rng);
  const std::string state = pick(voice.states, rng), day = pick(voice.days, rng);
  const Filling rest{{"t", thing}, {"s", state}, {"d", day}, {"p", person}};
  Filling notes = rest, notice = rest;
  notes.push_back({"a", place});
  notice.push_back({"A", upper(place)});
  return {fill(voice.request, {{"notes", fill(pick(wordings, rng), notes)}}),
          fill(voice.notice, notice),
          {place, thing, state, day, person}};
}

}  // namespace

Suite make_suite(Tier tier, std::uint64_t seed, const Voice& voice) {
  Suite suite = generated_suite("notices in the style of a house", seed, "style",
                                {"regex", "completed", "chrf", "terse"});
  suite.language = voice.language;
  suite.prompt.system = voice.system;
  suite.prompt.max_new_tokens = 56;
  suite.prompt.stop = {"\n"};
  suite.corpus = {{"guide", voice.guide_title, voice.guide}};
  const Size size = size_of(tier);
  const std::size_t count = size.train + size.dev + size.test;
  const Cast cast = make_cast(*voice.names, 60, 0, {}, {}, seed);
  Rng rng(seed, "house_style");
  for (std::size_t i = 0; i < count; ++i) {
    const bool training = i < size.train;
    const bool dev = !training && i < size.train + size.dev;
    const std::string id = numbered("notice", i + 1);
    const Notice notice = make_notice(voice,
                                      training ? voice.train_notes
                                      : dev    ? voice.dev_notes
                                               : voice.test_notes,
                                      pick(cast.people, rng), rng);
    if (training) {
      suite.train.push_back(qa_example(notice.request, notice.text, id));
      continue;
    }
    Item item;
    item.id = id;
    item.question = notice.request;
    item.targets = {notice.text};
    item.gold_docs = {"guide"};
    item.cluster = id;
    std::vector<std::string> mentions;
    for (const std::string& detail : notice.content) {
      for (const std::string& form : voice.forms(detail)) mentions.push_back(form);
    }
    item.meta = {{"regex", voice.form},
                 {"keywords", meta_list(mentions)},
                 {"min_keywords", std::to_string(notice.content.size())}};
    (dev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::house_style
