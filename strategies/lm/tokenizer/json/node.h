// One node of a JSON file and where it stands, so that each error names file and component.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

// A view: the document must live longer.
class JsonNode {
 public:
  // Error when it lies deeper than any tokenizer's nodes do.
  JsonNode(const nlohmann::json& value, std::string where, int depth = 0);

  bool has(const char* key) const;  // and it is not null
  JsonNode at(const char* key) const;
  std::vector<JsonNode> elements() const;  // of a list
  void each_entry(const std::function<void(const std::string&, const JsonNode&)>& visit) const;

  bool is_text() const;
  std::string text() const;
  std::int64_t integer() const;
  double number() const;
  std::string text(const char* key) const { return at(key).text(); }
  std::string text_or(const char* key, std::string otherwise) const;
  bool flag(const char* key, bool otherwise) const;
  std::string type() const { return text("type"); }

  const std::string& where() const { return where_; }
  [[noreturn]] void refuse(const std::string& problem) const;
  [[noreturn]] void refuse_type(const char* what) const;  // a component that is not known

 private:
  const nlohmann::json* value_;
  std::string where_;
  int depth_;
};

}  // namespace quadrant
