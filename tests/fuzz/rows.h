// A whole bundle, changed row by row as the bytes say, then taken in, reported and scored again.
//
// Bytes of a SQLite file that a fuzzer has changed rarely get past SQLite's own checks; a change of
// a row does, and somebody who means harm would make it fit: the hashes are made anew.
#pragma once

#include <string_view>

namespace quadrant::fuzz {

// Error when the changed bundle is refused; nothing when it could be used.
void run_bundle_rows(std::string_view bytes);

}  // namespace quadrant::fuzz
