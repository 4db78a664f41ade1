#include "retrieval/index.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "retrieval/manifest.h"
#include "retrieval/retriever.h"
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

DocumentStream stream_of(const std::vector<Document>& corpus) {
  return [&corpus](const auto& visit) {
    for (const Document& document : corpus) visit(document);
  };
}

// A folder with an index of the corpus: vectors and BM25.
struct Built {
  ByteTokenizer tokenizer;
  BagOfWords embedder;
  IndexPlan plan{chunk_by(tokenizer, 40), &embedder, {}, Bm25Parameters{}};
  TemporaryFolder folder;
  std::filesystem::path path = folder / "a/b";
  IndexRecipe recipe;

  explicit Built(const DenseSettings& dense = {}) {
    plan.dense = dense;
    recipe = index_recipe(corpus_hash(kCorpus), plan);
    build_index(stream_of(kCorpus), plan, path);
  }
  PassageIndex load() const { return load_index(path, recipe); }
  IndexRetriever retriever(SearchSettings settings = {}) {
    return {load(), &embedder, std::move(settings)};
  }
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

std::vector<std::string> found(IndexRetriever& retriever, const std::string& question, int k) {
  std::vector<std::string> documents;
  const auto lists = retriever.search(std::span(&question, 1), k);
  for (const ScoredPassage& hit : lists[0]) documents.push_back(hit.passage.doc_id);
  return documents;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an index comes back as it was built") {
  const Built built;
  const PassageIndex loaded = built.load();
  CHECK(loaded.hash.size() == 64);
  CHECK(loaded.recipe.hash() == built.recipe.hash());
  REQUIRE(loaded.passages.size() == 4);
  std::vector<Passage> expected = chunk(kCorpus, built.plan.chunking);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Passage passage = loaded.passages.at(i);
    CHECK(passage.doc_id == expected[i].doc_id);
    CHECK(passage.title == expected[i].title);
    CHECK(passage.text == expected[i].text);
    CHECK(passage.begin == expected[i].begin);
    CHECK(passage.end == expected[i].end);
  }
  REQUIRE(loaded.documents.size() == 3);
  CHECK(loaded.documents[1].first == 2);
  CHECK(loaded.documents[1].hash == document_hash(kCorpus[1]));
  CHECK(loaded.dense->size() == 4);
  CHECK(loaded.lexical->size() == 4);
  const auto manifest = nlohmann::json::parse(read_text(built.path / kManifestFile));
  CHECK(manifest["hash"] == loaded.hash);
  CHECK(manifest["dense"]["text"] == "title, newline, text");
  CHECK(manifest["dense"]["library"] == "faiss 1.7.3");
  CHECK(manifest["recall_at_10"] == 1);
  const Built again;
  CHECK(again.load().hash == loaded.hash);
}

TEST_CASE("pages and headings come back with the passages") {
  const Built built;
  const std::vector<Document> marked{{"m", "", "One two three.", {{0, 3, "Part"}}}};
  build_index(stream_of(marked), built.plan, built.folder / "marked");
  const auto index =
      load_index(built.folder / "marked", index_recipe(corpus_hash(marked), built.plan));
  CHECK(index.passages.at(0).page == 3);
  CHECK(index.passages.at(0).heading == "Part");
}

TEST_CASE("dense, lexical and hybrid search, one list a question") {
  Built built;
  for (const std::string& kind : retrievers()) {
    CAPTURE(kind);
    IndexRetriever retriever = built.retriever({kind});
    const std::vector<std::string> questions{"which dog guards the house", "mice at night"};
    const auto lists = retriever.search(questions, 2);
    REQUIRE(lists.size() == 2);
    CHECK(lists[0][0].passage.doc_id == "dogs");
    CHECK(lists[1][0].passage.text == "It hunts mice at night.");
    CHECK(found(retriever, "Dogs", 1) == Names{"dogs"});  // the title counts
    CHECK(retriever.search({}, 2).empty());
  }
  SearchSettings convex{"hybrid", "convex"};
  IndexRetriever retriever = built.retriever(convex);
  CHECK(found(retriever, "which dog guards the house", 1) == Names{"dogs"});
  IndexRetriever lexical = built.retriever({"bm25"});
  CHECK(found(lexical, "김치", 3) == Names{"kim"});
}

