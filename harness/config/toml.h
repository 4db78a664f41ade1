// TOML for both of our formats: values that know their line, and a reader that names every mistake.
//
// Goals: each error says file:line and the mend; a key that nobody asked for is an error. The
// library behind it (toml++) is seen by toml.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quadrant {

struct TomlValue {
  enum class Kind { kText, kInteger, kNumber, kBoolean, kDate, kArray, kTable };
  Kind kind = Kind::kTable;
  std::string key;    // in its table; "" in an array and at the top
  std::string where;  // "file:line", or the --set argument it comes from
  std::string text;
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<TomlValue> children;  // kArray, kTable: in the order of the file
};

// The whole file as one table. Error with origin:line for bad UTF-8 and bad TOML.
TomlValue parse_toml(const std::string& text, const std::string& origin);

// "a.b=value" put into the table, tables made where missing. The value is read as TOML, or taken
// as plain text when it is not TOML.
void override_toml(TomlValue& root, const std::string& assignment);

struct NumberRange {
  double least = 0;
  bool least_allowed = true;
  double most = 1e300;
  bool most_allowed = true;
};

// One table, read key by key. Every getter without a fallback demands its key. finish() throws for
// a key that was never asked for and names the nearest one that was. Keeps a reference to `table`.
class TomlReader {
 public:
  TomlReader(const TomlValue& table, std::string path);

  const std::string& name() const { return table_.key; }
  bool has(const std::string& key) const { return find(key) != nullptr; }
  // "file:line" of a key, or of the table when the key is not there.
  std::string where(const std::string& key) const;

  std::string text(const std::string& key);  // not empty
  std::string text(const std::string& key, const std::string& fallback);
  std::string choice(const std::string& key, const std::vector<std::string>& known);
  std::string choice(const std::string& key, const std::vector<std::string>& known,
                     const std::string& fallback);
  std::int64_t integer(const std::string& key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most);
  double number(const std::string& key, double fallback, const NumberRange& range);
  bool boolean(const std::string& key, bool fallback);
  // Not empty texts, none twice. The list itself may be empty only when a fallback is given.
  std::vector<std::string> texts(const std::string& key);
  std::vector<std::string> texts(const std::string& key, const std::vector<std::string>& fallback);
  // Like texts(), and a single text is a list of one.
  std::vector<std::string> text_or_texts(const std::string& key, const std::string& fallback);
  std::vector<std::int64_t> integers(const std::string& key,
                                     const std::vector<std::int64_t>& fallback);
  std::optional<TomlReader> table(const std::string& key);
  std::vector<TomlReader> tables(const std::string& key);  // [key.NAME]; empty when missing

  // A key that has a meaning elsewhere but none here: an error that gives the reason.
  void refuse(const std::string& key, const std::string& reason) const;
  void finish() const;
  [[noreturn]] void fail(const std::string& key, const std::string& problem,
                         const std::string& mend) const;

 private:
  const TomlValue* find(const std::string& key) const;
  const TomlValue* ask(const std::string& key);
  const TomlValue& demand(const std::string& key);
  std::string full(const std::string& key) const;
  std::string text_of(const std::string& key, const TomlValue& value) const;
  std::vector<std::string> texts_of(const std::string& key, const TomlValue& value) const;
  const TomlValue& typed(const std::string& key, const TomlValue& value, TomlValue::Kind kind,
                         const std::string& wanted, const std::string& mend) const;

  const TomlValue& table_;
  std::string path_;                // "tuning.lora", "" at the top
  std::vector<std::string> asked_;  // the known keys
};

}  // namespace quadrant
