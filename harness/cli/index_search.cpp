// quadrant index search: passages for a question, or the measures of many questions with
// judgements.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/cli/common.h"
#include "harness/cli/index_verbs.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "retrieval/measures.h"
#include "retrieval/retriever.h"
#include "strategies/engine.h"

namespace quadrant {
namespace {

struct SearchOptions {
  std::string folder, question, embedder = "all-minilm-l6-v2", rerank, queries, qrels;
  SearchSettings settings;
  int k = 5;
  bool json = false;
};

struct Query {
  std::string id, text, slice;
};

// BEIR's queries.jsonl, with an optional "slice".
std::vector<Query> read_queries(const std::string& file) {
  std::vector<Query> queries;
  for_each_json_line(file, [&](int line, const nlohmann::json& json) {
    if (!json.is_object() || !json.contains("_id") || !json["_id"].is_string() ||
        !json.contains("text") || !json["text"].is_string()) {
      throw Error("this line is no query", fmt::format("{}:{}", file, line),
                  "write {\"_id\": \"...\", \"text\": \"...\"}");
    }
    queries.push_back({json["_id"], json["text"], json.value("slice", "")});
  });
  return queries;
}

// BEIR's qrels: a line of names, then query, document and grade, separated by tabs.
std::map<std::string, Judgements> read_qrels(const std::string& file) {
  std::istringstream lines(read_text(file));
  std::map<std::string, Judgements> qrels;
  std::string line;
  std::getline(lines, line);
  for (int number = 2; std::getline(lines, line); ++number) {
    std::istringstream fields(line);
    std::string query, document, grade;
    std::getline(fields, query, '\t');
    std::getline(fields, document, '\t');
    if (line.empty()) continue;
    if (!(fields >> grade) || grade.find_first_not_of("-0123456789") != std::string::npos) {
      throw Error("this line is no judgement", fmt::format("{}:{}", file, number),
                  "write query, document and grade, separated by tabs");
    }
    qrels[query][document] = std::stoi(grade);
  }
  return qrels;
}

nlohmann::json describe(const ScoredPassage& hit) {
  nlohmann::json json{{"doc", hit.passage.doc_id}, {"title", hit.passage.title},
                      {"text", hit.passage.text},  {"begin", hit.passage.begin},
                      {"end", hit.passage.end},    {"score", hit.score}};
  if (hit.passage.page > 0) json["page"] = hit.passage.page;
  if (!hit.passage.heading.empty()) json["heading"] = hit.passage.heading;
  return json;
}

// The beginning of the passage on one line.
std::string snippet(const std::string& text) {
  constexpr std::size_t kMost = 200;
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  if (line.size() <= kMost) return line;
  line.resize(kMost);
  while (!line.empty() && (line.back() & 0xC0) == 0x80) line.pop_back();
  if (!line.empty() && (line.back() & 0x80) != 0) line.pop_back();
  return line + " ...";
}

void print_hits(const std::vector<ScoredPassage>& hits, bool json) {
  int rank = 0;
  for (const ScoredPassage& hit : hits) {
    if (json) {
      fmt::print("{}\n", describe(hit).dump());
      continue;
    }
    std::string place = hit.passage.doc_id;
    if (hit.passage.page > 0) place += fmt::format(", page {}", hit.passage.page);
    if (!hit.passage.heading.empty()) place += fmt::format(", {}", hit.passage.heading);
    fmt::print("{}. {:.4f}  {}\n     {}\n", ++rank, hit.score, place, snippet(hit.passage.text));
  }
  if (hits.empty() && !json) fmt::print("nothing found\n");
}

void print_measures(const std::map<std::string, SliceMeasures>& slices, int k) {
  fmt::print("{:<20} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "slice", "queries",
             fmt::format("recall@{}", k), fmt::format("prec@{}", k), fmt::format("ndcg@{}", k),
             fmt::format("hit@{}", k), "mrr", "map");
  for (const auto& [name, slice] : slices) {
    const RankingMeasures& mean = slice.mean;
    fmt::print("{:<20} {:>7} {:>9.4f} {:>9.4f} {:>9.4f} {:>9.4f} {:>9.4f} {:>9.4f}\n",
               name.empty() ? "all" : name, slice.queries, mean.recall, mean.precision, mean.ndcg,
               mean.hit, mean.reciprocal_rank, mean.average_precision);
  }
}

// Queries without a judgement are left out, as BEIR does.
int measure(const SearchOptions& options, IndexRetriever& retriever) {
  constexpr int kDepth = 1000;  // trec_eval's own
  const auto qrels = read_qrels(options.qrels);
  std::vector<MeasuredQuery> measured;
  for (const Query& query : read_queries(options.queries)) {
    const auto judged = qrels.find(query.id);
    if (judged == qrels.end()) continue;
    const auto found = retriever.search(std::span(&query.text, 1), kDepth)[0];
    measured.push_back(
        {query.slice, measure_ranking(judged->second, ranked_documents(found), options.k)});
  }
  if (measured.empty()) {
    throw Error("no query has a judgement", options.qrels, "name the qrels of these queries");
  }
  print_measures(mean_by_slice(measured), options.k);
  return kOk;
}

// What the index has decides when the user does not.
std::string chosen_retriever(const std::string& asked, const IndexRecipe& recipe,
                             const std::string& folder) {
  const std::string best = !recipe.embedder ? "bm25" : recipe.lexical ? "hybrid" : "dense";
  if (asked.empty() || asked == best || best == "hybrid") return asked.empty() ? best : asked;
  throw Error(fmt::format("this index cannot be searched by \"{}\"", asked), folder,
              fmt::format("use --retriever {}, or build it for hybrid search", best));
}

int search(SearchOptions options) {
  OpenedRecipe opened = recipe_with_embedder(options.folder, options.embedder);
  SearchSettings& settings = options.settings;
  settings.retriever = chosen_retriever(settings.retriever, opened.recipe, options.folder);
  if (settings.mmr_lambda < 1 && !opened.recipe.embedder) {
    throw Error("this index has no vectors to tell what is alike", options.folder,
                "leave --mmr-lambda out, or build it for hybrid search");
  }
  std::unique_ptr<PairScorer> scorer;
  if (is_pair_scorer(options.rerank)) {
    scorer = load_pair_scorer(options.rerank);
  } else if (!options.rerank.empty()) {
    scorer = load_query_likelihood({.path = options.rerank, .chat_template = "none"},
                                   /*deterministic=*/true);
  }
  if (scorer) settings.rerank = by_pair_scorer(*scorer);
  IndexRetriever retriever(load_index(options.folder, opened.recipe), opened.embedder.get(),
                           settings);
  if (!options.queries.empty()) return measure(options, retriever);
  const auto start = std::chrono::steady_clock::now();
  const auto hits = retriever.search(std::span(&options.question, 1), options.k)[0];
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  print_hits(hits, options.json);
  fmt::print(stderr, "{} search, {:.1f} ms\n", settings.retriever, took.count());
  return kOk;
}

}  // namespace

void add_index_search(CLI::App& index, Action& action) {
  auto* verb = index.add_subcommand("search", "passages for a question; or measures of many");
  auto options = std::make_shared<SearchOptions>();
  options->settings.retriever.clear();
  verb->add_option("INDEX", options->folder, "the folder of the index")->required();
  auto* question = verb->add_option("QUESTION", options->question, "what to look for");
  verb->add_option("-k", options->k, "how many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  verb->add_option("--retriever", options->settings.retriever, "dense | bm25 | hybrid")
      ->check(CLI::IsMember(retrievers()));
  verb->add_option("--fusion", options->settings.fusion, "hybrid: rrf | convex")
      ->check(CLI::IsMember({"rrf", "convex"}))
      ->capture_default_str();
  verb->add_option("--dense-weight", options->settings.dense_weight, "convex: share of dense")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--mmr-lambda", options->settings.mmr_lambda, "less than 1: diverse passages")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_flag("--drop-near-duplicates", options->settings.drop_near_duplicates);
  verb->add_option("--rerank", options->rerank,
                   "a language model: by how likely it makes the question; or a cross-encoder");
  verb->add_option("--embedder", options->embedder)->capture_default_str();
  auto* queries = verb->add_option("--queries", options->queries, "BEIR queries.jsonl, to measure");
  auto* qrels = verb->add_option("--qrels", options->qrels, "BEIR qrels (.tsv) of the queries");
  queries->needs(qrels)->excludes(question);
  qrels->needs(queries);
  verb->add_flag("--json", options->json, "one JSON line a passage");
  verb->callback([&action, options, question, queries] {
    if (question->empty() && queries->empty()) {
      throw CLI::RequiredError("QUESTION, or --queries and --qrels");
    }
    action = [options] { return search(*options); };
  });
}

}  // namespace quadrant
