#include "retrieval/index.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "harness/core/cache_limit.h"
#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "retrieval/builder.h"
#include "retrieval/manifest.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kFolderDigits = 16;  // of the recipe's hash: enough to tell recipes apart

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (!failure) return;
  throw Error("cannot make a folder for the index: " + failure.message(), folder.string(),
              "name a place where you may write");
}

class TemporaryIndexFolder {
 public:
  TemporaryIndexFolder() {
    std::string name = (fs::temp_directory_path() / "quadrant-index-XXXXXX").string();
    if (!::mkdtemp(name.data())) {
      throw Error(std::string("cannot make a temporary folder: ") + std::strerror(errno), name,
                  "set TMPDIR to a place where you may write");
    }
    path = name;
  }
  ~TemporaryIndexFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryIndexFolder(const TemporaryIndexFolder&) = delete;
  TemporaryIndexFolder& operator=(const TemporaryIndexFolder&) = delete;
  fs::path path;
};

DocumentStream stream_of(std::span<const Document> corpus) {
  return [corpus](const std::function<void(const Document&)>& visit) {
    for (const Document& document : corpus) visit(document);
  };
}

DenseIndex load_dense(const Manifest& manifest, const fs::path& folder) {
  const int width = manifest.recipe.embedder->dimension;
  VectorTable vectors = VectorTable::map(folder / kVectorsFile, width);
  if (vectors.size() != manifest.passages) throw std::runtime_error("it has not one row a passage");
  if (manifest.recipe.dense.is_exact()) return DenseIndex(std::move(vectors));
  NeighbourIndex neighbours = NeighbourIndex::load(folder / kNeighboursFile, manifest.recipe.dense,
                                                   width, /*for_adding=*/false);
  if (neighbours.size() != vectors.size()) throw std::runtime_error("it has not one row a passage");
  return {std::move(vectors), std::move(neighbours)};
}

PassageIndex load_checked(const Manifest& manifest, const fs::path& folder) {
  const IndexRecipe& recipe = manifest.recipe;
  check_files(manifest, folder);
  PassageIndex index{recipe,
                     PassageTable(folder / kPassagesFile),
                     read_documents_file(folder / kDocumentsFile),
                     std::nullopt,
                     std::nullopt,
                     {},
                     0,
                     manifest.recall,
                     manifest_hash(manifest)};
  index.removed.resize(manifest.passages);
  for (const IndexedDocument& document : index.documents) {
    if (document.first + document.passages > manifest.passages) {
      throw std::runtime_error("a document has rows that are not there");
    }
    for (std::size_t i = 0; document.removed && i < document.passages; ++i) {
      index.removed[document.first + i] = true;
      ++index.removed_rows;
    }
  }
  if (index.passages.size() != manifest.passages) {
    throw std::runtime_error("it does not have as many passages as its manifest says");
  }
  if (recipe.embedder) index.dense.emplace(load_dense(manifest, folder));
  if (recipe.lexical) {
    index.lexical = Bm25Index::parse(MappedFile(folder / kLexicalFile).bytes(), manifest.passages);
  }
  return index;
}

// The copy takes the folder's place and the folder the copy's, in one step.
void exchange(const fs::path& copy, const fs::path& folder) {
  if (::renameat2(AT_FDCWD, copy.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) return;
  throw Error(std::string("cannot put the new index in place: ") + std::strerror(errno),
              folder.string(), "build the index again in a new folder");
}

// Marks what is gone or changed; the ids and hashes that stay.
std::map<std::string, std::string> mark_removed(std::vector<IndexedDocument>& known,
                                                const std::map<std::string, std::string>& wanted,
                                                IndexUpdate& update) {
  std::map<std::string, std::string> kept;
  for (IndexedDocument& document : known) {
    if (document.removed) continue;
    const auto found = wanted.find(document.id);
    if (found != wanted.end() && found->second == document.hash) {
      kept[document.id] = document.hash;
      continue;
    }
    document.removed = true;
    ++(found == wanted.end() ? update.removed : update.changed);
  }
  update.kept = kept.size();
  update.added = wanted.size() - update.kept - update.changed;
  return kept;
}

// What is only kept to save time is worth no error: what cannot be used goes, and is built anew.
std::optional<PassageIndex> load_if_whole(const fs::path& folder, const IndexRecipe& recipe) {
  if (!has_index(folder)) return std::nullopt;
  try {
    return load_index(folder, recipe);
  } catch (const Error&) {
    fs::remove_all(folder);
    return std::nullopt;
  }
}

}  // namespace

EmbedderIdentity identify(const Embedder& embedder) {
  return {embedder.hash(), embedder.dimension(), embedder.description()};
}

