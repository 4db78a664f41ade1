// An index of passages that cannot lie: what it was made from is written beside it and checked at
// every load.
//
// A folder holds passages.jsonl (one line a passage), documents.jsonl (which rows belong to which
// document, and its hash), vectors.f32 (the vectors as plain floats, mapped when read), index.faiss
// (only for an approximate index), bm25.bin (only for a lexical one) and manifest.json: hashes of
// corpus, tokenizer, embedder and of every file, all parameters, the recall that was measured, and
// a hash over these, which is the identity of the index.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/types.h"
#include "retrieval/chunk.h"
#include "retrieval/dense.h"
#include "retrieval/lexical/bm25.h"
#include "retrieval/passage_table.h"

namespace quadrant {

struct EmbedderIdentity {
  std::string hash;
  int dimension = 0;
  std::map<std::string, std::string> description;  // pooling, prefixes and the like
};
EmbedderIdentity identify(const Embedder& embedder);

// Everything that decides the content of an index. Two equal recipes give the same index.
struct IndexRecipe {
  std::string corpus_hash;
  std::string chunker = "sentences";
  int chunk_tokens = 0, chunk_overlap = 0;
  std::string tokenizer_hash;
  std::optional<EmbedderIdentity> embedder;  // none: no vectors
  DenseSettings dense;
  std::optional<Bm25Parameters> lexical;  // none: no BM25

  std::string hash() const;
};

// What to make of documents. The embedder and the tokenizer behind the chunking must outlive it.
struct IndexPlan {
  Chunking chunking;
  Embedder* embedder = nullptr;  // null: no vectors
  DenseSettings dense = {};
  std::optional<Bm25Parameters> lexical = {};  // none: no BM25
};
IndexRecipe index_recipe(std::string corpus_hash, const IndexPlan& plan);

std::string document_hash(const Document& document);        // id, title, text, marks
std::string corpus_hash(std::span<const Document> corpus);  // of the documents in their order

struct IndexedDocument {
  std::string id, hash;
  std::size_t first = 0, passages = 0;  // rows
  bool removed = false;                 // by an update; its rows are never found
};

struct PassageIndex {
  IndexRecipe recipe;
  PassageTable passages;
  std::vector<IndexedDocument> documents;
  std::optional<DenseIndex> dense;
  std::optional<Bm25Index> lexical;
  std::vector<bool> removed;  // by row
  std::size_t removed_rows = 0;
  double recall = 1;      // of the 10 nearest, against exact search; 1 when that is what it does
  std::string hash;       // of the manifest
  std::size_t bytes = 0;  // of all files but the manifest
};

bool has_index(const std::filesystem::path& folder);  // there is a manifest

// Error when a byte of any file has changed, when another FAISS version wrote it, or when the index
// was made from anything else than `expected`: then every difference is named.
PassageIndex load_index(const std::filesystem::path& folder, const IndexRecipe& expected);
// What the manifest says it was made from; the manifest itself is checked.
IndexRecipe recipe_of(const std::filesystem::path& folder);

// Visits the documents, the same ones in the same order each time.
using DocumentStream = std::function<void(const std::function<void(const Document&)>& visit)>;

struct BuildProgress {
  // "cutting", "embedding", "training the index", "indexing", "counting words", "checking"
  const char* stage;
  std::size_t done = 0, total = 0;  // passages (training: units of work); total 0: not known
};
using BuildObserver = std::function<bool(const BuildProgress&)>;  // false: stop here

// Builds into `folder`, a block of passages after the other, in memory that grows with the lexical
// and the approximate index only. False when the observer stopped it: what is there then, or after
// a crash, is no index, and the next build of the same recipe goes on from it and comes out the
// same (but for the graph of an HNSW index of more than 400,000 rows, whose levels are drawn anew).
// Error when no document gives a passage, or the embedder gives vectors not of length 1.
bool build_index(
    const DocumentStream& documents, const IndexPlan& plan, const std::filesystem::path& folder,
    const BuildObserver& observe = [](const BuildProgress&) { return true; });

struct IndexUpdate {
  std::size_t added = 0, changed = 0, removed = 0, kept = 0;  // documents
};
// Brings an index to another state of its documents without building it anew: rows of documents
// that are gone or changed are never found again, new ones are appended. Works on a copy, which
// takes the folder's place in one step. nothing: the observer stopped it, the index is as it was.
std::optional<IndexUpdate> update_index(
    const DocumentStream& documents, const IndexPlan& plan, const std::filesystem::path& folder,
    const BuildObserver& observe = [](const BuildProgress&) { return true; });

// Loads the index in `root`/<recipe hash>, or builds it there, anew where it is damaged; the least
// recently used others go when they are over the limit (harness/core/cache_limit.h). An empty
// `root` keeps it in a temporary folder that is gone when this returns (what is mapped stays
// readable).
PassageIndex find_or_build_index(const std::filesystem::path& root,
                                 std::span<const Document> corpus, const IndexPlan& plan);

}  // namespace quadrant
