// quadrant index verify: is this index what it says it is, and of these documents?
#include <fmt/format.h>

#include <map>

#include "harness/cli/common.h"
#include "harness/cli/index_verbs.h"
#include "retrieval/documents/documents.h"
#include "strategies/engine.h"

namespace quadrant {
namespace {

struct VerifyOptions {
  std::string folder, embedder = "all-minilm-l6-v2";
  std::vector<std::filesystem::path> sources;
};

void print_index(const PassageIndex& index) {
  const IndexRecipe& recipe = index.recipe;
  fmt::print("{} passages of {} documents, {} tokens at most, chunker {}, overlap {}\n",
             index.passages.size() - index.removed_rows,
             std::count_if(index.documents.begin(), index.documents.end(),
                           [](const IndexedDocument& document) { return !document.removed; }),
             recipe.chunk_tokens, recipe.chunker, recipe.chunk_overlap);
  if (index.removed_rows > 0) {
    fmt::print("{} rows of documents that are gone; build into a new folder to be rid of them\n",
               index.removed_rows);
  }
  if (recipe.embedder) {
    fmt::print("vectors: {} dimensions, {}, recall@10 against exact search {:.4f}\n",
               recipe.embedder->dimension, recipe.dense.factory, index.recall);
  }
  if (recipe.lexical) fmt::print("BM25: k1 {}, b {}\n", recipe.lexical->k1, recipe.lexical->b);
  fmt::print("hash {}\n", index.hash);
}

// Each difference between the index and the documents as they are now.
std::vector<std::string> stale_documents(const PassageIndex& index,
                                         const std::vector<std::filesystem::path>& sources) {
  std::map<std::string, std::string> known;
  for (const IndexedDocument& document : index.documents) {
    if (!document.removed) known[document.id] = document.hash;
  }
  std::vector<std::string> differences;
  ReadReport report;
  const auto compare = [&](const Document& document) {
    const auto found = known.find(document.id);
    if (found == known.end()) {
      differences.push_back(document.id + " is not in the index");
      return;
    }
    if (found->second != document_hash(document))
      differences.push_back(document.id + " has changed");
    known.erase(found);
  };
  read_documents(sources, compare, report);
  for (const auto& [id, hash] : known) differences.push_back(id + " is gone");
  return differences;
}

int verify(const VerifyOptions& options) {
  const OpenedRecipe opened = recipe_with_embedder(options.folder, options.embedder);
  const PassageIndex index = load_index(options.folder, opened.recipe);
  print_index(index);
  if (options.sources.empty()) return kOk;
  const auto differences = stale_documents(index, options.sources);
  for (const std::string& difference : differences) fmt::print("{}\n", difference);
  if (differences.empty()) fmt::print("the documents are those of the index\n");
  return differences.empty() ? kOk : kUserError;
}

void add_index_verify(CLI::App& index, Action& action) {
  auto* verb = index.add_subcommand("verify", "check every byte of an index, and its documents");
  auto options = std::make_shared<VerifyOptions>();
  verb->add_option("INDEX", options->folder, "the folder of the index")->required();
  verb->add_option("DOCUMENTS", options->sources, "files and folders it should be made from");
  verb->add_option("--embedder", options->embedder)->capture_default_str();
  verb->callback([&action, options] { action = [options] { return verify(*options); }; });
}

}  // namespace

OpenedRecipe recipe_with_embedder(const std::string& folder, const std::string& embedder) {
  OpenedRecipe opened{recipe_of(folder), nullptr};
  if (!opened.recipe.embedder) return opened;
  opened.embedder = load_embedder(embedder);
  opened.recipe.embedder = identify(*opened.embedder);
  return opened;
}

void add_index(CLI::App& app, Action& action) {
  auto* index = app.add_subcommand("index", "documents to a searchable index: build|search|verify");
  index->require_subcommand(1);
  add_index_build(*index, action);
  add_index_search(*index, action);
  add_index_verify(*index, action);
}

}  // namespace quadrant
