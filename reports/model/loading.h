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
};

// What stands behind SuiteReport::arms[i]; kept only while loading.
struct SuiteData {
  std::int64_t dataset_id = 0;
  std::vector<std::vector<SeedScores>> arms;
  std::vector<std::string> metrics;  // the suite's own, the primary one first
};

// Fills contexts, tunings and suites (items, arms, costs, retrieval, flows), and warns.
std::vector<SuiteData> load_suites(const Store& store, const std::vector<ReportCellRow>& cells,
                                   ReportModel& model);

// Per item the mean over seeds of one metric; seeds equal to `without` are left out.
std::vector<double> mean_over_seeds(const std::vector<SeedScores>& seeds, const std::string& metric,
                                    std::size_t items,
                                    std::optional<std::int64_t> without = std::nullopt);

void load_trainings(const Store& store, const std::vector<ReportCellRow>& cells,
                    ReportModel& model);
void add_verdicts(const std::vector<SuiteData>& data, const ReportOptions& options,
                  ReportModel& model);
void load_samples(const Store& store, const std::vector<SuiteData>& data, SampleChoice choice,
                  ReportModel& model);
void load_provenance(const Store& store, ReportModel& model);

}  // namespace quadrant
