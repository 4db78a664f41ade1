#include "retrieval/embedding_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "harness/core/cache_limit.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kKeyBytes = 64;  // hex digits
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kNameDigits = 16;            // of the embedder's hash
constexpr std::uintmax_t kFileBytes = 64'000'000;  // then the next one is begun
constexpr const char* kEnding = ".vectors";

std::string check_of(std::string_view key, std::string_view vector) {
  return sha256_hex(std::string(key) + std::string(vector)).substr(0, kCheckBytes);
}

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

// "NAME.vectors" is number 0, "NAME.7.vectors" 7; -1: no file of this embedder.
int number_of(const std::string& file, const std::string& name) {
  if (!file.starts_with(name) || !file.ends_with(kEnding)) return -1;
  const std::string middle =
      file.substr(name.size(), file.size() - name.size() - std::strlen(kEnding));
  if (middle.empty()) return 0;
  int number = -1;
  const char* end = middle.data() + middle.size();
  if (middle[0] != '.' || std::from_chars(middle.data() + 1, end, number).ptr != end) return -1;
  return number;
}

}  // namespace

CachedEmbedder::CachedEmbedder(Embedder& inner, const fs::path& folder)
    : inner_(inner), folder_(folder), name_(inner.hash().substr(0, kNameDigits)) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw Error("cannot make the folder of the vectors: " + failure.message(), folder.string(),
                "set XDG_CACHE_HOME to a place where you may write");
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const int number = number_of(entry.path().filename().string(), name_);
    if (number >= 0) read(number);
    newest_ = std::max(newest_, number);
  }
}

std::size_t CachedEmbedder::record_bytes() const { return kKeyBytes + row_bytes() + kCheckBytes; }

fs::path CachedEmbedder::file_name(int number) const {
  return folder_ / (name_ + (number > 0 ? fmt::format(".{}", number) : "") + kEnding);
}

void CachedEmbedder::read(int number) {
  const fs::path file = file_name(number);
  const std::size_t record = record_bytes();
  const std::size_t whole = fs::file_size(file) / record * record;
  if (whole != fs::file_size(file)) fs::resize_file(file, whole);  // a crash cut the last one
  const MappedFile mapped(file);
  for (std::size_t at = 0; at < whole; at += record) {
    const std::string_view key = mapped.bytes().substr(at, kKeyBytes);
    const std::string_view vector = mapped.bytes().substr(at + kKeyBytes, row_bytes());
    const std::string_view check = mapped.bytes().substr(at + kKeyBytes + row_bytes(), kCheckBytes);
    if (check_of(key, vector) != check) continue;
    places_[std::string(key)] = {number, at};
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
  std::error_code none;  // there is no file yet
  const std::uintmax_t size = fs::file_size(file_name(newest_), none);
  if (!none && size >= kFileBytes) ++newest_;
  const fs::path path = file_name(newest_);
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file.write(records.data(), static_cast<std::streamsize>(records.size()));
  if (!file.flush()) {
    throw Error("cannot write the vectors", path.string(), "free some space on that disk");
  }
  // Another process may have appended too: where this one's records are, the stream knows.
  std::size_t place = static_cast<std::size_t>(file.tellp()) - records.size();
  for (const std::string& key : keys) {
    places_[key] = {newest_, place};
    place += record_bytes();
  }
  keep_within_limit(folder_, path);
}

bool CachedEmbedder::read_row(const std::string& key, std::map<int, std::ifstream>& files,
                              float* row) const {
  const auto place = places_.find(key);
  if (place == places_.end()) return false;
  const auto [opened, is_new] = files.try_emplace(place->second.file);
  std::ifstream& file = opened->second;
  if (is_new) file.open(file_name(place->second.file), std::ios::binary);
  std::string record(record_bytes(), '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(place->second.offset));
  file.read(record.data(), static_cast<std::streamsize>(record.size()));
  const std::string_view vector = std::string_view(record).substr(kKeyBytes, row_bytes());
  if (!file || !record.starts_with(key) || !record.ends_with(check_of(key, vector))) return false;
  std::memcpy(row, vector.data(), vector.size());
  return true;
}

std::vector<float> CachedEmbedder::embed(std::span<const std::string> texts) {
  const auto width = static_cast<std::size_t>(dimension());
  std::vector<float> rows(texts.size() * width);
  std::vector<std::string> new_keys, new_texts;
  std::map<std::string, std::size_t> news;                // their places among the new ones
  std::vector<std::pair<std::size_t, std::size_t>> gaps;  // row, place of its text
  std::map<int, std::ifstream> files;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string key = sha256_hex(texts[i]);
    auto known = news.find(key);
    if (known == news.end() && read_row(key, files, &rows[i * width])) continue;
    if (known == news.end()) {
      known = news.emplace(key, new_keys.size()).first;
      new_keys.push_back(key);
      new_texts.push_back(texts[i]);
    }
    gaps.emplace_back(i, known->second);
  }
  for (const auto& [number, file] : files) mark_used(file_name(number));
  if (new_texts.empty()) return rows;
  const std::vector<float> made = inner_.embed(new_texts);
  append(new_keys, made);
  embedded_ += new_texts.size();
  for (const auto& [row, place] : gaps) {
    std::copy_n(&made[place * width], width, &rows[row * width]);
  }
  return rows;
}

}  // namespace quadrant
