// manifest.json of an index folder: what the index was made from, what its files are, and a hash
// over both that is the identity of the index. Its bytes are canonical JSON and a newline.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "retrieval/index.h"

namespace quadrant {

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kVectorsFile = "index.faiss";
inline constexpr const char* kPassagesFile = "passages.jsonl";

struct FileIdentity {
  std::size_t bytes = 0;
  std::string sha256;
};
FileIdentity identify(std::string_view bytes);

struct Manifest {
  IndexRecipe recipe;
  std::size_t passages = 0;
  FileIdentity vectors_file, passages_file;
};

std::string manifest_hash(const Manifest& manifest);
std::string manifest_text(const Manifest& manifest);

// Error when there is none, when a byte of it was changed, or when it describes another recipe than
// `expected`: then every difference is named.
Manifest read_manifest(const std::filesystem::path& folder, const IndexRecipe& expected);

// Error that says whether `file` has another length or other bytes than the manifest's.
void check_file(std::string_view bytes, const FileIdentity& expected,
                const std::filesystem::path& file);

}  // namespace quadrant
