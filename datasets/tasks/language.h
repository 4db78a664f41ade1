// A small invented language: its words by seed, its grammar, and sentences in it and in English.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/core/rng.h"

namespace quadrant::tasks {

struct Verb {
  std::string base, third, past;  // "carry", "carries", "carried"
};

struct NounPhrase {
  std::string noun, adjective;  // the adjective may be ""
  bool plural = false;
};

enum class Form { kPresent, kPast, kNegated };  // "sees", "saw", "does not see"

struct Sentence {
  NounPhrase subject, object;
  const Verb* verb = nullptr;
  Form form = Form::kPresent;
};

struct Language {
  std::string name, plural, past, negation;  // a suffix and two particles
  std::map<std::string, std::string> words;  // English (verbs: base form) to the language
};

const std::vector<std::string>& people();  // nouns that do things
const std::vector<std::string>& things();  // nouns that things are done to
const std::vector<std::string>& adjectives();
const std::vector<Verb>& verbs();

Language make_language(std::uint64_t seed);
Sentence draw_sentence(Rng& rng);
std::string in_english(const Sentence& sentence);
std::string in_language(const Sentence& sentence, const Language& language);

// The rules one by one, and the dictionary in parts.
std::vector<Document> grammar_book(const Language& language);

}  // namespace quadrant::tasks
