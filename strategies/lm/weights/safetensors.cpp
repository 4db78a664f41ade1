#include "strategies/lm/weights/safetensors.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "strategies/lm/weights/cursor.h"

namespace quadrant {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // the format's own limit
constexpr DType kPlainTypes[] = {DType::kF32, DType::kF16, DType::kBF16, DType::kI64};

// Errors point at the header: byte 8 is where it starts.
json parse_header(std::string_view text, const Cursor& cursor) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto refuse_twins = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      cursor.fail(fmt::format("\"{}\" stands in the header twice",
                              printable(value.get_ref<const std::string&>())),
                  8);
    }
    return true;
  };
  json header = json::parse(text, refuse_twins, /*allow_exceptions=*/false);
  if (!header.is_object()) cursor.fail("the header is not a JSON object", 8);
  return header;
}

json read_json_header(Cursor& cursor) {
  const auto size = cursor.number<std::uint64_t>("the header's length");
  if (size > kMostHeaderBytes) {
    cursor.fail(fmt::format("the header claims {} bytes; is it a safetensors file?", size), 0);
  }
  return parse_header(cursor.take(size, "the header"), cursor);
}

// A list of non-negative integers under `key`, as many as `count` says (-1: any).
std::vector<std::int64_t> numbers(const json& entry, const char* key, int count,
                                  const std::string& name, const Cursor& cursor) {
  const auto found = entry.is_object() ? entry.find(key) : entry.end();
  const bool listed = entry.is_object() && found != entry.end() && found->is_array();
  std::vector<std::int64_t> values;
  if (listed) {
    for (const json& value : *found) {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() > INT64_MAX) break;
      values.push_back(value.get<std::int64_t>());
    }
  }
  if (!listed || values.size() != found->size() ||
      (count >= 0 && values.size() != static_cast<std::size_t>(count))) {
    cursor.fail(fmt::format("tensor \"{}\" has no proper {}", name, key), 8);
  }
  return values;
}

DType dtype_named(const json& entry, const std::string& name, const Cursor& cursor) {
  const auto found = entry.find("dtype");
  if (found == entry.end() || !found->is_string()) {
    cursor.fail(fmt::format("tensor \"{}\" has no proper dtype", name), 8);
  }
  for (const DType type : kPlainTypes) {
    if (*found == info(type).name) return type;
  }
  cursor.unsupported(fmt::format("tensor \"{}\" has dtype {}, which is not supported", name,
                                 printable(found->get_ref<const std::string&>())),
                     8, "convert the file to F32, F16 or BF16");
}

std::int64_t byte_size(const TensorView& view, const std::string& name, const Cursor& cursor) {
  std::int64_t size = info(view.dtype).block_bytes;
  for (const std::int64_t extent : view.shape) {
    if (__builtin_mul_overflow(size, extent, &size)) {
      cursor.fail(fmt::format("tensor \"{}\" has an impossible shape", name), 8);
    }
  }
  return size;
}

struct Placed {
  TensorView view;
  std::int64_t begin = 0, end = 0;  // in the data behind the header
};

Placed read_tensor(const std::string& full_name, const json& entry, const Cursor& cursor) {
  const std::string name = printable(full_name);
  const auto offsets = numbers(entry, "data_offsets", 2, name, cursor);
  Placed placed{{full_name, numbers(entry, "shape", -1, name, cursor), DType::kF32, {}},
                offsets[0],
                offsets[1]};
  placed.view.dtype = dtype_named(entry, name, cursor);
  const std::int64_t size = byte_size(placed.view, name, cursor);
  if (placed.end < placed.begin || placed.end - placed.begin != size) {
    cursor.fail(fmt::format("tensor \"{}\" needs {} bytes by its shape, but lies at {} to {}", name,
                            size, placed.begin, placed.end),
                8);
  }
  return placed;
}

