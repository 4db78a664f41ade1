// One cell of a run: prompts, answers, scores and records, batch by batch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/core/energy.h"
#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "harness/run/answer_items.h"
#include "harness/run/execution.h"
#include "harness/run/provenance.h"
#include "harness/run/run_lock.h"
#include "harness/run/summarise.h"
#include "harness/run/trial_choice.h"
#include "harness/store/sqlite.h"

namespace quadrant {
namespace {

// Prompts are built for this many batches at a time: enough to put prompts of one length together,
// and a bound on memory.
constexpr std::size_t kWindowBatches = 32;

RecordRow make_record(std::int64_t item_no, BuiltPrompt prompt, const ItemAnswer& answer) {
  const Generation& generation = answer.generation;
  RecordRow record;
  record.item_no = item_no;
  record.prompt = to_valid_utf8(prompt.text);
  record.output = to_valid_utf8(generation.text);
  record.error = to_valid_utf8(prompt.error.empty() ? generation.error : prompt.error);
  record.stop = record.error.empty() ? to_string(generation.stop) : "error";
  record.prompt_tokens = static_cast<std::int64_t>(prompt.ids.size());
  record.output_tokens = static_cast<std::int64_t>(generation.ids.size());
  if (!answer.options.empty()) {
    record.answer = options_to_text(answer.options, prompt.delimiter);
    for (const OptionScore& option : answer.options) record.output_tokens += option.tokens;
  }
  if (answer.usage) {
    record.prompt_tokens = answer.usage->prompt;
    record.output_tokens = answer.usage->output;
  }
  record.retrieve_ms = prompt.retrieve_ms;
  record.prefill_ms = generation.prefill_ms;
  record.decode_ms = generation.decode_ms;
  record.logprob = record.error.empty() ? generation.logprob : kNull;
  record.wording = prompt.wording;
  record.truncated = prompt.truncated;
  record.delivered = prompt.delivered;
  for (ShownPassage& shown : prompt.passages) {
    record.retrieval.push_back({to_valid_utf8(shown.passage.passage.text),
                                shown.passage.passage.doc_id, shown.passage.score, shown.relevant,
                                shown.in_prompt});
  }
  return record;
}

// Longest first, so that the largest batch shows at once whether memory suffices. The rule looks
// at nothing but the prompts: the same window always gives the same batches.
std::vector<std::vector<std::size_t>> cut_batches(const std::vector<BuiltPrompt>& prompts,
                                                  std::size_t size) {
  std::vector<std::size_t> order(prompts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return prompts[a].ids.size() > prompts[b].ids.size();
  });
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t begin = 0; begin < order.size(); begin += size) {
    const std::size_t end = std::min(begin + size, order.size());
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(begin),
                         order.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return batches;
}

class CellRunner {
 public:
  CellRunner(Execution& run, std::size_t number, const TrainedModel* trained)
      : run_(run),
        cell_(run.plan.cells[number]),
        cell_id_(run.cell_ids[number]),
        suite_(run.suite(cell_.suite)),
        items_(planned_items(suite_, run.plan.options, cell_.split)),
        model_(run.bench.engine->model()),
        batch_size_(static_cast<std::size_t>(run.plan.experiment.batch_size)) {
    progress_.number = static_cast<int>(number) + 1;
    progress_.of = static_cast<int>(run.plan.cells.size());
    progress_.suite = suite_.name;
    progress_.label = cell_.label;
    progress_.expected = cell_.expected;
    progress_.score = kNull;
    if (trained) training_id_ = trained->id;
    open_attempt();
  }

  CellResult go() {
    run_.progress.cell_started(progress_);
    CellResult result;
    try {
      result.state = answer_all() ? WorkState::kDone : WorkState::kInterrupted;
      if (result.state == WorkState::kDone) finish();
    } catch (const StoreError&) {
      throw;
    } catch (const Error& error) {
      result = {WorkState::kFailed, false, error.what()};
    }
    const char* state = result.state == WorkState::kDone          ? "done"
                        : result.state == WorkState::kInterrupted ? "interrupted"
                                                                  : "failed";
    if (result.state != WorkState::kDone) {
      run_.store.set_attempt_state(attempt_id_, state, result.error);
    }
    run_.progress.cell_finished(progress_, state, result.error);
    return result;
  }

 private:
  void open_attempt() {
    if (const auto own = run_.store.attempt_of_run(run_.run_id, cell_id_)) {
      attempt_id_ = own->id;
      run_.store.set_attempt_state(attempt_id_, "running");
    } else {
      AttemptRow attempt;
      attempt.cell_id = cell_id_;
      attempt.run_id = run_.run_id;
      attempt.training_id = training_id_;
      attempt_id_ = run_.store.begin_attempt(attempt);
    }
    run_.store.set_run_cell(run_.run_id, cell_id_, attempt_id_, "computed");
    recorded_.assign(items_.size(), false);
    for (const std::int64_t item : run_.store.recorded_items(attempt_id_)) {
      recorded_[static_cast<std::size_t>(item)] = true;
      ++progress_.done;
    }
  }

