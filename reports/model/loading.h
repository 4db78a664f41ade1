// The steps of load_report_model, each in its own file; not for others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/store/report_queries.h"
#include "harness/store/rows.h"
#include "reports/model/report_model.h"

namespace quadrant {

// Scores of one attempt: metric -> one value per item of the suite, NaN = unscored.
struct SeedScores {
  std::optional<std::int64_t> seed;
  std::int64_t attempt_id = 0;
  std::map<std::string, std::vector<double>> by_metric;
  std::map<std::string, SummaryRow> corpus;  // values of corpus metrics, by metric
  std::vector<std::int64_t> wordings;        // of the prompt, per item
};

// What the dev items say of one arm: the mean of the primary metric over answerable items and
// seeds. Choices rest on it, and nothing else does.
struct DevScore {
  int context = 0, tuning = 0;  // index into ReportModel::contexts, tunings
  double sum = 0;
  int scored = 0;
};

// What stands behind SuiteReport::arms[i]; kept only while loading.
struct SuiteData {
  std::int64_t dataset_id = 0;
  std::vector<std::vector<SeedScores>> arms;
  std::vector<std::string> metrics;        // the suite's own, the primary one first
  std::vector<DevScore> dev = {};          // empty: the run has no dev answers
  int wordings = 1, trained_wordings = 1;  // of the prompt
};

// Fills contexts, tunings and suites (items, arms, costs, retrieval, flows), and warns.
std::vector<SuiteData> load_suites(const Store& store, const std::vector<ReportCellRow>& cells,
                                   ReportModel& model);

// Which answers count: of all seeds, of all but one, or of one (and those that no seed touches); in
// all wordings, or only in those from `first_wording` on.
struct AnswerChoice {
  std::optional<std::int64_t> without = {}, only = {};
  std::int64_t first_wording = 0;
};

// Per item the mean over seeds of one metric; NaN where no answer counts.
std::vector<double> mean_over_seeds(const std::vector<SeedScores>& seeds, const std::string& metric,
                                    std::size_t items, const AnswerChoice& choice = {});

void load_trainings(const Store& store, const std::vector<ReportCellRow>& cells,
                    ReportModel& model);
void add_verdicts(const std::vector<SuiteData>& data, const ReportOptions& options,
                  ReportModel& model);
// After the verdicts: Benjamini and Hochberg over the slices, components of variance.
void add_exploratory(const std::vector<SuiteData>& data, ReportModel& model);
void add_corpus_contrasts(const Store& store, const std::vector<SuiteData>& data,
                          const ReportOptions& options, ReportModel& model);
// After the verdicts, which say which tunings are judged.
void add_audit(const std::vector<SuiteData>& data, const ReportOptions& options,
               ReportModel& model);
// After the suites are there.
void add_dev_scores(const Store& store, const std::vector<ReportCellRow>& cells,
                    const ReportModel& model, std::vector<SuiteData>& data);
// A perplexity differs by no points, and says nothing about margins in points. False for a metric
// that is not known here.
bool has_no_bounds(const std::string& metric);
// Does a kind of context stand for context? Few-shot examples, whether or not the answer is held to
// a form, and the ways of retrieval do. The gold passage is a ceiling and passages without it are a
// control: nobody has either in use.
bool contends(const std::string& context_kind);
// Was a tuning trained on another suite's data than those of the suite that it was asked?
bool learns_elsewhere(const ReportModel& model, const SuiteReport& suite, int tuning);
void add_tried(const Store& store, ReportModel& model);
void add_trials(const Store& store, const std::vector<ReportCellRow>& cells, ReportModel& model);
void load_samples(const Store& store, const std::vector<SuiteData>& data, SampleChoice choice,
                  ReportModel& model);
void load_provenance(const Store& store, ReportModel& model);

}  // namespace quadrant
