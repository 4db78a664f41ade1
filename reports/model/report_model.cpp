#include "reports/model/report_model.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/store/store.h"
#include "reports/model/costs.h"
#include "reports/model/loading.h"
#include "reports/model/warnings.h"

namespace quadrant {
namespace {

void read_configuration(const RunRow& run, ReportModel& model) {
  const auto config = nlohmann::json::parse(run.config, nullptr, false);
  if (!config.is_object()) return;
  model.margin = config.value("margin", model.margin);
  const auto found = config.find("model");
  if (found != config.end() && found->is_object()) model.model_name = found->value("path", "");
}

template <class Arm, class Test>
int first_index(const std::vector<Arm>& arms, Test test) {
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (test(arms[i])) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

Language parse_language(const std::string& name) {
  if (name == "en") return Language::kEnglish;
  if (name == "ko") return Language::kKorean;
  throw Error("unknown language \"" + name + "\"", "--language", "use en or ko");
}

ReportModel load_report_model(const Store& store, std::int64_t run_id,
                              const ReportOptions& options) {
  const RunRow run = store.run(run_id);
  ReportModel model;
  model.say = Say(options.language == Language::kKorean);
  model.run_id = run_id;
  model.experiment = run.experiment;
  model.title = run.experiment;
  model.state = run.state;
  read_configuration(run, model);
  const auto cells = report_cells(store.database(), run_id);
  const auto data = load_suites(store, cells, model);
  add_trials(store, cells, model);
  load_trainings(store, cells, model);
  add_verdicts(data, options, model);
  add_exploratory(data, model);
  add_corpus_contrasts(store, data, options, model);
  add_audit(data, options, model);
  add_costs(options, model);
  add_tried(store, model);
  load_samples(store, data, options.samples, model);
  load_provenance(store, model);
  add_warnings(store, cells, model);
  return model;
}

std::string state_word(const Say& say, const std::string& state) {
  if (state == "done") return say("done", "완료");
  if (state == "running") return say("running", "실행 중");
  if (state == "failed") return say("failed", "실패");
  return say("interrupted", "중단됨");
}

std::string arm_label(const ReportModel& model, int context, int tuning) {
  const ContextArm& seen = model.contexts[static_cast<std::size_t>(context)];
  const TuningArm& tuned = model.tunings[static_cast<std::size_t>(tuning)];
  const bool nothing_seen = seen.kind == "zero_shot";
  if (tuned.method == "base") return nothing_seen ? "base" : seen.name;
  return nothing_seen ? tuned.name : seen.name + " + " + tuned.name;
}

bool is_counterfactual(const ReportModel& model, const ArmReport& arm) {
  return model.contexts[static_cast<std::size_t>(arm.context)].kind == "counterfactual";
}

const ArmReport* find_arm(const SuiteReport& suite, int context, int tuning) {
  for (const ArmReport& arm : suite.arms) {
    if (arm.context == context && arm.tuning == tuning) return &arm;
  }
  return nullptr;
}

const ArmReport* best_arm(const SuiteReport& suite) {
  const ArmReport* best = nullptr;
  for (const ArmReport& arm : suite.arms) {
    if (!arm.among_best) continue;
    const double lead = best ? arm.score.mean - best->score.mean : 0;
    if (!best || (suite.higher_is_better ? lead > 0 : lead < 0)) best = &arm;
  }
  return best;
}

MeanInterval lead_of(const SuiteReport& suite, const ArmReport& first, const ArmReport& second) {
  const double sign = suite.higher_is_better ? 1 : -1;
  std::vector<double> differences;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    if (!suite.items[i].answerable) continue;
    differences.push_back(sign * (first.scores[i] - second.scores[i]));
    ids.push_back(suite.items[i].cluster);
  }
  return cluster_t_interval(differences, number_clusters(ids), 0.95, {-1, 1});
}

int zero_shot_context(const ReportModel& model) {
  return first_index(model.contexts, [](const ContextArm& c) { return c.kind == "zero_shot"; });
}

int base_tuning(const ReportModel& model) {
  return first_index(model.tunings, [](const TuningArm& t) { return t.method == "base"; });
}

}  // namespace quadrant
