#include "harness/metrics/porter.h"

#include <array>
#include <span>
#include <utility>

namespace quadrant {
namespace {

using Text = std::string_view;

bool is_consonant(Text word, std::size_t at) {
  bool consonant = true;
  // "y" is a consonant at the start and after a vowel, and the letter before may be another "y".
  for (std::size_t i = 0; i <= at; ++i) {
    const char c = word[i];
    const bool vowel = c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
    consonant = !vowel && (c != 'y' || i == 0 || !consonant);
  }
  return consonant;
}

// Porter's m: how often a vowel is followed by a consonant.
int measure(Text stem) {
  int m = 0;
  for (std::size_t i = 1; i < stem.size(); ++i) {
    m += !is_consonant(stem, i - 1) && is_consonant(stem, i) ? 1 : 0;
  }
  return m;
}

bool has_vowel(Text stem) {
  for (std::size_t i = 0; i < stem.size(); ++i) {
    if (!is_consonant(stem, i)) return true;
  }
  return false;
}

bool ends_in_double_consonant(Text word) {
  const std::size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

bool ends_short(Text word) {  // consonant, vowel, consonant other than w, x, y
  const std::size_t n = word.size();
  if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
  if (n < 3) return false;
  const char last = word[n - 1];
  return is_consonant(word, n - 3) && !is_consonant(word, n - 2) && is_consonant(word, n - 1) &&
         last != 'w' && last != 'x' && last != 'y';
}

struct Rule {
  Text suffix, replacement;
};

// The first rule whose suffix fits decides, whether or not the rest is long enough for it.
std::string apply(std::string word, std::span<const Rule> rules, int least_measure) {
  for (const Rule& rule : rules) {
    if (!word.ends_with(rule.suffix)) continue;
    const Text stem = Text(word).substr(0, word.size() - rule.suffix.size());
    // NLTK measures "logi" without its "l" taken away.
    const Text measured = rule.suffix == "logi" ? Text(word).substr(0, word.size() - 3) : stem;
    if (measure(measured) < least_measure) return word;
    return std::string(stem) + std::string(rule.replacement);
  }
  return word;
}

std::string step_1a(const std::string& word) {
  static constexpr std::array<Rule, 4> kRules{
      {{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}}};
  if (word.size() == 4 && word.ends_with("ies")) return word.substr(0, 3);
  return apply(word, kRules, 0);
}

std::string after_ed_or_ing(std::string stem) {
  if (stem.ends_with("at") || stem.ends_with("bl") || stem.ends_with("iz")) return stem + "e";
  if (ends_in_double_consonant(stem)) {
    const char last = stem.back();
    if (last != 'l' && last != 's' && last != 'z') stem.pop_back();
    return stem;
  }
  return measure(stem) == 1 && ends_short(stem) ? stem + "e" : stem;
}

std::string step_1b(const std::string& word) {
  const std::size_t n = word.size();
  if (word.ends_with("ied")) return word.substr(0, n == 4 ? n - 1 : n - 2);
  if (word.ends_with("eed")) {
    return measure(Text(word).substr(0, n - 3)) > 0 ? word.substr(0, n - 1) : word;
  }
  for (const Text suffix : {Text("ed"), Text("ing")}) {
    if (!word.ends_with(suffix)) continue;
    const std::string stem = word.substr(0, n - suffix.size());
    if (has_vowel(stem)) return after_ed_or_ing(stem);
  }
  return word;
}

std::string step_1c(std::string word) {
  const std::size_t n = word.size();
  if (n > 2 && word.back() == 'y' && is_consonant(word, n - 2)) word.back() = 'i';
  return word;
}

std::string step_2(const std::string& word) {
  static constexpr std::array<Rule, 22> kRules{
      {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
       {"izer", "ize"},    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"},
       {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
       {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
       {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"},
       {"fulli", "ful"},   {"logi", "log"}}};
  if (word.ends_with("alli") && measure(Text(word).substr(0, word.size() - 4)) > 0) {
    return step_2(word.substr(0, word.size() - 2));
  }
  return apply(word, kRules, 1);
}

std::string step_3(const std::string& word) {
  static constexpr std::array<Rule, 7> kRules{{{"icate", "ic"},
                                               {"ative", ""},
                                               {"alize", "al"},
                                               {"iciti", "ic"},
                                               {"ical", "ic"},
                                               {"ful", ""},
                                               {"ness", ""}}};
  return apply(word, kRules, 1);
}

std::string step_4(const std::string& word) {
  static constexpr std::array<Rule, 18> kRules{{{"al", ""},
                                                {"ance", ""},
                                                {"ence", ""},
                                                {"er", ""},
                                                {"ic", ""},
                                                {"able", ""},
                                                {"ible", ""},
                                                {"ant", ""},
                                                {"ement", ""},
                                                {"ment", ""},
                                                {"ent", ""},
                                                {"ou", ""},
                                                {"ism", ""},
                                                {"ate", ""},
                                                {"iti", ""},
                                                {"ous", ""},
                                                {"ive", ""},
                                                {"ize", ""}}};
  if (!word.ends_with("ion")) return apply(word, kRules, 2);
  const std::string stem = word.substr(0, word.size() - 3);
  return measure(stem) > 1 && (stem.back() == 's' || stem.back() == 't') ? stem : word;
}

std::string step_5(std::string word) {
  if (word.ends_with("e")) {
    const std::string stem = word.substr(0, word.size() - 1);
    const int m = measure(stem);
    if (m > 1 || (m == 1 && !ends_short(stem))) word = stem;
  }
  if (word.ends_with("ll") && measure(Text(word).substr(0, word.size() - 1)) > 1) word.pop_back();
  return word;
}

Text irregular(Text word) {  // "" = it is regular
  static constexpr std::array<std::pair<Text, Text>, 16> kForms{{{"sky", "sky"},
                                                                 {"skies", "sky"},
                                                                 {"dying", "die"},
                                                                 {"lying", "lie"},
                                                                 {"tying", "tie"},
                                                                 {"news", "news"},
                                                                 {"innings", "inning"},
                                                                 {"inning", "inning"},
                                                                 {"outings", "outing"},
                                                                 {"outing", "outing"},
                                                                 {"cannings", "canning"},
                                                                 {"canning", "canning"},
                                                                 {"howe", "howe"},
                                                                 {"proceed", "proceed"},
                                                                 {"exceed", "exceed"},
                                                                 {"succeed", "succeed"}}};
  for (const auto& [form, stem] : kForms) {
    if (form == word) return stem;
  }
  return "";
}

}  // namespace

std::string porter_stem(std::string_view word) {
  if (const Text known = irregular(word); !known.empty()) return std::string(known);
  if (word.size() <= 2) return std::string(word);
  return step_5(step_4(step_3(step_2(step_1c(step_1b(step_1a(std::string(word))))))));
}

}  // namespace quadrant
