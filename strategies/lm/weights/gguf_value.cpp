#include "strategies/lm/weights/gguf_value.h"

namespace quadrant {
namespace {

enum ValueType : std::uint32_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64,
  kValueTypes
};

std::size_t size_of(std::uint32_t type) {
  constexpr std::size_t kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return kSizes[type];
}

bool read_bool(Cursor& cursor) {
  const std::size_t at = cursor.offset();
  const auto byte = cursor.number<std::uint8_t>("a true-or-false value");
  if (byte > 1) cursor.fail(fmt::format("a true-or-false value is {}", byte), at);
  return byte == 1;
}

// An unsigned number beyond the signed range stays a number, though no exact integer.
GgufFile::Value of_unsigned(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return static_cast<double>(value);
  return static_cast<std::int64_t>(value);
}

GgufFile::Value read_array(Cursor& cursor) {
  const std::size_t at = cursor.offset();
  GgufFile::Array array;
  array.type = cursor.number<std::uint32_t>("an array's element type");
  if (array.type == kArray) cursor.fail("an array of arrays, which no model file needs", at);
  if (array.type >= kValueTypes) cursor.fail(fmt::format("no value type {}", array.type), at);
  const bool of_text = array.type == kString;
  array.count = cursor.count(of_text ? 8 : size_of(array.type), "an array's length");
  const std::size_t begin = cursor.offset();
  if (of_text || array.type == kBool) {
    Cursor walk = cursor;
    for (std::uint64_t i = 0; i < array.count; ++i) {
      of_text ? (void)walk.text("a text in an array") : (void)read_bool(walk);
    }
    array.bytes = cursor.take(walk.offset() - begin, "an array");
  } else {
    array.bytes = cursor.take(array.count * size_of(array.type), "an array");
  }
  return array;
}

std::optional<std::int64_t> integer_at(const GgufFile::Array& array, std::uint64_t index) {
  Cursor cursor(array.bytes.substr(index * size_of(array.type)), "");
  const GgufFile::Value value = read_gguf_value(cursor, array.type, 0);
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer ? std::optional(*integer) : std::nullopt;
}

[[noreturn]] void wrong_kind(const std::filesystem::path& path, const std::string& key,
                             const char* kind) {
  throw Error(fmt::format("the value of \"{}\" is not {}", key, kind), path.string(),
              "use a model file as the usual converters write it");
}

}  // namespace

GgufFile::Value read_gguf_value(Cursor& cursor, std::uint32_t type, std::size_t type_at) {
  constexpr const char* kWhat = "a metadata value";
  switch (type) {
    case kUint8:
      return std::int64_t{cursor.number<std::uint8_t>(kWhat)};
    case kInt8:
      return std::int64_t{cursor.number<std::int8_t>(kWhat)};
    case kUint16:
      return std::int64_t{cursor.number<std::uint16_t>(kWhat)};
    case kInt16:
      return std::int64_t{cursor.number<std::int16_t>(kWhat)};
    case kUint32:
      return std::int64_t{cursor.number<std::uint32_t>(kWhat)};
    case kInt32:
      return std::int64_t{cursor.number<std::int32_t>(kWhat)};
    case kFloat32:
      return double{cursor.number<float>(kWhat)};
    case kBool:
      return read_bool(cursor);
    case kString:
      return cursor.text(kWhat);
    case kArray:
      return read_array(cursor);
    case kUint64:
      return of_unsigned(cursor.number<std::uint64_t>(kWhat));
    case kInt64:
      return cursor.number<std::int64_t>(kWhat);
    case kFloat64:
      return cursor.number<double>(kWhat);
    default:
      cursor.fail(fmt::format("no value type {}", type), type_at);
  }
}

template <class T>
const T* GgufFile::get(const std::string& key, const char* kind) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) return nullptr;
  const T* value = std::get_if<T>(&found->second);
  if (!value) wrong_kind(path(), key, kind);
  return value;
}

std::optional<std::string> GgufFile::find_text(const std::string& key) const {
  const auto* value = get<std::string_view>(key, "text");
  return value ? std::optional(std::string(*value)) : std::nullopt;
}

std::optional<std::int64_t> GgufFile::find_integer(const std::string& key) const {
  const auto* value = get<std::int64_t>(key, "an integer");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> GgufFile::find_number(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&found->second)) return *integer;
  return *get<double>(key, "a number");
}

std::optional<bool> GgufFile::find_flag(const std::string& key) const {
  const auto* value = get<bool>(key, "true or false");
  return value ? std::optional(*value) : std::nullopt;
}

std::vector<std::string_view> GgufFile::texts(const std::string& key) const {
  const auto* array = get<Array>(key, "a list");
  if (!array || array->type != kString) wrong_kind(path(), key, "a list of texts");
  std::vector<std::string_view> result;
  result.reserve(array->count);
  Cursor cursor(array->bytes, path().string());
  for (std::uint64_t i = 0; i < array->count; ++i) result.push_back(cursor.text("a text"));
  return result;
}

std::vector<std::int64_t> GgufFile::integers(const std::string& key) const {
  const auto* array = get<Array>(key, "a list");
  if (!array || array->type == kString) wrong_kind(path(), key, "a list of integers");
  std::vector<std::int64_t> result;
  result.reserve(array->count);
  for (std::uint64_t i = 0; i < array->count; ++i) {
    const auto value = integer_at(*array, i);
    if (!value) wrong_kind(path(), key, "a list of integers");
    result.push_back(*value);
  }
  return result;
}

std::vector<double> GgufFile::numbers(const std::string& key) const {
  const auto* array = get<Array>(key, "a list");
  if (!array || array->type != kFloat32) wrong_kind(path(), key, "a list of numbers");
  std::vector<double> result;
  result.reserve(array->count);
  Cursor cursor(array->bytes, path().string());
  for (std::uint64_t i = 0; i < array->count; ++i) {
    result.push_back(double{cursor.number<float>("a number")});
  }
  return result;
}

}  // namespace quadrant
