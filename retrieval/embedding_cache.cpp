#include "retrieval/embedding_cache.h"

#include <cstring>
#include <fstream>
#include <set>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kKeyBytes = 64;  // hex digits
constexpr std::size_t kCheckBytes = 16;

std::string check_of(std::string_view key, std::string_view vector) {
  return sha256_hex(std::string(key) + std::string(vector)).substr(0, kCheckBytes);
}

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

CachedEmbedder::CachedEmbedder(Embedder& inner, const fs::path& folder)
    : inner_(inner), file_(folder / (inner.hash().substr(0, 16) + ".vectors")) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw Error("cannot make the folder of the vectors: " + failure.message(), folder.string(),
                "set XDG_CACHE_HOME to a place where you may write");
  }
  if (fs::exists(file_)) read();
}

std::size_t CachedEmbedder::record_bytes() const { return kKeyBytes + row_bytes() + kCheckBytes; }

void CachedEmbedder::read() {
  const std::size_t record = record_bytes();
  const std::size_t whole = fs::file_size(file_) / record * record;
  if (whole != fs::file_size(file_)) fs::resize_file(file_, whole);  // a crash cut the last one
  const MappedFile mapped(file_);
  for (std::size_t at = 0; at < whole; at += record) {
    const std::string_view key = mapped.bytes().substr(at, kKeyBytes);
    const std::string_view vector = mapped.bytes().substr(at + kKeyBytes, row_bytes());
    const std::string_view check = mapped.bytes().substr(at + kKeyBytes + row_bytes(), kCheckBytes);
    if (check_of(key, vector) != check) continue;
    places_[std::string(key)] = at;
  }
}

void CachedEmbedder::append(std::span<const std::string> keys, std::span<const float> rows) {
  const auto width = static_cast<std::size_t>(dimension());
  std::string records;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto row = rows.subspan(i * width, width);
    records += keys[i];
    records += bytes_of(row);
    records += check_of(keys[i], bytes_of(row));
  }
  std::ofstream file(file_, std::ios::binary | std::ios::app);
  file.write(records.data(), static_cast<std::streamsize>(records.size()));
  if (!file.flush()) {
    throw Error("cannot write the vectors", file_.string(), "free some space on that disk");
  }
  // Another process may have appended too: where this one's records are, the stream knows.
  std::size_t place = static_cast<std::size_t>(file.tellp()) - records.size();
  for (const std::string& key : keys) {
    places_[key] = place;
    place += record_bytes();
  }
}

std::vector<float> CachedEmbedder::stored(std::span<const std::string> keys) const {
  std::vector<float> rows;
  std::ifstream file(file_, std::ios::binary);
  std::string record(record_bytes(), '\0');
  for (const std::string& key : keys) {
    file.seekg(static_cast<std::streamoff>(places_.at(key)));
    file.read(record.data(), static_cast<std::streamsize>(record.size()));
    const std::string_view vector = std::string_view(record).substr(kKeyBytes, row_bytes());
    if (!file || !record.starts_with(key) || !record.ends_with(check_of(key, vector))) {
      throw Error("the file of the vectors was changed by another program", file_.string(),
                  "start again");
    }
    rows.resize(rows.size() + static_cast<std::size_t>(dimension()));
    std::memcpy(rows.data() + rows.size() - static_cast<std::size_t>(dimension()), vector.data(),
                vector.size());
  }
  return rows;
}

std::vector<float> CachedEmbedder::embed(std::span<const std::string> texts) {
  std::vector<std::string> keys, new_keys, new_texts;
  std::set<std::string> asked;
  for (const std::string& text : texts) {
    keys.push_back(sha256_hex(text));
    if (places_.contains(keys.back()) || !asked.insert(keys.back()).second) continue;
    new_keys.push_back(keys.back());
    new_texts.push_back(text);
  }
  if (!new_texts.empty()) append(new_keys, inner_.embed(new_texts));
  embedded_ += new_texts.size();
  return stored(keys);
}

}  // namespace quadrant
