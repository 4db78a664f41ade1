// One reader per kind of file, for the list in documents.cpp. Each throws Error for a bad file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

// `id` and `title` are what the document is called unless its content says something better.
Document read_plain_text(const std::filesystem::path& file);
Document read_markdown(const std::filesystem::path& file);
Document read_html(const std::filesystem::path& file);
Document read_pdf(const std::filesystem::path& file);

struct LinePlace {
  int number = 0;          // from 1
  std::uintmax_t end = 0;  // bytes of the file up to the line's end
};

// Calls one of the two for each line that is not blank.
void read_json_lines(const std::filesystem::path& file,
                     const std::function<void(Document, const LinePlace& place)>& visit,
                     const std::function<void(int line, std::string problem)>& refuse);

// The file's bytes as valid UTF-8 in NFC, without a byte-order mark.
std::string read_utf8(const std::filesystem::path& file);
// Error unless the bytes are UTF-8 text without NUL; `file` is for its message.
std::string checked_nfc(std::string_view bytes, const std::filesystem::path& file);

}  // namespace quadrant
