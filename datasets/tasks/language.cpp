#include "datasets/tasks/language.h"

#include <fmt/format.h>

#include <set>

#include "datasets/common/wording.h"

namespace quadrant::tasks {
namespace {

using Words = std::vector<std::string>;

std::string syllable(Rng& rng, bool closed) {
  static const Words kOnset{"b", "d", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "ch"};
  static const Words kVowel{"a", "e", "i", "o", "u"};
  static const Words kEnd{"n", "r", "l", "sh", "k"};
  std::string text = pick(kOnset, rng);
  text += pick(kVowel, rng);
  return closed ? text + pick(kEnd, rng) : text;
}

std::string in_english(const NounPhrase& phrase) {
  return "the " + (phrase.adjective.empty() ? "" : phrase.adjective + " ") + phrase.noun +
         (phrase.plural ? "s" : "");
}

std::string in_language(const NounPhrase& phrase, const Language& language) {
  std::string text = language.words.at(phrase.noun) + (phrase.plural ? language.plural : "");
  if (!phrase.adjective.empty()) text += " " + language.words.at(phrase.adjective);
  return text;
}

Document dictionary(const Language& language, const std::string& id, const std::string& title,
                    const Words& words) {
  std::string text;
  for (const std::string& word : words) {
    text += fmt::format("{}{} is \"{}\"", text.empty() ? "" : "; ", word, language.words.at(word));
  }
  return {id, fmt::format("{}: {}", language.name, title), text + "."};
}

Words base_forms() {
  Words words;
  for (const Verb& verb : verbs()) words.push_back(verb.base);
  return words;
}

NounPhrase draw_phrase(const Words& nouns, Rng& rng) {
  NounPhrase phrase;
  phrase.noun = pick(nouns, rng);
  if (rng.below(2) == 0) phrase.adjective = pick(adjectives(), rng);
  phrase.plural = rng.below(3) == 0;
  return phrase;
}

}  // namespace

const Words& people() {
  static const Words kWords{"fisher", "teacher", "farmer", "king", "friend", "bird", "horse"};
  return kWords;
}

const Words& things() {
  static const Words kWords{"river", "stone", "boat",   "house", "garden", "apple", "door",
                            "lamp",  "book",  "bridge", "tower", "cloud",  "basket"};
  return kWords;
}

const Words& adjectives() {
  static const Words kWords{"old", "small", "green", "quiet", "heavy", "bright", "poor", "round"};
  return kWords;
}

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs{
      {"see", "sees", "saw"},          {"find", "finds", "found"},
      {"carry", "carries", "carried"}, {"love", "loves", "loved"},
      {"hold", "holds", "held"},       {"paint", "paints", "painted"},
      {"watch", "watches", "watched"}, {"wash", "washes", "washed"},
      {"guard", "guards", "guarded"},  {"leave", "leaves", "left"}};
  return kVerbs;
}

Language make_language(std::uint64_t seed) {
  Rng rng(seed, "language");
  std::set<std::string> used;
  const auto coin = [&](bool longer) {
    std::string word;
    do {
      word = syllable(rng, false);
      if (longer) word += syllable(rng, true);
    } while (!used.insert(word).second);
    return word;
  };
  Language language;
  language.name = capital(coin(true));
  language.plural = coin(false);
  language.past = coin(false);
  language.negation = coin(false);
  for (const Words& words : {people(), things(), adjectives(), base_forms()}) {
    for (const std::string& word : words) language.words[word] = coin(true);
  }
  return language;
}

Sentence draw_sentence(Rng& rng) {
  Sentence sentence;
  sentence.subject = draw_phrase(people(), rng);
  sentence.object = draw_phrase(things(), rng);
  sentence.verb = &pick(verbs(), rng);
  sentence.form = pick(std::vector<Form>{Form::kPresent, Form::kPast, Form::kNegated}, rng);
  return sentence;
}

std::string in_english(const Sentence& sentence) {
  const bool plural = sentence.subject.plural;
  const Verb& verb = *sentence.verb;
  std::string action = plural ? verb.base : verb.third;
  if (sentence.form == Form::kPast) action = verb.past;
  if (sentence.form == Form::kNegated) action = (plural ? "do not " : "does not ") + verb.base;
  return capital(in_english(sentence.subject)) + " " + action + " " + in_english(sentence.object) +
         ".";
}

std::string in_language(const Sentence& sentence, const Language& language) {
  std::string text = language.words.at(sentence.verb->base);
  if (sentence.form == Form::kPast) text = language.past + " " + text;
  if (sentence.form == Form::kNegated) text += " " + language.negation;
  return capital(text + " " + in_language(sentence.subject, language) + " " +
                 in_language(sentence.object, language) + ".");
}

std::vector<Document> grammar_book(const Language& language) {
  const auto rule = [&](const std::string& id, const std::string& title, const std::string& text) {
    return Document{id, fmt::format("{}: {}", language.name, title), text};
  };
  return {
      rule(
          "order", "word order",
          fmt::format("A sentence of {} begins with the verb. After it comes who does it, and last "
                      "to what it is done. There is no word for \"the\".",
                      language.name)),
      rule("adjective", "adjectives", "An adjective stands behind its noun and never changes."),
      rule(
          "plural", "plural",
          fmt::format("The plural of a noun is made with \"{}\" at its end, without a space. Verbs "
                      "and adjectives have no plural.",
                      language.plural)),
      rule("past", "past",
           fmt::format("For the past, the word \"{}\" stands before the verb.", language.past)),
      rule("negation", "negation",
           fmt::format("For \"not\", the word \"{}\" stands behind the verb.", language.negation)),
      dictionary(language, "people", "words for people and animals", people()),
      dictionary(language, "things", "words for things", things()),
      dictionary(language, "adjectives", "words for what things are like", adjectives()),
      dictionary(language, "verbs", "verbs", base_forms())};
}

}  // namespace quadrant::tasks
