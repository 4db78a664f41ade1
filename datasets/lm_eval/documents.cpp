#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "datasets/lm_eval/task.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/utf8.h"

namespace quadrant::lm_eval {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, std::size_t line, const std::string& problem) {
  throw Error(problem, fmt::format("{}:{}", file.string(), line), "mend that line");
}

// RFC 4180: fields in quotes may hold commas, line ends and doubled quotes.
std::vector<std::vector<std::string>> csv_rows(const std::string& text, const fs::path& file) {
  std::vector<std::vector<std::string>> rows(1);
  std::string field;
  std::size_t line = 1;
  bool quoted = false, started = false;  // inside quotes; anything of this row seen
  const auto end_field = [&] { rows.back().push_back(std::exchange(field, "")); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      const bool doubled = c == '"' && i + 1 < text.size() && text[i + 1] == '"';
      if (c != '"' || doubled) field += c;
      if (doubled) ++i;
      quoted = c != '"' || doubled;
    } else if (c == '"' && field.empty()) {
      quoted = started = true;
    } else if (c == ',') {
      end_field();
      started = true;
    } else if (c == '\n') {
      if (started) {
        end_field();
        rows.emplace_back();
      }
      started = false;
    } else if (c != '\r') {
      field += c;
      started = true;
    }
  }
  if (quoted) refuse(file, line, "a field in quotes never ends");
  if (started) end_field();
  if (rows.back().empty()) rows.pop_back();
  return rows;
}

// As pandas reads them: whole columns of integers or numbers are such, all others texts.
json cell(const std::string& text, bool integers, bool numbers) {
  if (integers || numbers) {
    json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_number()) return value;
  }
  return text;
}

std::vector<json> read_csv(const fs::path& file) {
  const auto rows = csv_rows(read_text(file), file);
  if (rows.empty()) return {};
  const std::vector<std::string>& names = rows[0];
  std::vector<bool> integers(names.size(), true), numbers(names.size(), true);
  for (std::size_t r = 1; r < rows.size(); ++r) {
    if (rows[r].size() != names.size()) {
      refuse(file, r + 1,
             fmt::format("{} fields, and the header has {}", rows[r].size(), names.size()));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const json value = json::parse(rows[r][i], nullptr, false);
      integers[i] = integers[i] && value.is_number_integer();
      numbers[i] = numbers[i] && value.is_number();
    }
  }
  std::vector<json> documents;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    json document = json::object();
    for (std::size_t i = 0; i < names.size(); ++i) {
      document[names[i]] = cell(rows[r][i], integers[i], numbers[i]);
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

std::vector<json> read_json(const fs::path& file) {
  const std::string text = read_text(file);
  const json whole = json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::vector<json> documents;
  if (whole.is_array()) return whole.get<std::vector<json>>();
  for_each_json_line(file, [&](int, const json& document) { documents.push_back(document); });
  return documents;
}

}  // namespace

std::vector<json> read_documents(const fs::path& file) {
  if (!fs::exists(file)) {
    throw Error("the task's data file does not exist", file.string(),
                "put it there, or mend dataset_kwargs.data_files");
  }
  const std::string ending = file.extension().string();
  std::vector<json> documents;
  if (ending == ".csv") {
    documents = read_csv(file);
  } else if (ending == ".json" || ending == ".jsonl") {
    documents = read_json(file);
  } else {
    throw Error(fmt::format("data files ending in \"{}\" are not supported", ending), file.string(),
                "write the data as .jsonl, .json or .csv");
  }
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (!documents[i].is_object()) refuse(file, i + 1, "this document is not a JSON object");
  }
  return documents;
}

}  // namespace quadrant::lm_eval