std::string document_hash(const Document& document) {
  nlohmann::json json{document.id, document.title, document.text};
  for (const Mark& mark : document.marks) json.push_back({mark.begin, mark.page, mark.heading});
  return json_hash(json);
}

std::string corpus_hash(std::span<const Document> corpus) {
  Sha256 hash;
  for (const Document& document : corpus) hash.update(document_hash(document) + "\n");
  return hash.hex();
}

IndexRecipe index_recipe(std::string corpus_hash, const IndexPlan& plan) {
  IndexRecipe recipe;
  recipe.corpus_hash = std::move(corpus_hash);
  recipe.chunker = plan.chunking.rule;
  recipe.chunk_tokens = plan.chunking.max_tokens;
  recipe.chunk_overlap = plan.chunking.overlap;
  recipe.tokenizer_hash = plan.chunking.tokenizer_hash;
  if (plan.embedder) recipe.embedder = identify(*plan.embedder);
  recipe.dense = plan.dense;
  recipe.lexical = plan.lexical;
  return recipe;
}

bool has_index(const fs::path& folder) { return fs::exists(folder / kManifestFile); }

IndexRecipe recipe_of(const fs::path& folder) { return read_manifest(folder).recipe; }

PassageIndex load_index(const fs::path& folder, const IndexRecipe& expected) {
  const Manifest manifest = read_manifest(folder);
  check_recipe(manifest.recipe, expected, folder);
  try {
    PassageIndex index = load_checked(manifest, folder);
    for (const auto& [name, file] : manifest.files) index.bytes += file.bytes;
    return index;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Error(std::string("this index cannot be read: ") + failure.what(), folder.string(),
                "delete the folder and build the index again");
  }
}

bool build_index(const DocumentStream& documents, const IndexPlan& plan, const fs::path& folder,
                 const BuildObserver& observe) {
  if (plan.embedder && !plan.dense.is_exact()) {  // a bad factory string is an error before work
    NeighbourIndex(plan.dense, plan.embedder->dimension());
  }
  make_folder(folder);
  std::error_code ignored;  // a manifest that cannot be removed cannot be replaced later either
  fs::remove(folder / kManifestFile, ignored);
  IndexBuilder builder(plan, folder, observe);
  const auto all = [](const Document&, const std::string&) { return true; };
  return builder.cut(documents, all) && builder.finish();
}

std::optional<IndexUpdate> update_index(const DocumentStream& documents, const IndexPlan& plan,
                                        const fs::path& folder, const BuildObserver& observe) {
  const Manifest manifest = read_manifest(folder);
  check_recipe(manifest.recipe, index_recipe(manifest.recipe.corpus_hash, plan), folder);
  check_files(manifest, folder);
  std::map<std::string, std::string> wanted;
  documents([&](const Document& document) { wanted[document.id] = document_hash(document); });
  std::vector<IndexedDocument> known = read_documents_file(folder / kDocumentsFile);
  IndexUpdate update;
  const auto kept = mark_removed(known, wanted, update);
  const fs::path copy = folder.string() + ".new";
  fs::remove_all(copy);
  make_folder(copy);
  for (const auto& [name, file] : manifest.files) fs::copy_file(folder / name, copy / name);
  if (fs::exists(copy / kNeighboursFile)) {
    fs::rename(copy / kNeighboursFile, copy / (std::string(kNeighboursFile) + ".partial"));
  }
  IndexBuilder builder(plan, copy, observe);
  builder.start_from(std::move(known), manifest.passages);
  const auto is_new = [&](const Document& document, const std::string&) {
    return !kept.contains(document.id);
  };
  const bool finished = builder.cut(documents, is_new) && builder.finish();
  if (finished) exchange(copy, folder);
  fs::remove_all(copy);
  return finished ? std::optional(update) : std::nullopt;
}

PassageIndex find_or_build_index(const fs::path& root, std::span<const Document> corpus,
                                 const IndexPlan& plan) {
  const IndexRecipe recipe = index_recipe(corpus_hash(corpus), plan);
  if (root.empty()) {
    const TemporaryIndexFolder temporary;
    build_index(stream_of(corpus), plan, temporary.path);
    return load_index(temporary.path, recipe);
  }
  const fs::path folder = root / recipe.hash().substr(0, kFolderDigits);
  std::optional<PassageIndex> index = load_if_whole(folder, recipe);
  if (!index) {
    build_index(stream_of(corpus), plan, folder);
    index.emplace(load_index(folder, recipe));
  }
  mark_used(folder);
  keep_within_limit(root, folder);
  return std::move(*index);
}

}  // namespace quadrant
