#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"
#include "retrieval/index.h"
#include "retrieval/manifest.h"

namespace quadrant {
namespace {

constexpr std::size_t kFolderDigits = 16;  // of the recipe's hash: enough to tell recipes apart

std::string passage_lines(std::span<const Passage> passages) {
  std::string lines;
  for (const Passage& passage : passages) {
    lines += canonical_json({{"doc", passage.doc_id},
                             {"title", passage.title},
                             {"text", passage.text},
                             {"begin", passage.begin},
                             {"end", passage.end}});
    lines += '\n';
  }
  return lines;
}

std::vector<Passage> read_passages(const std::filesystem::path& file) {
  std::vector<Passage> passages;
  for_each_json_line(file, [&](int line, const nlohmann::json& json) {
    try {
      passages.push_back({json.at("doc").get<std::string>(), json.at("title").get<std::string>(),
                          json.at("text").get<std::string>(), json.at("begin").get<std::size_t>(),
                          json.at("end").get<std::size_t>()});
    } catch (const nlohmann::json::exception&) {
      throw Error("this line is not a passage", file.string() + ":" + std::to_string(line),
                  "delete the folder and build the index again");
    }
  });
  return passages;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!failure) return;
  throw Error("cannot make a folder for the index: " + failure.message(), folder.string(),
              "name a place where you may write");
}

struct FolderContent {
  std::string vectors, passages;
  Manifest manifest;
};

FolderContent content_of(const PassageIndex& index) {
  FolderContent content{index.vectors.serialize(), passage_lines(index.passages), {}};
  content.manifest = {index.recipe, index.passages.size(), identify(content.vectors),
                      identify(content.passages)};
  return content;
}

}  // namespace

PassageIndex build_index(std::span<const Document> corpus, const Chunking& chunking,
                         Embedder& embedder) {
  std::vector<Passage> passages = chunk(corpus, chunking);
  if (passages.empty()) {
    throw Error("there is nothing to index: no document has a title or a text",
                "the suite's corpus", "put documents into corpus.jsonl");
  }
  DenseIndex vectors = embed_passages(passages, embedder);
  PassageIndex index{index_recipe(corpus, chunking, embedder), std::move(passages),
                     std::move(vectors), ""};
  index.hash = manifest_hash(content_of(index).manifest);
  return index;
}

void save_index(const PassageIndex& index, const std::filesystem::path& folder) {
  make_folder(folder);
  const FolderContent content = content_of(index);
  std::error_code ignored;  // a manifest that cannot be removed cannot be replaced below either
  std::filesystem::remove(folder / kManifestFile, ignored);
  write_atomically(folder / kVectorsFile, content.vectors);
  write_atomically(folder / kPassagesFile, content.passages);
  write_atomically(folder / kManifestFile, manifest_text(content.manifest));
}

bool has_index(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / kManifestFile);
}

PassageIndex load_index(const std::filesystem::path& folder, const IndexRecipe& expected) {
  const Manifest manifest = read_manifest(folder, expected);
  const std::filesystem::path passages_file = folder / kPassagesFile;
  check_file(MappedFile(passages_file).bytes(), manifest.passages_file, passages_file);
  const std::filesystem::path vectors_file = folder / kVectorsFile;
  const MappedFile vectors(vectors_file);
  check_file(vectors.bytes(), manifest.vectors_file, vectors_file);
  try {
    PassageIndex index{expected, read_passages(passages_file),
                       DenseIndex::parse(vectors.bytes(), expected.dimension, manifest.passages),
                       manifest_hash(manifest)};
    if (index.passages.size() == manifest.passages) return index;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Error(std::string("FAISS cannot read this index: ") + failure.what(),
                vectors_file.string(), "delete the folder and build the index again");
  }
  throw Error("the index does not have as many passages as vectors", folder.string(),
              "delete the folder and build the index again");
}

PassageIndex find_or_build_index(const std::filesystem::path& root,
                                 std::span<const Document> corpus, const Chunking& chunking,
                                 Embedder& embedder) {
  if (root.empty()) return build_index(corpus, chunking, embedder);
  const IndexRecipe recipe = index_recipe(corpus, chunking, embedder);
  const std::filesystem::path folder = root / recipe.hash().substr(0, kFolderDigits);
  if (has_index(folder)) return load_index(folder, recipe);
  PassageIndex index = build_index(corpus, chunking, embedder);
  save_index(index, folder);
  return index;
}

}  // namespace quadrant
