// Everything that a report shows about one run, as plain data, and how it is read from the store.
//
// Goals: the page and the terminal only format what stands here; every number comes from the
// database, so the same database gives the same model. Non-goals: drawing, wording of verdicts
// (harness/stats), comparing two runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/stats/bootstrap.h"
#include "harness/stats/interval.h"
#include "harness/stats/variance.h"
#include "harness/stats/verdict.h"
#include "reports/claims/claims.h"
#include "reports/text/say.h"

namespace quadrant {

class Store;

struct ContextArm {
  std::string name, kind;  // the user's name; zero_shot | few_shot | rag | oracle
  std::string spec;        // canonical JSON
};

struct TuningArm {
  std::string name, method;  // the user's name; base | lora | full
  std::string spec;
};

struct ReportItem {
  std::string id, cluster, slice;  // cluster "" = the item is its own; slice "" = none named
  bool answerable = true;
};

struct MetricValue {
  std::string metric;
  MeanInterval value;
};

// Means per question unless said otherwise; NaN = not recorded.
struct ArmCosts {
  double prompt_tokens = kUnknown, output_tokens = kUnknown;
  double median_ms = kUnknown, p95_ms = kUnknown;  // retrieval + prefill + decoding of one question
  double flops = kUnknown, seconds = kUnknown;     // of the whole attempt, shared out
  double flops_per_token = kUnknown;               // prompt and answer alike
  double energy_j = kUnknown;    // joules of the machine, of the whole attempt, shared out
  std::int64_t peak_bytes = 0;   // highest of the seeds; 0 = not recorded
  std::int64_t index_bytes = 0;  // of the retrieval index; 0 = none, or not recorded
};

// What one item took, mean over seeds; NaN = not recorded.
struct ItemCost {
  double prompt_tokens = kUnknown, output_tokens = kUnknown;
  double seconds = kUnknown;  // retrieval, and its share of its batch's prefill and decoding
};

// Of answerable items in contexts that show passages. A hit: a relevant passage was found;
// delivered: the gold text stands in the final prompt.
struct RetrievalFigures {
  int answers = 0, hits = 0, delivered = 0;
  double score_hit = kUnknown, score_miss = kUnknown;  // mean of the primary metric
  double score_delivered = kUnknown, score_undelivered = kUnknown;
  double k_precision = kUnknown;  // mean over the answers, texts of the passages in the prompt
  // Counterfactual passages: answers whose value was swapped in them; those that give the new value
  // only; those that give the old one only.
  int swapped = 0, followed = 0, kept = 0;
};

// What a prompt held of the passage that answers its item, in contexts that show passages.
enum class Shown : char {
  kNothing,    // no passages here
  kMissed,     // no relevant passage was found
  kCutOut,     // one was found, and the prompt had no room for it
  kDelivered,  // the gold text stands in the final prompt
};

// Why an answer came out as it did: for a wrong one, the first that holds, from kOverrode on.
enum class Cause : char {
  kNone,        // nothing answers the item, or the answer has no score
  kRight,       // right, and no passage was missing
  kFromMemory,  // right, although the gold text was not among the passages shown
  kOverrode,    // wrong; the same model is right without this context
  kForgotten,   // wrong; the base model is right under the same context
  kMissed,      // wrong; Shown::kMissed
  kCutOut,      // wrong; Shown::kCutOut
  kIgnored,     // wrong; Shown::kDelivered
  kNotKnown,    // wrong; there were no passages, and none of the above
};
inline constexpr int kCauses = 9;

// One strategy on one suite, all seeds together.
struct ArmReport {
  int context = 0, tuning = 0;       // index into ReportModel::contexts, tunings
  std::vector<std::int64_t> seeds;   // empty: nothing in it depends on a seed
  std::vector<double> scores;        // per item of the suite, primary metric, mean over seeds; NaN
  MeanInterval score;                // answerable items
  std::vector<MetricValue> metrics;  // answerable items, every metric
  std::vector<MetricValue> unanswerable;  // the other items, every metric; may be empty
  std::vector<MeanInterval> slices;       // like SuiteReport::slices
  std::int64_t expected = 0, answers = 0, errors = 0, truncated = 0, cut_off = 0;
  bool among_best = false;  // no contender is detectably better on these items; never the oracle
  bool cached = false;      // all of it came from an earlier run
  ArmCosts costs;
  std::vector<ItemCost> item_costs;  // per item of the suite
  std::optional<RetrievalFigures> retrieval;
  std::vector<Shown> shown;   // per item of the suite, of the first seed
  std::vector<Cause> causes;  // per item of the suite
};

// Answerable items by what became of them.
struct FlowCounts {
  int both_right = 0, repaired = 0, broken = 0, both_wrong = 0;
  void add(bool right_before, bool right_after);
};

// What changing one thing repaired and broke.
struct ItemFlow {
  int from = 0, to = 0;  // index into SuiteReport::arms
  FlowCounts whole;
  std::vector<FlowCounts> slices;  // like SuiteReport::slices
};

struct VerdictReport {
  bool whole = true;  // the whole suite, or one slice of it
  std::string slice;
  int context = 0, tuning = 0;     // which arms stood for context and model
  bool context_from_test = false;  // several contexts competed, and these same items chose
  bool chosen_on_dev = false;      // dev items chose the arms and the best single one
  Verdict verdict;
  std::vector<ManipulationCheck> checks = {};  // all, those that hold too
  std::vector<VarianceComponents> spread =
      {};  // of the whole suite: of each contrast's differences
  // Of a slice: each contrast's p, adjusted over all contrasts of all slices (Benjamini, Hochberg).
  std::vector<double> false_discovery = {};
};

// Two arms by a corpus metric (Metric::from_statistics), all seeds of an item together.
struct CorpusContrast {
  std::string metric, description;  // "chrf"; "rag - base"
  CorpusDifference difference;
};

// A strategy that is the best choice while one point (.01) of score is worth between `low` and
// `high` units of cost for 1,000 questions, their training not counted.
struct WorthRange {
  int arm = 0;                      // index into SuiteReport::arms
  double low = 0, high = kUnknown;  // high: infinite for the best arm
  Bounds low_band;                  // 95 % interval of `low`; infinite: it may never pay
};

// How much search stands behind the arms of one kind: configurations that were ever asked this
// suite's questions with these weights, in this run or earlier in its store.
struct TriedReport {
  std::string kind;  // few_shot, rag, ...: of a context; lora, full: of a tuning
  int configurations = 0;
  std::int64_t dev_answers = 0, test_answers = 0;
};

// One prompt of a search, and what it is worth on dev items with the base model.
struct PromptTrial {
  std::string context;  // the user's name of the optimised context
  int trial = 0;
  std::string instruction, layout;  // "" = the suite's own
  int examples = 0;
  double score = kUnknown;  // mean of the primary metric over answerable items
  bool chosen = false;
};

// One learning rate of a search, and what the model trained with it is worth on dev items.
struct RateTrial {
  std::string tuning;  // the user's name of the tuning
  std::int64_t seed = 0;
  int trial = 0;
  double rate = kUnknown;
  double score = kUnknown;  // as above
  bool chosen = false;
};

// Questions after which training has cost less than a context does: F / (f_context - f_tuned), in
// one unit of cost. The band holds both ends of the 95 % interval of what a question saves, and
// the cheapest and the dearest training of the seeds.
struct BreakEvenCount {
  double training = kUnknown;              // once, mean over seeds
  double saved = kUnknown;                 // by each question
  double questions = kUnknown;             // infinite: never; NaN: not known
  double low = kUnknown, high = kUnknown;  // the band, likewise
};
struct BreakEven {
  int context = 0, tuning = 0;
  BreakEvenCount flops, seconds, money;
};

// All work of one kind, whenever it was done; FLOPs and seconds as far as they were recorded.
struct Effort {
  int trainings = 0, cells = 0;
  std::int64_t answers = 0, prompt_tokens = 0, output_tokens = 0, training_tokens = 0;
  double answer_flops = 0, training_flops = 0, answer_seconds = 0, training_seconds = 0;
  std::int64_t peak_bytes = 0;
};

struct Prices {
  std::string currency;
  double input = 0, output = 0;  // per million tokens
  double training = 0;           // per hour
};

struct SuiteReport {
  std::string name, version, licence, source;
  std::string metric;  // the primary one
  bool higher_is_better = true;
  std::vector<ReportItem> items;
  int answerable = 0, clusters = 0;     // clusters of the answerable items
  std::vector<std::string> slices;      // of the answerable items, in order of appearance
  std::vector<ArmReport> arms;          // contexts inside tunings, in the order of the plan
  std::vector<VerdictReport> verdicts;  // per tuned method: the suite, then its slices
  std::vector<CorpusContrast> corpus_contrasts;
  std::vector<ItemFlow> flows;
  std::vector<BreakEven> break_even;
  std::vector<WorthRange> worth;   // from the best arm down to the cheapest; in money, else FLOPs
  std::vector<TriedReport> tried;  // contexts, then tunings
  std::vector<PromptTrial> prompt_trials;  // of all searches, by context and trial
  std::vector<RateTrial> rate_trials;      // of all searches, by tuning, seed and trial
};

struct CurvePoint {
  std::int64_t step = 0, tokens = 0;  // tokens so far
  double loss = kUnknown, lr = kUnknown, grad_norm = kUnknown;
};

struct TrainingReport {
  std::string suite, tuning, method, state, weights_hash;
  std::int64_t seed = 0, sequences = 0, steps = 0, trainable = 0, peak_bytes = 0, tokens = 0;
  double seconds = kUnknown, flops = kUnknown, energy_j = kUnknown;
  std::int64_t losses_not_finite = 0;
  bool searched = false;                 // only to choose settings: no test cell uses it
  std::vector<CurvePoint> train, valid;  // thinned to a few hundred points
};

struct SamplePassage {
  int text = 0;  // index into Samples::texts
  std::string doc_id;
  double score = 0;
  bool relevant = false, in_prompt = false;
};

struct SampleAnswer {
  int arm = 0;  // index into SuiteReport::arms
  std::optional<std::int64_t> seed;
  int prompt = 0;  // index into Samples::texts
  std::string output, stop, error;
  double score = kUnknown;  // of the arm on this item, mean over seeds
  std::int64_t prompt_tokens = 0, output_tokens = 0;
  bool truncated = false;
  std::optional<bool> delivered;
  std::vector<SamplePassage> passages;
};

struct SampleItem {
  int suite = 0, item = 0;  // index into ReportModel::suites, SuiteReport::items
  std::string question;
  std::vector<std::string> targets;
  std::vector<SampleAnswer> answers;  // one an arm: its first seed
};

struct Samples {
  std::vector<std::string> texts;  // prompts and passages, each once
  std::vector<SampleItem> items;
  int left_out = 0;  // items that the choice of samples leaves in the store
};

struct ReportInput {
  std::string name, path, hash;
};

struct Provenance {
  std::vector<std::pair<std::string, std::string>> facts;  // what, value; in reading order
  std::vector<ReportInput> inputs;
  std::string source, resolved;  // the experiment as written; canonical JSON
  std::string reproduce;         // the command
};

enum class ClaimOutcome { kSupported, kRefuted, kMixed, kCannotTell, kNotMeasured };
// "supported", "refuted", "mixed", "cannot tell", "not measured"
const char* to_string(ClaimOutcome outcome);

struct ClaimMeasurement {
  ClaimPart part;
  std::string suite, metric;               // as they are in this run
  std::string description;                 // "rag - lora"
  MeanInterval difference;                 // 95 %
  Bounds equivalence;                      // 90 %, of the two one-sided tests
  double p = kUnknown, holm_p = kUnknown;  // over all differences of all claims
  int outcome = 0;                         // +1 holds, -1 fails, 0 cannot be told
};

struct ClaimReport {
  const Claim* claim = nullptr;
  std::vector<ClaimMeasurement> measured;
  int parts_missing = 0;  // parts that this run could not measure
  ClaimOutcome outcome = ClaimOutcome::kNotMeasured;
};

struct ReportModel {
  Say say;             // the language of the page
  std::string anchor;  // before every id in the page, where it holds several runs: "run3-"
  std::int64_t run_id = 0;
  std::string title, experiment, state, model_name;
  double margin = 0.05;
  std::vector<ContextArm> contexts;
  std::vector<TuningArm> tunings;
  std::vector<SuiteReport> suites;
  std::vector<TrainingReport> trainings;
  std::vector<ClaimReport> claims;     // all, in the order of all_claims()
  Effort search_effort, final_effort;  // to choose settings on dev items; what the test cells use
  std::optional<Prices> prices;
  Samples samples;
  Provenance provenance;
  std::vector<std::string> warnings;
};

enum class SampleChoice { kDefault, kAll, kNone };
SampleChoice parse_sample_choice(const std::string& name);  // default | all | none; Error otherwise

Language parse_language(const std::string& name);  // en | ko; Error otherwise

struct ReportOptions {
  SampleChoice samples = SampleChoice::kDefault;  // default: disagreements first, see samples.cpp
  int resamples = 10000;                          // of permutations and bootstrap
  std::optional<Prices> prices = std::nullopt;
  Language language = Language::kEnglish;
};

// Error when the run is not there.
ReportModel load_report_model(const Store& store, std::int64_t run_id,
                              const ReportOptions& options = {});

// running | done | failed | interrupted, in the language of the page.
std::string state_word(const Say& say, const std::string& state);

// "rag + lora", "rag" (base model), "lora" (nothing shown), "base": as sentences name an arm.
std::string arm_label(const ReportModel& model, int context, int tuning);
const ArmReport* find_arm(const SuiteReport& suite, int context, int tuning);  // null: not run
// The best score among those that are marked as best; null: nothing was scored.
const ArmReport* best_arm(const SuiteReport& suite);
// By how much the first arm is better than the second on the same answerable items, whichever way
// the primary metric points; 95 %.
MeanInterval lead_of(const SuiteReport& suite, const ArmReport& first, const ArmReport& second);
int zero_shot_context(const ReportModel& model);  // index, -1 = not in this run
int base_tuning(const ReportModel& model);        // index, -1 = not in this run
// Were gold values swapped for others in its passages?
bool is_counterfactual(const ReportModel& model, const ArmReport& arm);

}  // namespace quadrant
