#include <fmt/format.h>

#include <set>

#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/tasks/language.h"
#include "datasets/tasks/tasks.h"

namespace quadrant::tasks {
namespace {

Size translation_size(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {40, 6, 20};
    case Tier::kCpu:
      return {240, 24, 80};
    case Tier::kFull:
      return {2400, 120, 600};
  }
  return {};
}

}  // namespace

Suite make_translation(Tier tier, std::uint64_t seed) {
  const Language language = make_language(seed);
  Suite suite = generated_suite("a small invented language", seed, "translate",
                                {"chrf", "bleu", "exact_match"});
  suite.prompt.system = fmt::format("Translate the sentence into {}.", language.name);
  suite.prompt.question = fmt::format("English: {{question}}\n{}:", language.name);
  suite.prompt.context =
      fmt::format("Grammar book:\n{{passages}}\n\nEnglish: {{question}}\n{}:", language.name);
  suite.prompt.max_new_tokens = 40;
  suite.prompt.stop = {"\n"};
  suite.corpus = grammar_book(language);
  std::vector<std::string> book;
  for (const Document& page : suite.corpus) book.push_back(page.id);

  const Size size = translation_size(tier);
  Rng rng(seed, "translation");
  std::set<std::string> used;
  for (std::size_t i = 0; i < size.train + size.dev + size.test; ++i) {
    Sentence sentence;
    do {
      sentence = draw_sentence(rng);
    } while (!used.insert(in_english(sentence)).second);
    const std::string id = numbered("sentence", i + 1);
    if (i < size.train) {
      suite.train.push_back(qa_example(in_english(sentence), in_language(sentence, language), id));
      continue;
    }
    Item item;
    item.id = id;
    item.question = in_english(sentence);
    item.targets = {in_language(sentence, language)};
    item.gold_docs = book;
    item.cluster = id;
    (i < size.train + size.dev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::tasks
