// Does a text hold a target, as a reader would say?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quadrant {

// Lower case, NFC, each run of white space one space, none at the edges. Text must be valid UTF-8.
std::string comparable(std::string_view text);

// Is text[begin, end) no part of a longer word or number? "5" is not in "15 %", nor "art" in
// "party". Other scripts write particles without a space ("서울에서" holds "서울"), so only ASCII
// letters and digits make a word longer.
bool has_word_edges(std::string_view text, std::size_t begin, std::size_t end);

// Neither side prepared; not as a part of a longer ASCII word or number. False for a target without
// visible characters.
bool contains_target(std::string_view text, std::string_view target);

}  // namespace quadrant
