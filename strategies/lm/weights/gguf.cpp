#include "strategies/lm/weights/gguf.h"

#include <algorithm>

#include "strategies/lm/weights/gguf_value.h"

namespace quadrant {
namespace {

std::optional<DType> dtype_of(std::uint32_t ggml_type) {
  switch (ggml_type) {
    case 0:
      return DType::kF32;
    case 1:
      return DType::kF16;
    case 2:
      return DType::kQ4_0;
    case 3:
      return DType::kQ4_1;
    case 6:
      return DType::kQ5_0;
    case 7:
      return DType::kQ5_1;
    case 8:
      return DType::kQ8_0;
    case 12:
      return DType::kQ4_K;
    case 13:
      return DType::kQ5_K;
    case 14:
      return DType::kQ6_K;
    case 27:
      return DType::kI64;
    case 30:
      return DType::kBF16;
    default:
      return std::nullopt;
  }
}

struct Header {
  std::uint64_t tensors = 0, values = 0;
};

Header read_header(Cursor& cursor) {
  if (cursor.remaining() < 4 || cursor.take(4, "the magic") != "GGUF") {
    cursor.unsupported("this is not a GGUF file", 0, "name a .gguf file, or download it again");
  }
  const auto version = cursor.number<std::uint32_t>("the version");
  if ((version & 0xFFFF) == 0) {
    cursor.unsupported("a GGUF file for big-endian machines", 4, "use the little-endian file");
  }
  if (version != 2 && version != 3) {
    cursor.unsupported(fmt::format("GGUF version {} is not supported", version), 4,
                       "use a file of version 2 or 3, as llama.cpp writes since 2023");
  }
  constexpr std::uint64_t kLeastTensor = 8 + 4 + 8 + 4 + 8, kLeastValue = 8 + 4 + 1;
  Header header;
  header.tensors = cursor.count(kLeastTensor, "the number of tensors");
  header.values = cursor.count(kLeastValue, "the number of metadata values");
  return header;
}

std::uint64_t alignment_of(const std::unordered_map<std::string, GgufFile::Value>& metadata,
                           const Cursor& cursor) {
  const auto found = metadata.find("general.alignment");
  if (found == metadata.end()) return 32;
  const auto* value = std::get_if<std::int64_t>(&found->second);
  if (!value || *value < 1 || *value > (1 << 30) ||
      !std::has_single_bit(static_cast<std::uint64_t>(*value))) {
    cursor.fail("general.alignment is no power of two", cursor.offset());
  }
  return static_cast<std::uint64_t>(*value);
}

// What the file says of a tensor before its bytes are looked up.
struct TensorEntry {
  TensorView view;
  std::uint64_t offset = 0, size = 0;  // from the start of the data
  std::size_t at = 0;                  // where this entry stands in the file
};

void read_shape(Cursor& cursor, TensorEntry& entry) {
  const auto dimensions = cursor.number<std::uint32_t>("a tensor's number of dimensions");
  if (dimensions < 1 || dimensions > 4) {
    cursor.fail(
        fmt::format("tensor \"{}\" has {} dimensions", printable(entry.view.name), dimensions),
        entry.at);
  }
  std::int64_t elements = 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto size = cursor.number<std::uint64_t>("a tensor's size");
    if (size < 1 || __builtin_mul_overflow(elements, size, &elements)) {
      cursor.fail(fmt::format("tensor \"{}\" has an impossible size", printable(entry.view.name)),
                  entry.at);
    }
    entry.view.shape.push_back(static_cast<std::int64_t>(size));
  }
  // GGUF writes the fastest-running dimension first.
  std::reverse(entry.view.shape.begin(), entry.view.shape.end());
}

TensorEntry read_tensor(Cursor& cursor) {
  TensorEntry entry;
  entry.at = cursor.offset();
  entry.view.name = cursor.text("a tensor's name");
  read_shape(cursor, entry);
  const std::string name = printable(entry.view.name);
  const auto type = cursor.number<std::uint32_t>("a tensor's type");
  const auto dtype = dtype_of(type);
  if (!dtype) {
    cursor.unsupported(
        fmt::format("tensor \"{}\" has ggml type {}, which is not supported", name, type), entry.at,
        "use a file with F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K weights; "
        "if the number looks wild, download it again");
  }
  entry.view.dtype = *dtype;
  const DTypeInfo& block = info(*dtype);
  if (entry.view.shape.back() % block.block_values != 0) {
    cursor.fail(fmt::format("tensor \"{}\" has rows of {} values, no multiple of {}", name,
                            entry.view.shape.back(), block.block_values),
                entry.at);
  }
  const std::int64_t blocks = entry.view.elements() / block.block_values;
  if (__builtin_mul_overflow(blocks, block.block_bytes, &entry.size)) {
    cursor.fail(fmt::format("tensor \"{}\" has an impossible size", name), entry.at);
  }
  entry.offset = cursor.number<std::uint64_t>("a tensor's offset");
  return entry;
}

// Tensors that share bytes would load without complaint as wrong weights.
void refuse_overlap(std::vector<TensorEntry> entries, const Cursor& cursor) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.offset < b.offset; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].offset < entries[i - 1].offset + entries[i - 1].size) {
      cursor.fail(fmt::format("tensors \"{}\" and \"{}\" lie over one another",
                              printable(entries[i - 1].view.name), printable(entries[i].view.name)),
                  entries[i].at);
    }
  }
}

void locate_bytes(std::vector<TensorEntry>& entries, std::uint64_t alignment, const Cursor& cursor,
                  std::string_view file) {
  const std::uint64_t start = (cursor.offset() + alignment - 1) / alignment * alignment;
  const std::uint64_t room = start < file.size() ? file.size() - start : 0;
  for (TensorEntry& entry : entries) {
    const std::string name = printable(entry.view.name);
    if (entry.offset % alignment != 0) {
      cursor.fail(fmt::format("tensor \"{}\" starts at {}, no multiple of {}", name, entry.offset,
                              alignment),
                  entry.at);
    }
    if (entry.offset > room || entry.size > room - entry.offset) {
      cursor.fail(
          fmt::format("tensor \"{}\" of {} bytes ends behind the file's end", name, entry.size),
          entry.at);
    }
    entry.view.bytes = file.substr(start + entry.offset, entry.size);
  }
  refuse_overlap(entries, cursor);
}

}  // namespace

GgufFile::GgufFile(const std::filesystem::path& path) : WeightSource(path), file_(path) {
  Cursor cursor(file_.bytes(), path.string());
  const Header header = read_header(cursor);
  for (std::uint64_t i = 0; i < header.values; ++i) {
    const std::size_t at = cursor.offset();
    std::string key(cursor.text("a metadata key"));
    const std::size_t type_at = cursor.offset();
    const auto type = cursor.number<std::uint32_t>("a metadata value's type");
    Value value = read_gguf_value(cursor, type, type_at);
    if (const auto [slot, fresh] = metadata_.emplace(std::move(key), value); !fresh) {
      cursor.fail(fmt::format("the key \"{}\" stands there twice", printable(slot->first)), at);
    }
  }
  std::vector<TensorEntry> entries;
  for (std::uint64_t i = 0; i < header.tensors; ++i) entries.push_back(read_tensor(cursor));
  locate_bytes(entries, alignment_of(metadata_, cursor), cursor, file_.bytes());
  for (TensorEntry& entry : entries) {
    const std::string name = printable(entry.view.name);
    if (!add(std::move(entry.view))) {
      cursor.fail(fmt::format("the tensor \"{}\" stands there twice", name), entry.at);
    }
  }
}

}  // namespace quadrant
