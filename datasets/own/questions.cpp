#include "datasets/own/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

std::string place(const std::string& where, int line) { return fmt::format("{}:{}", where, line); }

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Reads one field at a time; keeps the line for errors.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& where) : text_(text), where_(where) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  bool at_end() const { return at_ == text_.size(); }
  int line() const { return line_; }

  std::vector<std::string> row() {
    std::vector<std::string> fields;
    while (true) {
      fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : bare());
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      skip_line_end();
      return fields;
    }
  }

 private:
  std::string bare() {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    const std::string field(text_.substr(at_, end - at_));
    if (field.find('"') != std::string::npos) {
      throw Error("a quote stands inside a field that does not begin with one",
                  place(where_, line_), R"(write the field as "...", with every " in it doubled)");
    }
    at_ = end;
    return field;
  }

  std::string quoted() {
    const int begin = line_;
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        field += text_[at_];
      } else if (text_.substr(at_ + 1).starts_with('"')) {
        field += text_[++at_];
      } else {
        ++at_;
        if (at_ < text_.size() && text_.substr(at_, 1).find_first_of(",\r\n") != 0) {
          throw Error("text follows a closing quote", place(where_, line_),
                      R"(put a comma there, or double the " inside the field)");
        }
        return field;
      }
    }
    throw Error("a quote is opened and never closed", place(where_, begin),
                R"(close the field with ")");
  }

  void skip_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
  int line_ = 1;
};

// Where each known column stands.
std::map<std::string, std::size_t> read_header(const CsvRow& row, const std::string& where) {
  static const std::vector<std::string> kKnown{"question", "answer", "doc", "cluster"};
  std::map<std::string, std::size_t> columns;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    const std::string name = to_lower(trimmed(row.fields[i]));
    if (std::count(kKnown.begin(), kKnown.end(), name) == 0) {
      const std::string near = nearest_name(name, kKnown);
      throw Error(fmt::format("unknown column \"{}\"", name), place(where, row.line),
                  near.empty() ? "the first line names the columns: question,answer,doc,cluster"
                               : fmt::format("did you mean \"{}\"?", near));
    }
    if (!columns.emplace(name, i).second) {
      throw Error(fmt::format("the column \"{}\" comes twice", name), place(where, row.line),
                  "keep one of them");
    }
  }
  for (const char* needed : {"question", "answer"}) {
    if (!columns.count(needed)) {
      throw Error(fmt::format("there is no column \"{}\"", needed), place(where, row.line),
                  "the first line names the columns: question,answer and, if wanted, doc,cluster");
    }
  }
  return columns;
}

OwnQuestion read_row(const CsvRow& row, const std::map<std::string, std::size_t>& columns,
                     const std::string& where) {
  if (row.fields.size() != columns.size()) {
    throw Error(
        fmt::format("this row has {} fields, the header {}", row.fields.size(), columns.size()),
        place(where, row.line), "put fields that hold a comma in double quotes");
  }
  const auto field = [&](const std::string& name) {
    const auto found = columns.find(name);
    return found == columns.end() ? "" : to_nfc(trimmed(row.fields[found->second]));
  };
  OwnQuestion question{field("question"), field("answer"), field("doc"), field("cluster"),
                       place(where, row.line)};
  for (const auto& [name, text] :
       {std::pair{"question", question.question}, std::pair{"answer", question.answer}}) {
    if (text.empty()) {
      throw Error(fmt::format("the {} is empty", name), question.where,
                  "write something there, or remove the row");
    }
  }
  return question;
}

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& where) {
  std::vector<CsvRow> rows;
  CsvReader reader(text, where);
  while (!reader.at_end()) {
    CsvRow row;
    row.line = reader.line();
    row.fields = reader.row();
    const bool blank = std::all_of(row.fields.begin(), row.fields.end(),
                                   [](const std::string& field) { return trimmed(field).empty(); });
    if (!blank) rows.push_back(row);
  }
  return rows;
}

std::vector<OwnQuestion> read_questions(const std::filesystem::path& file) {
  const std::string where = file.string(), text = read_text(file);
  if (const auto bad = first_invalid_utf8(text)) {
    throw Error("the file is not UTF-8", fmt::format("{}, byte {}", where, *bad),
                "save the table as CSV in UTF-8");
  }
  const std::vector<CsvRow> rows = parse_csv(text, where);
  if (rows.size() < 2) {
    throw Error("the table holds no questions", where,
                "write a first line question,answer and a row for each question");
  }
  const auto columns = read_header(rows[0], where);
  std::vector<OwnQuestion> questions;
  std::map<std::string, std::string> seen;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    questions.push_back(read_row(rows[i], columns, where));
    const auto [first, fresh] =
        seen.emplace(to_lower(questions.back().question), questions.back().where);
    if (!fresh) {
      throw Error("the same question stands twice, so it could be trained on and then asked",
                  fmt::format("{} and {}", first->second, questions.back().where),
                  "remove one of the rows");
    }
  }
  return questions;
}

}  // namespace quadrant
