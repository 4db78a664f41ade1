// A person's questions and answers from a table: CSV with a header.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

// CSV as RFC 4180 has it: commas, double quotes around fields that hold commas, quotes (doubled) or
// line breaks; CRLF or LF; a byte order mark is skipped, and so are lines without any text.
struct CsvRow {
  int line = 0;  // where the row begins, from 1
  std::vector<std::string> fields;
};
// `where` names the text in errors. Error for a quote that is not closed or stands inside a field.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& where);

struct OwnQuestion {
  std::string question, answer;
  std::string document;  // as the table names it; "" = not said
  std::string cluster;   // "" = not said
  std::string where;     // "qa.csv:17"
};

// Columns `question` and `answer`, and if wanted `doc` and `cluster`, in any order. Texts are
// trimmed and brought to NFC. Error (file:line, mend) for bad UTF-8, a missing or unknown column,
// a row of another length, an empty question or answer, the same question twice.
std::vector<OwnQuestion> read_questions(const std::filesystem::path& file);

}  // namespace quadrant
