// manifest.json of an index folder: what the index was made from, what its files are, and a hash
// over both that is the identity of the index. Its bytes are canonical JSON and a newline.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "retrieval/index.h"

namespace quadrant {

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kPassagesFile = "passages.jsonl";
inline constexpr const char* kDocumentsFile = "documents.jsonl";
inline constexpr const char* kVectorsFile = "vectors.f32";
inline constexpr const char* kNeighboursFile = "index.faiss";
inline constexpr const char* kLexicalFile = "bm25.bin";

struct FileIdentity {
  std::size_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  IndexRecipe recipe;
  std::size_t passages = 0;
  double recall = 1;
  std::map<std::string, FileIdentity> files;
};

// The files that an index of this recipe consists of, the manifest aside.
std::vector<std::string> files_of(const IndexRecipe& recipe);
Manifest describe_folder(const IndexRecipe& recipe, std::size_t passages, double recall,
                         const std::filesystem::path& folder);

std::string manifest_hash(const Manifest& manifest);
std::string manifest_text(const Manifest& manifest);

// Error when there is none, or when a byte of it was changed.
Manifest read_manifest(const std::filesystem::path& folder);
// Error that names every difference.
void check_recipe(const IndexRecipe& found, const IndexRecipe& expected,
                  const std::filesystem::path& folder);
// Error that names the file and says whether it has another length or other bytes.
void check_files(const Manifest& manifest, const std::filesystem::path& folder);

}  // namespace quadrant