  bool answer_all() {  // false: stopped
    ContextEnvironment environment{suite_, model_, run_.bench.embedder.get(),
                                   run_.store.artifact_folder() / "index", cell_.seed.value_or(0)};
    environment.device_search = run_.bench.device_search;
    ContextSpec spec = run_.context(cell_);
    if (spec.kind == "optimised" && spec.trial < 0) spec.trial = chosen_trial(run_, cell_);
    if (!spec.rerank.empty()) environment.reranker = run_.bench.rerankers.at(spec.rerank).get();
    const auto context = make_context(spec, environment);
    if (!context) return false;
    run_.store.set_attempt_sources(attempt_id_, training_id_, context->index());
    reset_peak_memory();
    watch_ = Stopwatch();
    energy_.lap();
    const std::size_t window = kWindowBatches * batch_size_;
    for (std::size_t begin = 0; begin < items_.size(); begin += window) {
      const std::size_t end = std::min(begin + window, items_.size());
      const auto first = recorded_.begin() + static_cast<std::ptrdiff_t>(begin);
      if (std::all_of(first, first + static_cast<std::ptrdiff_t>(end - begin),
                      [](bool done) { return done; })) {
        continue;
      }
      if (!answer_window(*context, begin, end - begin)) return false;
    }
    return true;
  }

  // Two runs must not write one index at once; the second one finds it whole. Null: stopped.
  std::unique_ptr<Context> make_context(const ContextSpec& spec,
                                        const ContextEnvironment& environment) const {
    if (!retrieves_passages(spec)) return run_.bench.makers.make_context(spec, environment);
    const auto alone = await_work(run_.store.artifact_folder(), sha256_hex("index"), run_.stop);
    return alone ? run_.bench.makers.make_context(spec, environment) : nullptr;
  }

  bool answer_window(Context& context, std::size_t begin, std::size_t count) {
    if (run_.stop.load()) return false;
    const auto prompts = context.build(std::span(items_).subspan(begin, count));
    QUADRANT_CHECK(prompts.size() == count);
    for (const auto& batch : cut_batches(prompts, batch_size_)) {
      if (is_recorded(batch, begin)) continue;
      if (run_.stop.load()) return false;
      answer_batch(prompts, batch, begin);
    }
    return true;
  }

  // A batch is stored whole or not at all, so a mixed one means that prompts changed their length.
  bool is_recorded(const std::vector<std::size_t>& batch, std::size_t begin) const {
    const auto known = std::count_if(batch.begin(), batch.end(),
                                     [&](std::size_t i) { return recorded_[begin + i]; });
    if (known == 0) return false;
    if (known == static_cast<std::ptrdiff_t>(batch.size())) return true;
    throw Error("the prompts of this cell are not those it was begun with", cell_.label,
                "start anew with `quadrant run`");
  }

  void answer_batch(const std::vector<BuiltPrompt>& prompts, const std::vector<std::size_t>& batch,
                    std::size_t begin) {
    std::vector<Question> asked;
    for (const std::size_t i : batch) {
      if (prompts[i].error.empty()) asked.push_back({prompts[i], items_[begin + i]});
    }
    std::vector<ItemAnswer> answers;
    if (!asked.empty()) answers = answer_items(model_, suite_, asked);
    QUADRANT_CHECK(answers.size() == asked.size());
    note_usage(answers);
    std::vector<RecordRow> records;
    std::size_t next = 0;
    std::int64_t tokens = 0;
    for (const std::size_t i : batch) {
      const ItemAnswer& answer = prompts[i].error.empty() ? answers[next++] : ItemAnswer();
      RecordRow record = make_record(static_cast<std::int64_t>(begin + i), prompts[i], answer);
      if (record.error.empty()) tokens += record.prompt_tokens + record.output_tokens;
      record.scores = score_record(suite_.metrics, record, items_[begin + i]);
      note_score(record);
      records.push_back(std::move(record));
    }
    const double seconds = watch_.lap(), joules = energy_.lap();
    const double flops = static_cast<double>(tokens) * model_.flops_per_token();
    // Where the work was done elsewhere, this machine's energy says nothing.
    run_.store.put_batch(attempt_id_, records,
                         {seconds, flops, peak_memory(), std::isnan(flops) ? kNull : joules});
    progress_.done += static_cast<std::int64_t>(records.size());
    progress_.tokens += tokens;
    progress_.seconds += seconds;
    run_.progress.cell_advanced(progress_);
  }

  void note_usage(std::vector<ItemAnswer>& answers) const {
    if (!run_.bench.usage || suite_.output_type != "generate_until" || answers.empty()) return;
    const auto usage = run_.bench.usage();
    QUADRANT_CHECK(usage.size() == answers.size());
    for (std::size_t i = 0; i < usage.size(); ++i) answers[i].usage = usage[i];
  }

  void note_score(const RecordRow& record) {
    if (record.scores.empty() || std::isnan(record.scores[0].value)) return;
    score_sum_ += record.scores[0].value;
    progress_.score = score_sum_ / ++scored_;
  }

  void finish() {
    QUADRANT_CHECK(progress_.done == progress_.expected);
    run_.store.finish_attempt(attempt_id_, output_hash(run_.store.database(), attempt_id_),
                              summarise(run_.store, attempt_id_, suite_.metrics, items_));
  }

  Execution& run_;
  const PlannedCell& cell_;
  std::int64_t cell_id_;
  const Suite& suite_;
  std::vector<Item> items_;
  LanguageModel& model_;
  std::size_t batch_size_;
  std::int64_t attempt_id_ = 0;
  std::optional<std::int64_t> training_id_;
  std::vector<bool> recorded_;  // by item
  CellProgress progress_;
  double score_sum_ = 0;
  int scored_ = 0;
  Stopwatch watch_;
  EnergyMeter energy_;
};

}  // namespace

CellResult ensure_cell(Execution& run, std::size_t number, const TrainedModel* trained) {
  return CellRunner(run, number, trained).go();
}

}  // namespace quadrant
