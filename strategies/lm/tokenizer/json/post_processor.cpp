#include "strategies/lm/tokenizer/json/post_processor.h"

#include <fmt/format.h>

namespace quadrant {
namespace {

using Exists = std::function<bool(std::int64_t)>;

std::int32_t token(const JsonNode& id, const Exists& exists) {
  if (!exists(id.integer())) id.refuse(fmt::format("there is no token {}", id.integer()));
  return static_cast<std::int32_t>(id.integer());
}

// {"single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}, ...]}
Surround read_template(const JsonNode& node, const Exists& exists) {
  Surround surround;
  bool text_seen = false;
  for (const JsonNode& piece : node.at("single").elements()) {
    if (piece.has("Sequence")) {
      if (text_seen) node.refuse("the post_processor writes the text twice");
      text_seen = true;
      continue;
    }
    const std::string name = piece.at("SpecialToken").text("id");
    for (const JsonNode& id : node.at("special_tokens").at(name.c_str()).at("ids").elements()) {
      (text_seen ? surround.after : surround.before).push_back(token(id, exists));
    }
  }
  if (!text_seen) node.refuse("the post_processor leaves the text out");
  return surround;
}

// {"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}
Surround read_pair(const JsonNode& node, const Exists& exists) {
  const auto id = [&](const char* key) {
    const auto pair = node.at(key).elements();
    if (pair.size() != 2) node.refuse(fmt::format("{} is no pair", key));
    return token(pair[1], exists);
  };
  return {{id("cls")}, {id("sep")}};
}

}  // namespace

Surround read_post_processor(const JsonNode& node, const Exists& exists) {
  const std::string type = node.type();
  if (type == "TemplateProcessing") return read_template(node, exists);
  if (type == "BertProcessing" || type == "RobertaProcessing") return read_pair(node, exists);
  if (type == "ByteLevel") return {};  // it changes offsets only
  if (type == "Sequence") {
    Surround all;
    for (const JsonNode& step : node.at("processors").elements()) {
      const Surround one = read_post_processor(step, exists);
      all.before.insert(all.before.begin(), one.before.begin(), one.before.end());
      all.after.insert(all.after.end(), one.after.begin(), one.after.end());
    }
    return all;
  }
  node.refuse_type("post_processor");
}

}  // namespace quadrant