TEST_CASE("reranking, diversity, near-duplicates, and the placebo") {
  Built built;
  SearchSettings settings{"bm25"};
  settings.rerank = [](const std::string&, std::span<const Passage> passages) {
    std::vector<double> scores;
    for (const Passage& passage : passages) scores.push_back(passage.doc_id == "dogs" ? 1 : 0);
    return scores;
  };
  IndexRetriever reranked = built.retriever(settings);
  CHECK(found(reranked, "a cat sleeps", 2) == Names{"dogs", "cats"});
  settings.rerank_depth = 1;
  IndexRetriever shallow = built.retriever(settings);
  CHECK(found(shallow, "a cat sleeps", 2).front() == "cats");
  SearchSettings diverse{"dense"};
  diverse.mmr_lambda = 0.3;
  diverse.drop_near_duplicates = true;
  IndexRetriever mixed = built.retriever(diverse);
  CHECK(found(mixed, "cat", 4).size() == 4);
  SearchSettings placebo{"dense"};
  placebo.shuffled = true;
  IndexRetriever shuffled = built.retriever(placebo), plain = built.retriever();
  CHECK(found(shuffled, "mice at night", 4) != found(plain, "mice at night", 4));
  CHECK(found(shuffled, "mice at night", 4).size() == 4);
}

TEST_CASE("an index made from something else is refused, and the difference named") {
  const Built built;
  const auto refused_with = [&](auto change) {
    IndexRecipe other = built.recipe;
    change(other);
    CHECK(other.hash() != built.recipe.hash());
    return refusal(built.path, other);
  };
  CHECK(contains(refused_with([](auto& r) { r.corpus_hash = "x"; }), "corpus"));
  CHECK(contains(refused_with([](auto& r) { r.tokenizer_hash = "x"; }), "tokenizer"));
  CHECK(contains(refused_with([](auto& r) { r.embedder->hash = "x"; }), "embedder (SHA-256)"));
  CHECK(contains(refused_with([](auto& r) { r.embedder->description["pooling"] = "cls"; }),
                 "embedder's pooling: the index has nothing, wanted is \"cls\""));
  CHECK(contains(refused_with([](auto& r) { r.embedder->dimension = 63; }),
                 "dimension of the embedder: the index has 64, wanted is 63"));
  CHECK(contains(refused_with([](auto& r) { r.dense.factory = "HNSW32"; }),
                 "kind of FAISS index: the index has \"Flat\", wanted is \"HNSW32\""));
  CHECK(contains(refused_with([](auto& r) { r.chunker = "tokens"; }), "rule of the chunker"));
  CHECK(contains(refused_with([](auto& r) { r.chunk_overlap = 3; }), "overlap of the chunks"));
  CHECK(contains(refused_with([](auto& r) { r.lexical->k1 = 2; }), "k1 of BM25"));
  CHECK(contains(refused_with([](auto& r) { r.lexical.reset(); }), "BM25"));
  const std::string two = refused_with([](auto& r) {
    r.chunk_tokens = 41;
    r.corpus_hash = "x";
  });
  CHECK(contains(two, "chunk size in tokens: the index has 40, wanted is 41"));
  CHECK(contains(two, "corpus"));
  CHECK(recipe_of(built.path).hash() == built.recipe.hash());
}

TEST_CASE("one changed byte in any file, or a missing end, is refused") {
  const Built built({"HNSW4"});
  for (const std::string& name : files_of(built.recipe)) {
    CAPTURE(name);
    const auto file = built.path / name;
    const std::string intact = read_text(file);
    for (std::size_t i = 0; i < intact.size(); i += 1 + intact.size() / 40) {
      std::string bad = intact;
      bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
      write_atomically(file, bad);
      REQUIRE(contains(refusal(built.path, built.recipe), "changed or damaged"));
    }
    for (std::size_t size = 0; size < intact.size(); size += 1 + intact.size() / 10) {
      write_atomically(file, intact.substr(0, size));
      REQUIRE(contains(refusal(built.path, built.recipe), "bytes, its manifest says"));
    }
    std::filesystem::remove(file);
    CHECK(contains(refusal(built.path, built.recipe), "is gone"));
    write_atomically(file, intact);
    CHECK(refusal(built.path, built.recipe).empty());
  }
  const std::string manifest = read_text(built.path / kManifestFile);
  for (std::size_t i = 0; i < manifest.size(); i += 7) {
    std::string bad = manifest;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    write_atomically(built.path / kManifestFile, bad);
    REQUIRE(contains(refusal(built.path, built.recipe), "changed or damaged"));
  }
}

