#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/utf8.h"
#include "retrieval/documents/markdown.h"
#include "retrieval/documents/readers.h"

namespace quadrant {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The value of the first of these keys that is a string; a number is taken as its digits.
std::string text_at(const nlohmann::json& line, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = line.find(key);
    if (found == line.end()) continue;
    if (found->is_string()) return to_nfc(found->get<std::string>());
    if (found->is_number_integer()) return found->dump();
  }
  return "";
}

Document document_of(const nlohmann::json& line) {
  Document document{text_at(line, {"_id", "id"}), text_at(line, {"title"}),
                    text_at(line, {"text"})};
  if (line.contains("text")) return document;
  const std::string contents = text_at(line, {"contents"});
  const std::size_t first_line = document.title.empty() ? contents.find('\n') : std::string::npos;
  if (first_line == std::string::npos) {
    document.text = contents;
  } else {
    document.title = contents.substr(0, first_line);
    document.text = contents.substr(first_line + 1);
  }
  return document;
}

// What is wrong with a line, or an empty string.
std::string problem_of(const nlohmann::json& line) {
  if (!line.is_object()) return "this line is no JSON object";
  if (text_at(line, {"_id", "id"}).empty()) return "this line has no \"_id\" and no \"id\"";
  for (const char* key : {"text", "contents"}) {
    if (line.contains(key) && line[key].is_string()) return "";
  }
  return "this line has no \"text\" and no \"contents\"";
}

}  // namespace

std::string checked_nfc(std::string_view bytes, const std::filesystem::path& file) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (const auto bad = first_invalid_utf8(bytes)) {
    throw Error(fmt::format("not UTF-8 (byte {})", *bad), file.string(), "save it as UTF-8");
  }
  if (const auto nul = bytes.find('\0'); nul != std::string_view::npos) {
    throw Error(fmt::format("not text: there is a zero byte at {}", nul), file.string(),
                "leave this file out");
  }
  return to_nfc(bytes);
}

std::string read_utf8(const std::filesystem::path& file) {
  const MappedFile mapped(file);
  return checked_nfc(mapped.bytes(), file);
}

Document read_plain_text(const std::filesystem::path& file) { return {"", "", read_utf8(file)}; }

Document read_markdown(const std::filesystem::path& file) {
  Document document{"", "", read_utf8(file)};
  document.marks = markdown_marks(document.text);
  document.title = markdown_title(document.text);
  return document;
}

void read_json_lines(const std::filesystem::path& file,
                     const std::function<void(Document, const LinePlace& place)>& visit,
                     const std::function<void(int line, std::string problem)>& refuse) {
  const MappedFile mapped(file);
  std::string_view rest = mapped.bytes();
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (const auto bad = first_invalid_utf8(line)) {
      refuse(number, fmt::format("not UTF-8 (byte {} of the line)", *bad));
      continue;
    }
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const std::string problem = json.is_discarded() ? "this line is not JSON" : problem_of(json);
    if (problem.empty()) {
      visit(document_of(json), {number, mapped.bytes().size() - rest.size()});
    } else {
      refuse(number, problem);
    }
  }
}

}  // namespace quadrant
