#include "datasets/domain_text/domain_text.h"

#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "harness/core/rng.h"

namespace quadrant::domain_text {
namespace {

// Pages with question-answer lines, pages asked about in the test, pages never trained on.
struct Size {
  std::size_t trained, asked, dev, unseen;
};

Size size_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {6, 8, 2, 6};
    case Tier::kCpu:
      return {20, 40, 5, 40};
    case Tier::kFull:
      return {200, 400, 40, 400};
  }
  return {};
}

// What every page says in one of several ways: the language of the trade.
const std::vector<std::vector<std::string>> kCommon{
    {"A keeper opens the lower paddles first and lets the water find its level.",
     "The lower paddles come first; only when the water is level may the gates be moved.",
     "No gate is moved before the paddles are down and the water is level."},
    {"A boat is tied fore and aft, with slack in both ropes, because it will rise.",
     "Ropes are kept slack at both ends, since the boat rises with the water.",
     "Whoever ties a boat short will see it hang on the wall when the water falls."},
    {"The sill below the upper gate has broken many a rudder.",
     "Boatmen keep clear of the sill, which cannot be seen when the chamber is full.",
     "A stern above the sill is in danger as soon as the chamber is emptied."}};

struct Page {
  std::string name, id;
  std::vector<std::string> values;     // in the order of details()
  std::vector<std::string> sentences;  // on the page, in order
  std::string text() const {
    std::string text;
    for (const std::string& sentence : sentences) text += (text.empty() ? "" : " ") + sentence;
    return text;
  }
};

std::vector<Page> make_pages(std::size_t count, std::uint64_t seed) {
  std::vector<std::string> all_values;
  for (const Detail& detail : details()) {
    all_values.insert(all_values.end(), detail.pool.begin(), detail.pool.end());
  }
  const Cast cast =
      make_cast(latin_names(), 0, count, {"lock", "weir", "basin", "staircase"}, all_values, seed);
  Rng rng(seed, "domain_text");
  std::vector<std::vector<std::string>> values;
  for (const Detail& detail : details()) values.push_back(deal(detail.pool, count, rng));
  std::vector<Page> pages;
  for (std::size_t i = 0; i < count; ++i) {
    Page page{"the " + cast.things[i], identifier(cast.things[i]), {}, {}};
    for (std::size_t d = 0; d < details().size(); ++d) {
      page.values.push_back(values[d][i]);
      page.sentences.push_back(capital(
          fill(pick(details()[d].statements, rng), {{"n", page.name}, {"v", values[d][i]}})));
    }
    rng.shuffle(page.sentences);
    // The trade's own sentences stand between the facts.
    for (std::size_t c = 0; c < kCommon.size(); ++c) {
      page.sentences.insert(page.sentences.begin() + static_cast<std::ptrdiff_t>(2 * c + 1),
                            pick(kCommon[c], rng));
    }
    pages.push_back(page);
  }
  return pages;
}

Item fact_item(const Page& page, std::size_t detail, bool dev) {
  const Detail& asked = details()[detail];
  Item item;
  item.id = page.id + "." + asked.key;
  item.question = fill(dev ? asked.train_question : asked.test_question, {{"n", page.name}});
  item.targets = {page.values[detail]};
  item.gold_docs = {page.id};
  item.cluster = page.name;
  item.meta = {{"slice", asked.key}};
  return item;
}

Item continuation_item(const Page& page) {
  Page begin = page, end = page;
  begin.sentences.resize(page.sentences.size() / 2);
  end.sentences.erase(end.sentences.begin(),
                      end.sentences.begin() + static_cast<std::ptrdiff_t>(begin.sentences.size()));
  Item item;
  item.id = page.id;
  item.question = begin.text();
  item.targets = {end.text()};
  item.cluster = page.name;
  return item;
}

void set_prompt(bool continuation, Suite& suite) {
  if (continuation) {
    suite.prompt.system = "Go on with the page of the handbook.";
    suite.prompt.max_new_tokens = 96;
    return;
  }
  suite.prompt.system = "Answer with a short phrase.";
  suite.prompt.question = "Question: {question}";
  suite.prompt.context = "Context:\n{passages}\n\nQuestion: {question}";
  suite.prompt.max_new_tokens = 24;
  suite.prompt.stop = {"\n"};
}

}  // namespace

Suite make_suite(Tier tier, std::uint64_t seed, bool continuation) {
  Suite suite =
      continuation
          ? generated_suite("how pages on canal locks go on", seed, "text", {"chrf", "rougeL"})
          : generated_suite("pages on canal locks", seed, "qa", {"contains", "exact_match", "f1"});
  set_prompt(continuation, suite);
  const Size size = size_of(tier);
  const std::size_t asked = size.trained + size.asked, read = asked + size.dev;
  const std::vector<Page> pages = make_pages(read + 2 * size.unseen, seed);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Page& page = pages[i];
    if (i >= read) {  // unseen: half of them for dev
      if (continuation) {
        (i % 2 == 0 ? suite.dev : suite.test).push_back(continuation_item(page));
      }
      continue;
    }
    suite.corpus.push_back({page.id, capital(page.name), page.text()});
    for (std::size_t d = 0; d < details().size(); ++d) {
      if (i < size.trained) {
        suite.train.push_back(qa_example(fill(details()[d].train_question, {{"n", page.name}}),
                                         page.values[d], page.name));
      } else if (!continuation && d % 2 == i % 2) {
        (i < asked ? suite.test : suite.dev).push_back(fact_item(page, d, i >= asked));
      }
    }
  }
  return suite;
}

}  // namespace quadrant::domain_text
