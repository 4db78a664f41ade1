#include "strategies/lm/tokenizer/json/node.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"

namespace quadrant {

JsonNode::JsonNode(const nlohmann::json& value, std::string where, int depth)
    : value_(&value), where_(std::move(where)), depth_(depth) {
  constexpr int kDeepest = 30;
  if (depth > kDeepest) refuse("it is nested too deep");
}

bool JsonNode::has(const char* key) const {
  if (!value_->is_object()) return false;
  const auto found = value_->find(key);
  return found != value_->end() && !found->is_null();
}

JsonNode JsonNode::at(const char* key) const {
  if (!has(key)) refuse(fmt::format("\"{}\" is missing", key));
  return {(*value_)[key], fmt::format("{}, {}", where_, key), depth_ + 1};
}

std::vector<JsonNode> JsonNode::elements() const {
  if (!value_->is_array()) refuse("this is not a list");
  std::vector<JsonNode> nodes;
  nodes.reserve(value_->size());
  for (const auto& element : *value_) nodes.emplace_back(element, where_, depth_ + 1);
  return nodes;
}

void JsonNode::each_entry(
    const std::function<void(const std::string&, const JsonNode&)>& visit) const {
  if (!value_->is_object()) refuse("this is not an object");
  for (const auto& [key, value] : value_->items()) visit(key, {value, where_, depth_ + 1});
}

bool JsonNode::is_text() const { return value_->is_string(); }

std::string JsonNode::text() const {
  if (!value_->is_string()) refuse("this is not a text");
  return value_->get<std::string>();
}

std::int64_t JsonNode::integer() const {
  if (!value_->is_number_integer()) refuse("this is not an integer");
  return value_->get<std::int64_t>();
}

double JsonNode::number() const {
  if (!value_->is_number()) refuse("this is not a number");
  return value_->get<double>();
}

std::string JsonNode::text_or(const char* key, std::string otherwise) const {
  return has(key) ? at(key).text() : std::move(otherwise);
}

bool JsonNode::flag(const char* key, bool otherwise) const {
  if (!has(key)) return otherwise;
  if (!(*value_)[key].is_boolean()) refuse(fmt::format("\"{}\" is neither true nor false", key));
  return (*value_)[key].get<bool>();
}

void JsonNode::refuse(const std::string& problem) const {
  throw Error("this tokenizer cannot be used: " + problem, where_,
              "use a model with a tokenizer of a known kind, or its tokenizer.model file alone");
}

void JsonNode::refuse_type(const char* what) const {
  refuse(fmt::format("the {} \"{}\" is not supported", what, type()));
}

}  // namespace quadrant
