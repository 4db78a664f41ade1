// Instructions that a program can check (IFEval, Zhou et al. 2023), strict and loose.
//
// Ids and arguments are IFEval's; of its 25 the 22 that hold in any language are here. Left out:
// language detection, and what NLTK's English splitter must count (sentences, capital words).
// Differences: keywords are texts, not regular expressions; the case checks do not ask whether
// the text is English. An empty answer follows nothing.
//   keywords:existence {keywords} · keywords:frequency {keyword, frequency, relation}
//   keywords:forbidden_words {forbidden_words} · keywords:letter_frequency {letter, let_frequency,
//   let_relation} · length_constraints:number_words {num_words, relation} ·
//   length_constraints:number_paragraphs {num_paragraphs}, divided by *** ·
//   length_constraints:nth_paragraph_first_word {num_paragraphs, nth_paragraph, first_word} ·
//   detectable_content:number_placeholders {num_placeholders} ·
//   detectable_content:postscript {postscript_marker} ·
//   detectable_format:number_bullet_lists {num_bullets} · detectable_format:constrained_response ·
//   detectable_format:number_highlighted_sections {num_highlights} ·
//   detectable_format:multiple_sections {section_spliter, num_sections} ·
//   detectable_format:json_format · detectable_format:title · combination:two_responses ·
//   combination:repeat_prompt {prompt_to_repeat} · startend:end_checker {end_phrase} ·
//   startend:quotation · change_case:english_capital · change_case:english_lowercase ·
//   punctuation:no_comma
// A relation is "at least" or "less than".
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace quadrant {

// For each constraint, {"id": ..., its arguments}: is it followed? `loose`: by the answer as it is
// or without asterisks, its first line, its last line, or several of these.
// Error for an unknown id (nearest named) and for an argument that is missing or of another kind.
std::vector<bool> follows(const nlohmann::json& constraints, const std::string& output, bool loose);

}  // namespace quadrant
