// Does a text hold a target, as a reader would say?
#pragma once

#include <string>
#include <string_view>

namespace quadrant {

// Lower case, NFC, each run of white space one space, none at the edges. Text must be valid UTF-8.
std::string comparable(std::string_view text);

// Neither side prepared; not as a part of a longer ASCII word or number. False for a target without
// visible characters.
bool contains_target(std::string_view text, std::string_view target);

}  // namespace quadrant