TEST_CASE("a manifest that fits its files does not make a wrong index right") {
  const Built built({"HNSW4"});
  const auto forge = [&](const char* name, const std::string& bytes) {
    const std::string intact = read_text(built.path / name);
    write_atomically(built.path / name, bytes);
    write_atomically(built.path / kManifestFile,
                     manifest_text(describe_folder(built.recipe, 4, 1, built.path)));
    const std::string problem = refusal(built.path, built.recipe);
    write_atomically(built.path / name, intact);
    return problem;
  };
  const std::string vectors = read_text(built.path / kVectorsFile);
  CHECK(contains(forge(kVectorsFile, vectors.substr(0, vectors.size() / 2)), "cannot be read"));
  CHECK(contains(forge(kVectorsFile, vectors + "x"), "cannot be read"));
  CHECK(contains(forge(kNeighboursFile, "nothing"), "cannot be read"));
  CHECK(contains(forge(kLexicalFile, "nothing at all"), "cannot be read"));
  CHECK(contains(forge(kPassagesFile, "{}\n"), "cannot be read"));
  CHECK(contains(forge(kDocumentsFile, "{}\n"), "not a document"));
  CHECK(contains(forge(kDocumentsFile,
                       "{\"id\":\"x\",\"hash\":\"\",\"first\":3,\"passages\":2,"
                       "\"removed\":false}\n"),
                 "cannot be read"));
}

TEST_CASE("found again, and built only once for each recipe") {
  Built built;
  TemporaryFolder folder;
  BagOfWords embedder;
  IndexPlan plan = built.plan;
  plan.embedder = &embedder;
  const auto first = find_or_build_index(folder.path(), kCorpus, plan);
  CHECK(embedder.texts == 4);
  const auto second = find_or_build_index(folder.path(), kCorpus, plan);
  CHECK(embedder.texts == 4);
  CHECK(second.hash == first.hash);
  CHECK(first.hash == built.load().hash);
  plan.chunking = chunk_by(built.tokenizer, 20);
  const auto finer = find_or_build_index(folder.path(), kCorpus, plan);
  CHECK(finer.hash != first.hash);
  CHECK(finer.passages.size() > 4);
  const auto place = folder.path() / built.recipe.hash().substr(0, 16);
  for (const char* file : {kVectorsFile, kPassagesFile, kManifestFile}) {
    CAPTURE(file);
    std::string bytes = read_text(place / file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_atomically(place / file, bytes);
    CHECK(find_or_build_index(folder.path(), kCorpus, built.plan).hash == first.hash);
  }
  const auto in_memory = find_or_build_index("", kCorpus, built.plan);
  CHECK(in_memory.hash == first.hash);
  CHECK(in_memory.passages.at(3).doc_id == "kim");
}

TEST_CASE("a build that was stopped goes on, and comes out the same") {
  std::vector<Document> corpus;
  for (int i = 0; i < 700; ++i) {
    corpus.push_back({"d" + std::to_string(i), "", "word" + std::to_string(i % 90) + " and more"});
  }
  Built built({"IVF2,Flat", 2});
  build_index(stream_of(corpus), built.plan, built.path);
  const auto recipe = index_recipe(corpus_hash(corpus), built.plan);
  const std::string expected = load_index(built.path, recipe).hash;
  const auto path = built.folder / "stopped";
  BagOfWords embedder;
  built.plan.embedder = &embedder;
  int calls = 0, stops = 0;
  bool finished = false;
  while (!finished) {
    REQUIRE(++stops < 50);
    int left = 1 + stops;  // each try gets a little further
    finished = build_index(stream_of(corpus), built.plan, path, [&](const BuildProgress&) {
      ++calls;
      return left-- > 0;
    });
    if (!finished) CHECK(!has_index(path));
  }
  CHECK(stops > 3);
  CHECK(embedder.texts == 700);  // no passage was embedded twice
  CHECK(load_index(path, recipe).hash == expected);
  // What another recipe has left behind is not taken for this one's.
  build_index(stream_of(kCorpus), built.plan, built.folder / "mixed",
              [&](const BuildProgress& progress) {
                return std::string(progress.stage) != "training the index";
              });
  build_index(stream_of(corpus), built.plan, built.folder / "mixed");
  CHECK(load_index(built.folder / "mixed", recipe).hash == expected);
}

TEST_CASE("an update: only what is new is embedded, what is gone is never found") {
  for (const char* factory : {"Flat", "HNSW4"}) {
    CAPTURE(factory);
    Built built(DenseSettings{factory});
    std::vector<Document> next = kCorpus;
    next[0].text = "A cat purrs. It sleeps all day.";
    next.erase(next.begin() + 1);
    next.push_back({"owls", "Owls", "An owl hunts mice at night too."});
    built.embedder.texts = 0;
    const auto update = update_index(stream_of(next), built.plan, built.path);
    REQUIRE(update);
    CHECK(update->added == 1);
    CHECK(update->changed == 1);
    CHECK(update->removed == 1);
    CHECK(update->kept == 1);
    CHECK(built.embedder.texts == 2);
    built.recipe = recipe_of(built.path);
    CHECK(built.load().removed_rows == 3);
    for (const std::string& kind : retrievers()) {
      CAPTURE(kind);
      IndexRetriever retriever = built.retriever({kind});
      CHECK(found(retriever, "mice at night", 1) == Names{"owls"});
      for (const std::string& document : found(retriever, "a dog guards the house", 9)) {
        CHECK(document != "dogs");
      }
    }
    // The same search as in an index built anew, but for the order of equal scores.
    IndexRetriever changed = built.retriever({"bm25"});
    build_index(stream_of(next), built.plan, built.folder / "fresh");
    IndexRetriever fresh(
        {load_index(built.folder / "fresh", index_recipe(corpus_hash(next), built.plan)),
         &built.embedder,
         {"bm25"}});
    const std::string question = "cat sleeps mice";
    const auto one = changed.search(std::span(&question, 1), 5)[0];
    const auto other = fresh.search(std::span(&question, 1), 5)[0];
    REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(one[i].passage.text == other[i].passage.text);
      CHECK(one[i].score == doctest::Approx(other[i].score));
    }
    const auto nothing = update_index(stream_of(next), built.plan, built.path);
    CHECK(nothing->kept == 3);
    CHECK(nothing->added + nothing->changed + nothing->removed == 0);
    const std::string before = built.load().hash;
    CHECK(!update_index(stream_of(kCorpus), built.plan, built.path,
                        [](const BuildProgress&) { return false; }));
    CHECK(built.load().hash == before);
    built.plan.chunking.max_tokens = 41;
    CHECK_THROWS_AS(update_index(stream_of(next), built.plan, built.path), Error);
  }
}

