#include "retrieval/manifest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "retrieval/lexical/analyser.h"

namespace quadrant {
namespace {

constexpr int kFormat = 2;
constexpr const char* kMend =
    "delete this folder and build the index again, or name the folder that belongs to these inputs";

nlohmann::json describe_dense(const IndexRecipe& recipe) {
  if (!recipe.embedder) return nullptr;
  const EmbedderIdentity& embedder = *recipe.embedder;
  nlohmann::json json{{"embedder", embedder.hash},
                      {"dimension", embedder.dimension},
                      {"normalised", true},
                      {"text", "title, newline, text"},
                      {"factory", recipe.dense.factory},
                      {"metric", "inner_product"},
                      {"library", "faiss " + faiss_version()}};
  if (!embedder.description.empty()) json["model"] = embedder.description;
  if (!recipe.dense.is_exact()) {
    json["nprobe"] = recipe.dense.nprobe;
    json["ef_search"] = recipe.dense.ef_search;
  }
  return json;
}

nlohmann::json describe(const IndexRecipe& recipe) {
  nlohmann::json json{{"format", kFormat},
                      {"corpus", recipe.corpus_hash},
                      {"chunker",
                       {{"rule", recipe.chunker},
                        {"max_tokens", recipe.chunk_tokens},
                        {"overlap", recipe.chunk_overlap},
                        {"tokenizer", recipe.tokenizer_hash}}},
                      {"dense", describe_dense(recipe)},
                      {"lexical", nullptr}};
  if (recipe.lexical) {
    json["lexical"] = {
        {"analyser", kAnalyser}, {"k1", recipe.lexical->k1}, {"b", recipe.lexical->b}};
  }
  return json;
}

nlohmann::json describe(const Manifest& manifest) {
  nlohmann::json json = describe(manifest.recipe);
  json["passages"] = manifest.passages;
  json["recall_at_10"] = manifest.recall;
  for (const auto& [name, file] : manifest.files) {
    json["files"][name] = {{"bytes", file.bytes}, {"sha256", file.sha256}};
  }
  return json;
}

IndexRecipe parse_recipe(const nlohmann::json& json) {
  const nlohmann::json& chunker = json.at("chunker");
  IndexRecipe recipe;
  recipe.corpus_hash = json.at("corpus");
  recipe.chunker = chunker.at("rule");
  recipe.chunk_tokens = chunker.at("max_tokens");
  recipe.chunk_overlap = chunker.at("overlap");
  recipe.tokenizer_hash = chunker.at("tokenizer");
  if (const nlohmann::json& dense = json.at("dense"); !dense.is_null()) {
    recipe.embedder = {dense.at("embedder"), dense.at("dimension"),
                       dense.value("model", std::map<std::string, std::string>())};
    recipe.dense.factory = dense.at("factory");
    recipe.dense.nprobe = dense.value("nprobe", recipe.dense.nprobe);
    recipe.dense.ef_search = dense.value("ef_search", recipe.dense.ef_search);
  }
  if (const nlohmann::json& lexical = json.at("lexical"); !lexical.is_null()) {
    recipe.lexical = {lexical.at("k1"), lexical.at("b")};
  }
  return recipe;
}

// The keys of a recipe in the words of an error message.
std::string in_words(const std::string& key) {
  static const std::map<std::string, std::string> words{
      {"/corpus", "corpus (SHA-256)"},
      {"/chunker/rule", "rule of the chunker"},
      {"/chunker/max_tokens", "chunk size in tokens"},
      {"/chunker/overlap", "overlap of the chunks in tokens"},
      {"/chunker/tokenizer", "tokenizer that counts the chunks (SHA-256)"},
      {"/dense", "vectors"},
      {"/dense/embedder", "embedder (SHA-256)"},
      {"/dense/dimension", "dimension of the embedder"},
      {"/dense/factory", "kind of FAISS index"},
      {"/dense/nprobe", "lists that are searched (nprobe)"},
      {"/dense/ef_search", "breadth of the search (ef_search)"},
      {"/lexical", "BM25"},
      {"/lexical/k1", "k1 of BM25"},
      {"/lexical/b", "b of BM25"}};
  const auto found = words.find(key);
  if (found != words.end()) return found->second;
  return key.starts_with("/dense/model/") ? "embedder's " + key.substr(13) : key;
}

[[noreturn]] void refuse(const std::string& problem, const std::filesystem::path& file) {
  throw Error(problem, file.string(), kMend);
}

FileIdentity identity_of(const std::filesystem::path& file) {
  return {std::filesystem::file_size(file), sha256_file(file)};
}

}  // namespace

std::string IndexRecipe::hash() const { return json_hash(describe(*this)); }

std::vector<std::string> files_of(const IndexRecipe& recipe) {
  std::vector<std::string> files{kPassagesFile, kDocumentsFile};
  if (recipe.embedder) files.push_back(kVectorsFile);
  if (recipe.embedder && !recipe.dense.is_exact()) files.push_back(kNeighboursFile);
  if (recipe.lexical) files.push_back(kLexicalFile);
  return files;
}

Manifest describe_folder(const IndexRecipe& recipe, std::size_t passages, double recall,
                         const std::filesystem::path& folder) {
  Manifest manifest{recipe, passages, recall, {}};
  for (const std::string& name : files_of(recipe)) {
    manifest.files[name] = identity_of(folder / name);
  }
  return manifest;
}

std::string manifest_hash(const Manifest& manifest) { return json_hash(describe(manifest)); }

std::string manifest_text(const Manifest& manifest) {
  nlohmann::json json = describe(manifest);
  json["hash"] = manifest_hash(manifest);
  return canonical_json(json) + "\n";
}

Manifest read_manifest(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kManifestFile;
  if (!std::filesystem::exists(file)) {
    throw Error("there is no index here", file.string(), "build it first, or name another folder");
  }
  const std::string bytes = read_text(file);
  nlohmann::json json = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  const bool has_hash = json.is_object() && json.contains("hash") && json["hash"].is_string();
  if (!has_hash || bytes != canonical_json(json) + "\n") {
    refuse("the manifest was changed or damaged: it does not have the hash written in it", file);
  }
  const auto hash = json["hash"].get<std::string>();
  json.erase("hash");
  if (json_hash(json) != hash) {
    refuse("the manifest was changed or damaged: it does not have the hash written in it", file);
  }
  try {
    if (json.at("format") != kFormat) {
      refuse(fmt::format("this index has format {}, this program reads {}", json["format"].dump(),
                         kFormat),
             file);
    }
    Manifest manifest{parse_recipe(json), json.at("passages"), json.at("recall_at_10"), {}};
    for (const std::string& name : files_of(manifest.recipe)) {
      const nlohmann::json& entry = json.at("files").at(name);
      manifest.files[name] = {entry.at("bytes"), entry.at("sha256")};
    }
    // What this program would write for it differs where another version of a library did.
    nlohmann::json ours = describe(manifest);
    if (ours != json) {
      refuse("the index was written by another version of a library: " +
                 nlohmann::json::diff(ours, json).dump(),
             file);
    }
    return manifest;
  } catch (const nlohmann::json::exception&) {
    refuse("the manifest does not say what an index is made of", file);
  }
}

void check_recipe(const IndexRecipe& found, const IndexRecipe& expected,
                  const std::filesystem::path& folder) {
  const nlohmann::json have = describe(found).flatten(), want = describe(expected).flatten();
  std::map<std::string, std::pair<std::string, std::string>> differing;
  const auto text = [](const nlohmann::json& flat, const std::string& key) {
    return flat.contains(key) ? flat[key].dump() : std::string("nothing");
  };
  for (const nlohmann::json* side : {&have, &want}) {
    for (const auto& [key, value] : side->items()) {
      if (text(have, key) != text(want, key)) differing[key] = {text(have, key), text(want, key)};
    }
  }
  if (differing.empty()) return;
  std::string differences;
  for (const auto& [key, sides] : differing) {
    differences +=
        fmt::format("{}{}: the index has {}, wanted is {}", differences.empty() ? "" : "; ",
                    in_words(key), sides.first, sides.second);
  }
  refuse("this index was made from something else: " + differences, folder / kManifestFile);
}

void check_files(const Manifest& manifest, const std::filesystem::path& folder) {
  for (const auto& [name, expected] : manifest.files) {
    const std::filesystem::path file = folder / name;
    if (!std::filesystem::exists(file)) refuse("this file of the index is gone", file);
    const std::size_t bytes = std::filesystem::file_size(file);
    if (bytes != expected.bytes) {
      refuse(fmt::format("this file of the index has {} bytes, its manifest says {}", bytes,
                         expected.bytes),
             file);
    }
    const std::string hash = sha256_file(file);
    if (hash == expected.sha256) continue;
    refuse(fmt::format("this file of the index was changed or damaged: its SHA-256 is {}, its "
                       "manifest says {}",
                       hash, expected.sha256),
           file);
  }
}

}  // namespace quadrant
