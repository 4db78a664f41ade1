#include "retrieval/index.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "retrieval/manifest.h"
#include "tests/unit/retrieval/fakes.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using test::BagOfWords;
using test::ByteTokenizer;
using test::TemporaryFolder;

namespace {

const std::vector<Document> kCorpus{
    {"cats", "Cats", "A cat sleeps most of the day. It hunts mice at night."},
    {"dogs", "Dogs", "A dog guards the house \"and\n{question}\"."},
    {"kim", "", "김치는 발효 음식이다."}};

struct Built {
  ByteTokenizer tokenizer;
  BagOfWords embedder;
  Chunking chunking = chunk_by(tokenizer, 40);
  IndexRecipe recipe = index_recipe(kCorpus, chunking, embedder);
  PassageIndex index = build_index(kCorpus, chunking, embedder);
};

// The message of the Error that load_index() must throw.
std::string refusal(const std::filesystem::path& folder, const IndexRecipe& recipe) {
  try {
    load_index(folder, recipe);
  } catch (const Error& error) {
    CHECK(!error.where().empty());
    CHECK(!error.mend().empty());
    return error.problem();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an index comes back as it was saved") {
  Built built;
  TemporaryFolder folder;
  save_index(built.index, folder / "a/b");
  const PassageIndex loaded = load_index(folder / "a/b", built.recipe);
  CHECK(loaded.hash == built.index.hash);
  CHECK(loaded.hash.size() == 64);
  REQUIRE(loaded.passages.size() == built.index.passages.size());
  CHECK(loaded.passages.size() == 4);
  for (std::size_t i = 0; i < loaded.passages.size(); ++i) {
    CHECK(loaded.passages[i].doc_id == built.index.passages[i].doc_id);
    CHECK(loaded.passages[i].title == built.index.passages[i].title);
    CHECK(loaded.passages[i].text == built.index.passages[i].text);
    CHECK(loaded.passages[i].begin == built.index.passages[i].begin);
    CHECK(loaded.passages[i].end == built.index.passages[i].end);
  }
  CHECK(loaded.vectors.serialize() == built.index.vectors.serialize());
  const auto manifest = nlohmann::json::parse(read_text(folder / "a/b/manifest.json"));
  CHECK(manifest["hash"] == loaded.hash);
  CHECK(manifest["embedder"]["text"] == "title, newline, text");
  CHECK(manifest["index"]["library"] == "faiss 1.7.3");
}

TEST_CASE("the nearest passages with their scores, one list a question") {
  Built built;
  DenseRetriever retriever(std::move(built.index), built.embedder);
  const std::vector<std::string> questions{"which dog guards the house", "mice at night"};
  const auto found = retriever.search(questions, 2);
  REQUIRE(found.size() == 2);
  REQUIRE(found[0].size() == 2);
  CHECK(found[0][0].passage.doc_id == "dogs");
  CHECK(found[1][0].passage.text == "It hunts mice at night.");
  CHECK(found[1][0].score > found[1][1].score);
}

TEST_CASE("the title counts in the search") {
  Built built;
  DenseRetriever retriever(std::move(built.index), built.embedder);
  const std::vector<std::string> question{"Dogs"};
  const auto found = retriever.search(question, 1);
  CHECK(found[0][0].passage.doc_id == "dogs");
  CHECK(found[0][0].score > 0.1);
}

TEST_CASE("an index made from something else is refused, and the difference named") {
  Built built;
  TemporaryFolder folder;
  save_index(built.index, folder.path());
  const auto refused_with = [&](auto change) {
    IndexRecipe other = built.recipe;
    change(other);
    CHECK(other.hash() != built.recipe.hash());
    return refusal(folder.path(), other);
  };
  CHECK(contains(refused_with([](auto& r) { r.corpus_hash = "x"; }), "corpus"));
  CHECK(contains(refused_with([](auto& r) { r.tokenizer_hash = "x"; }), "tokenizer"));
  CHECK(contains(refused_with([](auto& r) { r.embedder_hash = "x"; }), "embedder (SHA-256)"));
  CHECK(contains(refused_with([](auto& r) { r.dimension = 63; }),
                 "dimension of the embedder: the index has 64, wanted is 63"));
  const std::string two = refused_with([](auto& r) {
    r.chunk_tokens = 41;
    r.corpus_hash = "x";
  });
  CHECK(contains(two, "chunk size in tokens: the index has 40, wanted is 41"));
  CHECK(contains(two, "corpus"));
}

TEST_CASE("one changed byte anywhere, or a missing end, is refused") {
  Built built;
  TemporaryFolder folder;
  save_index(built.index, folder.path());
  for (const char* name : {kManifestFile, kVectorsFile, kPassagesFile}) {
    CAPTURE(name);
    const auto file = folder / name;
    const std::string intact = read_text(file);
    const bool manifest = name == std::string(kManifestFile);
    for (std::size_t i = 0; i < intact.size(); ++i) {
      std::string bad = intact;
      bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
      write_atomically(file, bad);
      REQUIRE(contains(refusal(folder.path(), built.recipe), "changed or damaged"));
    }
    for (std::size_t size = 0; size < intact.size(); size += 1 + intact.size() / 50) {
      write_atomically(file, intact.substr(0, size));
      REQUIRE(contains(refusal(folder.path(), built.recipe),
                       manifest ? "changed or damaged" : "bytes, its manifest says"));
    }
    std::filesystem::remove(file);
    CHECK(!refusal(folder.path(), built.recipe).empty());
    write_atomically(file, intact);
    CHECK(refusal(folder.path(), built.recipe).empty());
  }
}

TEST_CASE("a manifest that fits its files does not make a wrong index right") {
  Built built;
  TemporaryFolder folder;
  save_index(built.index, folder.path());
  Manifest manifest = read_manifest(folder.path(), built.recipe);
  const std::string vectors = read_text(folder / kVectorsFile);
  const auto forge = [&](const std::string& bytes) {
    write_atomically(folder / kVectorsFile, bytes);
    manifest.vectors_file = identify(bytes);
    write_atomically(folder / kManifestFile, manifest_text(manifest));
    return refusal(folder.path(), built.recipe);
  };
  CHECK(contains(forge(vectors.substr(0, vectors.size() / 2)), "FAISS cannot read this index"));
  CHECK(contains(forge(""), "FAISS cannot read this index"));
  CHECK(contains(forge(DenseIndex(64).serialize()), "FAISS cannot read this index"));
  std::string other_kind = vectors;
  other_kind[0] = '?';
  CHECK(contains(forge(other_kind), "FAISS cannot read this index"));
  CHECK(forge(vectors).empty());
}

TEST_CASE("found again, and built only once for each recipe") {
  Built built;
  TemporaryFolder folder;
  BagOfWords embedder;
  const auto first = find_or_build_index(folder.path(), kCorpus, built.chunking, embedder);
  CHECK(embedder.texts == 4);
  const auto second = find_or_build_index(folder.path(), kCorpus, built.chunking, embedder);
  CHECK(embedder.texts == 4);
  CHECK(second.hash == first.hash);
  CHECK(first.hash == built.index.hash);
  const auto finer =
      find_or_build_index(folder.path(), kCorpus, chunk_by(built.tokenizer, 20), embedder);
  CHECK(finer.hash != first.hash);
  CHECK(finer.passages.size() > 4);
  const auto in_memory = find_or_build_index("", kCorpus, built.chunking, embedder);
  CHECK(in_memory.hash == first.hash);
}

TEST_CASE("a crash before the manifest leaves no index, and the next build mends the folder") {
  Built built;
  TemporaryFolder folder;
  save_index(built.index, folder.path());
  std::filesystem::remove(folder / kManifestFile);
  write_atomically(folder / kPassagesFile, "half");
  CHECK(!has_index(folder.path()));
  CHECK(contains(refusal(folder.path(), built.recipe), "no index here"));
  save_index(built.index, folder.path());
  CHECK(refusal(folder.path(), built.recipe).empty());
}

TEST_CASE("errors the user can mend") {
  Built built;
  CHECK_THROWS_AS(build_index({}, built.chunking, built.embedder), Error);
  built.embedder.length = 0.5F;
  CHECK_THROWS_AS(build_index(kCorpus, built.chunking, built.embedder), Error);
  built.embedder.length = std::nanf("");
  CHECK_THROWS_AS(build_index(kCorpus, built.chunking, built.embedder), Error);
  TemporaryFolder folder;
  write_atomically(folder / "file", "");
  CHECK_THROWS_AS(save_index(built.index, folder / "file" / "below"), Error);
}

TEST_CASE("the corpus hash sees ids, titles, texts, borders and order") {
  const std::string base = corpus_hash(kCorpus);
  const auto changed = [&](auto change) {
    auto corpus = kCorpus;
    change(corpus);
    return corpus_hash(corpus) != base;
  };
  CHECK(changed([](auto& c) { c[0].id += "x"; }));
  CHECK(changed([](auto& c) { c[1].title = ""; }));
  CHECK(changed([](auto& c) { c[2].text += " "; }));
  CHECK(changed([](auto& c) { std::swap(c[0], c[1]); }));
  CHECK(changed([](auto& c) { c.pop_back(); }));
  CHECK(corpus_hash(std::vector<Document>{{"a", "b", "c"}}) !=
        corpus_hash(std::vector<Document>{{"a", "bc", ""}}));
}
