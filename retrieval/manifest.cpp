#include "retrieval/manifest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

constexpr const char* kMend =
    "delete this folder and build the index again, or name the folder that belongs to these inputs";

nlohmann::json describe(const IndexRecipe& recipe) {
  return {{"format", 1},
          {"corpus", recipe.corpus_hash},
          {"chunker",
           {{"rule", "sentences, words, characters"},
            {"max_tokens", recipe.chunk_tokens},
            {"tokenizer", recipe.tokenizer_hash}}},
          {"embedder",
           {{"hash", recipe.embedder_hash},
            {"dimension", recipe.dimension},
            {"normalised", true},
            {"text", "title, newline, text"}}},
          {"index",
           {{"factory", "Flat"},
            {"metric", "inner_product"},
            {"library", "faiss " + faiss_version()}}}};
}

nlohmann::json describe(const FileIdentity& file) {
  return {{"bytes", file.bytes}, {"sha256", file.sha256}};
}

nlohmann::json describe(const Manifest& manifest) {
  nlohmann::json json = describe(manifest.recipe);
  json["passages"] = manifest.passages;
  json["files"] = {{kVectorsFile, describe(manifest.vectors_file)},
                   {kPassagesFile, describe(manifest.passages_file)}};
  return json;
}

// The keys of an expected recipe in the words of an error message.
const std::vector<std::pair<std::string, std::string>> kDifferences{
    {"/format", "format of the manifest"},
    {"/corpus", "corpus (SHA-256)"},
    {"/chunker/rule", "rule of the chunker"},
    {"/chunker/max_tokens", "chunk size in tokens"},
    {"/chunker/tokenizer", "tokenizer that counts the chunks (SHA-256)"},
    {"/embedder/hash", "embedder (SHA-256)"},
    {"/embedder/dimension", "dimension of the embedder"},
    {"/embedder/normalised", "normalisation of the vectors"},
    {"/embedder/text", "text that is embedded"},
    {"/index/factory", "kind of FAISS index"},
    {"/index/metric", "metric"},
    {"/index/library", "library"},
};

void check_recipe(const nlohmann::json& found, const IndexRecipe& expected_recipe,
                  const std::filesystem::path& file) {
  const nlohmann::json flat = found.flatten(), expected = describe(expected_recipe).flatten();
  QUADRANT_CHECK(expected.size() == kDifferences.size());
  std::string differences;
  for (const auto& [key, words] : kDifferences) {
    const std::string have = flat.contains(key) ? flat[key].dump() : "nothing";
    if (have == expected[key].dump()) continue;
    differences += fmt::format("{}{}: the index has {}, wanted is {}",
                               differences.empty() ? "" : "; ", words, have, expected[key].dump());
  }
  if (differences.empty()) return;
  throw Error("this index was made from something else: " + differences, file.string(), kMend);
}

FileIdentity read_identity(const nlohmann::json& json) {
  return {json.at("bytes").get<std::size_t>(), json.at("sha256").get<std::string>()};
}

}  // namespace

FileIdentity identify(std::string_view bytes) { return {bytes.size(), sha256_hex(bytes)}; }

std::string IndexRecipe::hash() const { return json_hash(describe(*this)); }

std::string manifest_hash(const Manifest& manifest) { return json_hash(describe(manifest)); }

std::string manifest_text(const Manifest& manifest) {
  nlohmann::json json = describe(manifest);
  json["hash"] = manifest_hash(manifest);
  return canonical_json(json) + "\n";
}

Manifest read_manifest(const std::filesystem::path& folder, const IndexRecipe& expected) {
  const std::filesystem::path file = folder / kManifestFile;
  if (!std::filesystem::exists(file)) {
    throw Error("there is no index here", file.string(), "build it first, or name another folder");
  }
  const std::string bytes = read_text(file);
  nlohmann::json json = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  const bool has_hash = json.is_object() && json.contains("hash") && json["hash"].is_string();
  bool intact = has_hash && bytes == canonical_json(json) + "\n";
  if (intact) {
    const auto hash = json["hash"].get<std::string>();
    json.erase("hash");
    intact = json_hash(json) == hash;
  }
  if (!intact) {
    throw Error("the manifest was changed or damaged: it does not have the hash written in it",
                file.string(), kMend);
  }
  check_recipe(json, expected, file);
  try {
    Manifest manifest{expected, json.at("passages").get<std::size_t>(),
                      read_identity(json.at("files").at(kVectorsFile)),
                      read_identity(json.at("files").at(kPassagesFile))};
    return manifest;
  } catch (const nlohmann::json::exception&) {
    throw Error("the manifest does not say what files belong to the index", file.string(), kMend);
  }
}

void check_file(std::string_view bytes, const FileIdentity& expected,
                const std::filesystem::path& file) {
  if (bytes.size() != expected.bytes) {
    throw Error(fmt::format("this file of the index has {} bytes, its manifest says {}",
                            bytes.size(), expected.bytes),
                file.string(), kMend);
  }
  const std::string hash = sha256_hex(bytes);
  if (hash != expected.sha256) {
    throw Error(fmt::format("this file of the index was changed or damaged: its SHA-256 is {}, "
                            "its manifest says {}",
                            hash, expected.sha256),
                file.string(), kMend);
  }
}

}  // namespace quadrant