TEST_CASE("a crash before the manifest leaves no index, and the next build mends the folder") {
  const Built built;
  std::filesystem::remove(built.path / kManifestFile);
  write_atomically(built.path / kPassagesFile, "half");
  CHECK(!has_index(built.path));
  CHECK(contains(refusal(built.path, built.recipe), "no index here"));
  build_index(stream_of(kCorpus), built.plan, built.path);
  CHECK(refusal(built.path, built.recipe).empty());
}

TEST_CASE("errors the user can mend") {
  Built built;
  CHECK_THROWS_AS(build_index(stream_of({}), built.plan, built.folder / "none"), Error);
  for (const float length : {0.5F, std::nanf("")}) {
    built.embedder.length = length;
    CHECK_THROWS_AS(build_index(stream_of(kCorpus), built.plan, built.folder / "bad"), Error);
  }
  built.embedder.length = 1;
  write_atomically(built.folder / "file", "");
  CHECK_THROWS_AS(build_index(stream_of(kCorpus), built.plan, built.folder / "file" / "below"),
                  Error);
}

TEST_CASE("the corpus hash sees ids, titles, texts, marks, borders and order") {
  const std::string base = corpus_hash(kCorpus);
  const auto changed = [&](auto change) {
    auto corpus = kCorpus;
    change(corpus);
    return corpus_hash(corpus) != base;
  };
  CHECK(changed([](auto& c) { c[0].id += "x"; }));
  CHECK(changed([](auto& c) { c[1].title = ""; }));
  CHECK(changed([](auto& c) { c[2].text += " "; }));
  CHECK(changed([](auto& c) { c[2].marks.push_back({0, 1, ""}); }));
  CHECK(changed([](auto& c) { std::swap(c[0], c[1]); }));
  CHECK(changed([](auto& c) { c.pop_back(); }));
  CHECK(corpus_hash(std::vector<Document>{{"a", "b", "c"}}) !=
        corpus_hash(std::vector<Document>{{"a", "bc", ""}}));
}
