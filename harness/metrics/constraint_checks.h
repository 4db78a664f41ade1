// The single checks behind harness/metrics/constraints.h.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace quadrant {

// The arguments of one constraint. Error for one that is missing or of another kind.
class Arguments {
 public:
  explicit Arguments(const nlohmann::json& constraint);  // keeps a reference
  const std::string& id() const { return id_; }
  std::string text(const char* key) const;
  std::vector<std::string> texts(const char* key) const;
  int count(const char* key) const;
  bool relation(const char* key, int found, int wanted) const;  // "at least", "less than"

 private:
  const nlohmann::json& value(const char* key, const char* form, bool good) const;
  const nlohmann::json& constraint_;
  std::string id_;
};

struct ConstraintCheck {
  const char* id;
  bool (*follows)(const std::string& answer, const Arguments& arguments);
};
const std::vector<ConstraintCheck>& word_checks();  // keywords, lengths, case, punctuation
const std::vector<ConstraintCheck>& form_checks();  // formats, contents, ends

// Python's str.strip(), lower() (simple), and split(separator).
std::string stripped(const std::string& text);
std::string lowered(const std::string& text);
std::vector<std::string> split(const std::string& text, const std::string& separator);

}  // namespace quadrant
