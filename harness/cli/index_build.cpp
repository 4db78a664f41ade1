// quadrant index build: documents to an index; over one that is there, only what has changed.
#include <unistd.h>

#include <fmt/format.h>

#include <chrono>

#include "harness/cli/common.h"
#include "harness/cli/index_verbs.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "retrieval/documents/documents.h"
#include "retrieval/embedding_cache.h"
#include "retrieval/retriever.h"
#include "strategies/engine.h"

namespace quadrant {
namespace {

using Clock = std::chrono::steady_clock;

struct BuildOptions {
  std::vector<std::filesystem::path> sources;
  std::string folder, embedder = "all-minilm-l6-v2", model = "smollm2-135m-instruct";
  std::string retriever = "hybrid", chunker = "sentences";
  int chunk_tokens = 180, chunk_overlap = 0;
  DenseSettings dense;
  Bm25Parameters lexical;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One line on a terminal, written over and over: what is done, how fast, how long it will take.
class BuildLine {
 public:
  explicit BuildLine(const ReadReport& reading) : reading_(reading) {}

  bool operator()(BuildProgress progress) {
    const std::string_view stage = progress.stage;
    counts_passages_ = stage != "cutting" && stage != "training the index";
    if (stage == "cutting") {  // how many passages there will be, nobody knows
      progress.done = reading_.bytes;
      progress.total = reading_.total_bytes;
    }
    if (stage_ != stage) {
      stage_ = stage;
      start_ = Clock::now();
      first_ = progress.done;
    }
    if (::isatty(STDERR_FILENO) && seconds_since(shown_) > 0.2) show(progress);
    return !stop_requested().load();
  }
  ~BuildLine() {
    if (::isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
  }

 private:
  void show(const BuildProgress& progress) {
    shown_ = Clock::now();
    const double done = static_cast<double>(progress.done - first_), passed = seconds_since(start_);
    std::string text = stage_ + ":";
    if (counts_passages_) {
      text += fmt::format(" {} of {} passages", progress.done, progress.total);
    } else if (progress.total > 0) {
      text += fmt::format(" {} %", 100 * progress.done / progress.total);
    }
    if (done > 0 && passed > 0) {
      if (counts_passages_) text += fmt::format(", {:.0f}/s", done / passed);
      if (progress.total > progress.done) {
        const double left = static_cast<double>(progress.total - progress.done);
        text += fmt::format(", {:.0f} s left", left * passed / done);
      }
    }
    fmt::print(stderr, "\r\033[K{}", text);
    std::fflush(stderr);
  }

  const ReadReport& reading_;
  std::string stage_;
  bool counts_passages_ = true;
  Clock::time_point start_ = Clock::now(), shown_;
  std::size_t first_ = 0;
};

void check_options(const BuildOptions& options) {
  if (options.chunk_overlap >= options.chunk_tokens) {
    throw Error("the overlap is not smaller than the chunks",
                fmt::format("--chunk-overlap {}", options.chunk_overlap),
                "use at most half of --chunk-tokens");
  }
}

int build(const BuildOptions& options) {
  check_options(options);
  const auto tokenizer = load_model_tokenizer(options.model);
  std::unique_ptr<Embedder> embedder;
  std::optional<CachedEmbedder> cache;
  IndexPlan plan;
  plan.chunking = chunk_by(*tokenizer, options.chunk_tokens);
  plan.chunking.rule = options.chunker;
  plan.chunking.overlap = options.chunk_overlap;
  if (options.retriever != "bm25") {
    embedder = load_embedder(options.embedder);
    cache.emplace(*embedder, cache_directory() / "vectors");
    plan.embedder = &*cache;
    plan.dense = options.dense;
  }
  if (options.retriever != "dense") plan.lexical = options.lexical;
  ReadReport report;
  const DocumentStream documents = [&](const std::function<void(const Document&)>& visit) {
    read_documents(
        options.sources, [&](const Document& document) { visit(document); }, report);
  };
  const auto start = Clock::now();
  bool finished = false;
  std::optional<IndexUpdate> update;
  {
    BuildLine line(report);
    const BuildObserver observe = std::ref(line);
    const bool is_update = has_index(options.folder);
    if (is_update) update = update_index(documents, plan, options.folder, observe);
    finished =
        is_update ? update.has_value() : build_index(documents, plan, options.folder, observe);
  }
  for (const UnreadableSource& source : report.unreadable) {
    fmt::print(stderr, "not read: {}: {}\n", source.where, source.problem);
  }
  if (!finished) {
    fmt::print(stderr, "stopped; the same command goes on\n");
    return kPartial;
  }
  fmt::print("{} files, {} documents ({} not read, {} files of other kinds) in {:.1f} s\n",
             report.files, report.documents, report.unreadable.size(), report.other_files,
             seconds_since(start));
  if (update) {
    fmt::print("{} documents added, {} changed, {} removed, {} as they were\n", update->added,
               update->changed, update->removed, update->kept);
  }
  return report.unreadable.empty() ? kOk : kPartial;
}

}  // namespace

void add_index_build(CLI::App& index, Action& action) {
  auto* verb =
      index.add_subcommand("build", "documents to an index, or an index brought up to date");
  auto options = std::make_shared<BuildOptions>();
  verb->add_option("DOCUMENTS", options->sources, "files and folders: .txt .md .html .pdf .jsonl")
      ->required();
  verb->add_option("-o,--output", options->folder, "the folder of the index")->required();
  verb->add_option("--retriever", options->retriever, "what it is for: dense | bm25 | hybrid")
      ->check(CLI::IsMember(retrievers()))
      ->capture_default_str();
  verb->add_option("--embedder", options->embedder)->capture_default_str();
  verb->add_option("--model", options->model, "whose tokenizer counts the chunks")
      ->capture_default_str();
  verb->add_option("--chunker", options->chunker, "sentences | tokens | recursive | headings")
      ->check(CLI::IsMember(chunk_rules()))
      ->capture_default_str();
  verb->add_option("--chunk-tokens", options->chunk_tokens)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb->add_option("--chunk-overlap", options->chunk_overlap)
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  verb->add_option("--index", options->dense.factory, "FAISS factory string")
      ->capture_default_str();
  verb->add_option("--nprobe", options->dense.nprobe, "IVF: lists searched")->capture_default_str();
  verb->add_option("--ef-search", options->dense.ef_search, "HNSW: breadth")->capture_default_str();
  verb->add_option("--k1", options->lexical.k1, "BM25")->capture_default_str();
  verb->add_option("--b", options->lexical.b, "BM25")->capture_default_str();
  verb->callback([&action, options] { action = [options] { return build(*options); }; });
}

}  // namespace quadrant