// The format wants the tensors to fill the data without holes and without overlap.
void require_seamless(const std::vector<Placed>& tensors, std::size_t data_size,
                      const Cursor& cursor) {
  std::int64_t at = 0;
  for (const Placed& tensor : tensors) {
    if (tensor.begin != at) {
      cursor.fail(fmt::format("tensor \"{}\" lies at {} where {} was due",
                              printable(tensor.view.name), tensor.begin, at),
                  8);
    }
    at = tensor.end;
  }
  if (static_cast<std::uint64_t>(at) != data_size) {
    cursor.fail(fmt::format("the tensors take {} bytes, the file holds {}", at, data_size), 8);
  }
}

std::map<std::string, std::string> text_pairs(const json& entry, const Cursor& cursor) {
  std::map<std::string, std::string> pairs;
  if (!entry.is_object()) cursor.fail("__metadata__ is not a JSON object", 8);
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) cursor.fail("__metadata__ holds something else than text", 8);
    pairs[key] = value.get<std::string>();
  }
  return pairs;
}

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
std::optional<T> number_in(const SafetensorsFile& file, const std::string& key) {
  const auto text = file.find_text(key);
  if (!text) return std::nullopt;
  if (const auto value = parse_number<T>(*text)) return value;
  throw Error(fmt::format("the metadata value of \"{}\" is not a number", key),
              file.path().string(), "write the file again");
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : WeightSource(path), file_(path) {
  Cursor cursor(file_.bytes(), path.string());
  const json header = read_json_header(cursor);
  std::vector<Placed> placed;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      metadata_ = text_pairs(entry, cursor);
    } else {
      placed.push_back(read_tensor(name, entry, cursor));
    }
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  const std::string_view data = file_.bytes().substr(cursor.offset());
  require_seamless(placed, data.size(), cursor);
  for (Placed& tensor : placed) {
    tensor.view.bytes = data.substr(static_cast<std::size_t>(tensor.begin),
                                    static_cast<std::size_t>(tensor.end - tensor.begin));
    QUADRANT_CHECK(add(std::move(tensor.view)));
  }
}

std::optional<std::string> SafetensorsFile::find_text(const std::string& key) const {
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> SafetensorsFile::find_integer(const std::string& key) const {
  return number_in<std::int64_t>(*this, key);
}

std::optional<double> SafetensorsFile::find_number(const std::string& key) const {
  return number_in<double>(*this, key);
}

std::optional<bool> SafetensorsFile::find_flag(const std::string& key) const {
  const auto text = find_text(key);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "false") return *text == "true";
  throw Error(fmt::format("the metadata value of \"{}\" is neither true nor false", key),
              path().string(), "write the file again");
}

void write_safetensors(
    const std::filesystem::path& path, const std::vector<TensorSpec>& tensors,
    const std::map<std::string, std::string>& metadata,
    const std::function<void(std::size_t index, const ByteSink&)>& write_tensor) {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<std::int64_t> sizes;
  std::int64_t at = 0;
  for (const TensorSpec& tensor : tensors) {
    QUADRANT_CHECK(std::ranges::count(kPlainTypes, tensor.dtype) == 1);
    QUADRANT_CHECK(!header.contains(tensor.name));
    sizes.push_back(TensorView{tensor.name, tensor.shape, tensor.dtype, {}}.elements() *
                    info(tensor.dtype).block_bytes);
    header[tensor.name] = {{"dtype", info(tensor.dtype).name},
                           {"shape", tensor.shape},
                           {"data_offsets", {at, at + sizes.back()}}};
    at += sizes.back();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data starts aligned
  write_atomically(path, [&](const ByteSink& sink) {
    const std::uint64_t size = text.size();
    sink(&size, sizeof size);
    sink(text.data(), text.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      std::int64_t left = sizes[i];
      write_tensor(i, [&](const void* data, std::size_t bytes) {
        left -= static_cast<std::int64_t>(bytes);
        sink(data, bytes);
      });
      QUADRANT_CHECK(left == 0);
    }
  });
}

}  // namespace quadrant
