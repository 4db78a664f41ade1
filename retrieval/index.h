// An index of passages that cannot lie: what it was made from is written beside it and checked at
// every load.
//
// A folder holds index.faiss (the vectors), passages.jsonl (one line a vector, in the same order)
// and manifest.json: hashes of corpus, tokenizer, embedder and of the two files, the parameters,
// and a hash over all of these, which is the identity of the index. The text embedded for a passage
// is its title, a newline and its text; without a title only the text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/types.h"
#include "retrieval/chunk.h"
#include "retrieval/dense.h"
#include "retrieval/retriever.h"

namespace quadrant {

// Everything that decides the content of an index. Two equal recipes give the same index.
struct IndexRecipe {
  std::string corpus_hash;
  int chunk_tokens = 0;
  std::string tokenizer_hash;
  std::string embedder_hash;
  int dimension = 0;

  std::string hash() const;
};

std::string corpus_hash(std::span<const Document> corpus);  // over ids, titles, texts and order
IndexRecipe index_recipe(std::span<const Document> corpus, const Chunking& chunking,
                         const Embedder& embedder);

struct PassageIndex {
  IndexRecipe recipe;
  std::vector<Passage> passages;
  DenseIndex vectors;
  std::string hash;  // of the manifest
};

// Rows in the order of the passages.
DenseIndex embed_passages(std::span<const Passage> passages, Embedder& embedder);

// Error when the corpus gives no passage, or when the embedder gives vectors not of length 1.
PassageIndex build_index(std::span<const Document> corpus, const Chunking& chunking,
                         Embedder& embedder);

// Makes the folder. The manifest goes first and comes last, so that a crash leaves a folder without
// one, which is no index, and never one that does not fit its files.
void save_index(const PassageIndex& index, const std::filesystem::path& folder);

bool has_index(const std::filesystem::path& folder);  // there is a manifest

// Error that names the difference when the index was made from anything else than `expected`, when
// a byte of any of the three files has changed, or when another FAISS version wrote it.
PassageIndex load_index(const std::filesystem::path& folder, const IndexRecipe& expected);

// Loads the index in `root`/<recipe hash>, or builds it and saves it there; an empty `root` keeps
// it in memory only.
PassageIndex find_or_build_index(const std::filesystem::path& root,
                                 std::span<const Document> corpus, const Chunking& chunking,
                                 Embedder& embedder);

// The embedder must outlive the retriever.
class DenseRetriever : public Retriever {
 public:
  DenseRetriever(PassageIndex index, Embedder& embedder);
  std::vector<std::vector<ScoredPassage>> search(std::span<const std::string> questions,
                                                 int k) override;
  const PassageIndex& index() const { return index_; }

 private:
  PassageIndex index_;
  Embedder& embedder_;
};

}  // namespace quadrant
