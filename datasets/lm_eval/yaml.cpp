#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
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

// yaml-cpp's nodes as JSON, with the types that PyYAML gives to plain scalars.
class Converter {
 public:
  explicit Converter(const fs::path& file) : file_(file) {}

  json convert(const YAML::Node& node, int depth = 0) {
    if (depth > kDeepest || ++nodes_ > kMostNodes) refuse(node, "this YAML is too large or deep");
    if (node.Tag() == "!function") {
      refuse(node, "\"!function\" runs Python, which is not supported");
    }
    switch (node.Type()) {
      case YAML::NodeType::Sequence: {
        json list = json::array();
        for (const YAML::Node& item : node) list.push_back(convert(item, depth + 1));
        return list;
      }
      case YAML::NodeType::Map: {
        json map = json::object();
        for (const auto& entry : node) {
          if (!entry.first.IsScalar()) refuse(node, "a key is not a text");
          map[entry.first.Scalar()] = convert(entry.second, depth + 1);
        }
        return map;
      }
      case YAML::NodeType::Scalar:
        return scalar(node);
      default:
        return nullptr;
    }
  }

 private:
  [[noreturn]] void refuse(const YAML::Node& node, const std::string& problem) const {
    throw Error(problem, fmt::format("{}:{}", file_.string(), node.Mark().line + 1),
                "write the value itself, as Jinja or as plain YAML");
  }

  // In quotes the tag is "!", and the value is a text whatever it looks like.
  static json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() != "?") return text;
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
  std::size_t nodes_ = 0;
};

json read_one(const fs::path& file) {
  const std::string text = read_text(file);
  if (const auto bad = first_invalid_utf8(text)) {
    throw Error("the file is not UTF-8", fmt::format("{}, byte {}", file.string(), *bad),
                "save the file as UTF-8");
  }
  try {
    json task = Converter(file).convert(YAML::Load(text));
    if (task.is_object()) return task;
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("this is not YAML: {}", error.msg),
                fmt::format("{}:{}", file.string(), error.mark.line + 1), "mend that line");
  }
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
