// One line of a JSONL file read field by field; each error names file, line, field and mend.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/core/files.h"

namespace quadrant {

// Texts come out in Unicode normal form C. Keeps a reference to the value.
class JsonFields {
 public:
  // Error when the value is not a JSON object.
  JsonFields(const nlohmann::json& value, std::string where, int line = 0);

  const std::string& where() const { return where_; }
  int line() const { return line_; }       // of its file, from 1; 0 for an object inside another
  bool has(const std::string& key) const;  // null counts as missing
  std::string text(const std::string& key) const;  // demanded, not empty
  std::string text_or_empty(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;  // [] when missing
  const nlohmann::json& value(const std::string& key) const;     // must be there
  // A field as text: a string as it is, anything else as JSON.
  std::string as_text(const std::string& key) const;
  std::vector<std::string> keys() const;
  [[noreturn]] void fail(const std::string& problem, const std::string& mend) const;

 private:
  const nlohmann::json& value_;
  std::string where_;
  int line_;
};

// Calls `visit` for each line of the file.
void for_each_record(const std::filesystem::path& file,
                     const std::function<void(const JsonFields&)>& visit);

// Ids used so far and where; Error with both places when one comes again.
class UniqueIds {
 public:
  void add(const std::string& id, const JsonFields& fields);

 private:
  std::map<std::string, std::string> places_;
};

}  // namespace quadrant
