// Compression and base64 for data inside a page.
#pragma once

#include <string>
#include <string_view>

namespace quadrant {

std::string gzip(std::string_view bytes);  // without time and name: equal input, equal bytes
std::string base64(std::string_view bytes);

}  // namespace quadrant
