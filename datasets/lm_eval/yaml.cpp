#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "datasets/lm_eval/task.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/utf8.h"

namespace quadrant::lm_eval {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kDeepest = 40, kMostIncludes = 8;
constexpr std::size_t kMostNodes = 200'000;  // an alias can stand for ever more

// Of YAML itself; str, seq and map are also what an untagged node gets.
bool is_core(std::string_view tag) {
  constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
  constexpr std::string_view kKnown[] = {"str", "seq", "map", "int", "float", "bool", "null"};
  if (!tag.starts_with(kPrefix)) return false;
  tag.remove_prefix(kPrefix.size());
  return std::ranges::find(kKnown, tag) != std::end(kKnown);
}

std::string_view view(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// libyaml's document as JSON, with the types that PyYAML, which reads it by libyaml too, gives to
// plain scalars.
class Converter {
 public:
  Converter(const fs::path& file, yaml_document_t& document) : file_(file), document_(document) {}

  json convert() { return convert(yaml_document_get_root_node(&document_), 0); }

 private:
  json convert(const yaml_node_t* node, int depth) {
    if (!node) return nullptr;
    if (depth > kDeepest || ++nodes_ > kMostNodes) refuse(*node, "this YAML is too large or deep");
    const std::string tag = node->tag ? reinterpret_cast<const char*>(node->tag) : "";
    if (tag == "!function") refuse(*node, "\"!function\" runs Python, which is not supported");
    if (!is_core(tag)) refuse(*node, fmt::format("\"{}\" is not supported", tag));
    if (node->type == YAML_SCALAR_NODE) return scalar(*node);
    if (node->type == YAML_SEQUENCE_NODE) {
      json list = json::array();
      const auto& items = node->data.sequence.items;
      for (const int* item = items.start; item < items.top; ++item) {
        list.push_back(convert(at(*item), depth + 1));
      }
      return list;
    }
    json map = json::object();
    const auto& pairs = node->data.mapping.pairs;
    for (const yaml_node_pair_t* pair = pairs.start; pair < pairs.top; ++pair) {
      const yaml_node_t& key = *at(pair->key);
      if (key.type != YAML_SCALAR_NODE) refuse(key, "a key is not a text");
      map[std::string(text_of(key))] = convert(at(pair->value), depth + 1);
    }
    return map;
  }

  const yaml_node_t* at(int number) const { return yaml_document_get_node(&document_, number); }

  static std::string_view text_of(const yaml_node_t& node) {
    return view(node.data.scalar.value, node.data.scalar.length);
  }

  [[noreturn]] void refuse(const yaml_node_t& node, const std::string& problem) const {
    throw Error(problem, fmt::format("{}:{}", file_.string(), node.start_mark.line + 1),
                "write the value itself, as Jinja or as plain YAML");
  }

  // In quotes the value is a text, whatever it looks like.
  static json scalar(const yaml_node_t& node) {
    const std::string text(text_of(node));
    if (node.data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return text;
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
      return nullptr;
    }
    for (const char* yes : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
      if (text == yes) return true;
    }
    for (const char* no : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
      if (text == no) return false;
    }
    const char *begin = text.data() + (text[0] == '+' ? 1 : 0), *end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(begin, end, integer); read.ptr == end) return integer;
    double number = 0;
    const bool digits = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
    const auto read = std::from_chars(begin, end, number);
    if (digits && read.ec == std::errc() && read.ptr == end) return number;
    return text;
  }

  const fs::path& file_;
  yaml_document_t& document_;
  std::size_t nodes_ = 0;
};

json parse(const std::string& text, const fs::path& file) {
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) throw std::bad_alloc();
  const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> parsing(&parser,
                                                                              yaml_parser_delete);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
  yaml_document_t document;
  if (!yaml_parser_load(&parser, &document)) {
    throw Error(fmt::format("this is not YAML: {}", parser.problem ? parser.problem : "unreadable"),
                fmt::format("{}:{}", file.string(), parser.problem_mark.line + 1),
                "mend that line");
  }
  const std::unique_ptr<yaml_document_t, decltype(&yaml_document_delete)> loaded(
      &document, yaml_document_delete);
  return Converter(file, document).convert();
}

json read_one(const fs::path& file) {
  const std::string text = read_text(file);
  if (const auto bad = first_invalid_utf8(text)) {
    throw Error("the file is not UTF-8", fmt::format("{}, byte {}", file.string(), *bad),
                "save the file as UTF-8");
  }
  json task = parse(text, file);
  if (task.is_object()) return task;
  throw Error("this YAML is not a task: it has no keys", file.string(),
              "write \"task: NAME\" and the other keys of a task");
}

json read_with_includes(const fs::path& file, std::vector<fs::path>& files) {
  if (files.size() > kMostIncludes) {
    throw Error("the task files include each other without end", file.string(),
                "take one \"include\" out");
  }
  files.push_back(file);
  json task = read_one(file);
  const auto include = task.find("include");
  if (include == task.end()) return task;
  json names = include->is_array() ? *include : json::array({*include});
  task.erase("include");
  json merged = json::object();
  for (const json& name : names) {
    if (!name.is_string()) {
      throw Error("\"include\" does not name a file", file.string(), "write include: FILE.yaml");
    }
    merged.update(read_with_includes(file.parent_path() / name.get<std::string>(), files));
  }
  merged.update(task);
  return merged;
}

}  // namespace

json read_yaml(const fs::path& file, std::vector<fs::path>& files) {
  return read_with_includes(file, files);
}

}  // namespace quadrant::lm_eval
