#include "reports/export/model_json.h"

#include <nlohmann/json.hpp>

#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

using nlohmann::json;

json bounds_json(const Bounds& bounds) { return {bounds.low, bounds.high}; }

json metrics_json(const std::vector<MetricValue>& metrics) {
  json object = json::object();
  for (const MetricValue& metric : metrics) object[metric.metric] = interval_json(metric.value);
  return object;
}

json costs_json(const ArmCosts& costs) {
  return {{"prompt_tokens", costs.prompt_tokens},
          {"output_tokens", costs.output_tokens},
          {"median_ms", costs.median_ms},
          {"p95_ms", costs.p95_ms},
          {"flops", costs.flops},
          {"seconds", costs.seconds},
          {"peak_bytes", costs.peak_bytes}};
}

json retrieval_json(const RetrievalFigures& figures) {
  json object{{"answers", figures.answers},
              {"hits", figures.hits},
              {"delivered", figures.delivered},
              {"score_hit", figures.score_hit},
              {"score_miss", figures.score_miss},
              {"score_delivered", figures.score_delivered},
              {"score_undelivered", figures.score_undelivered},
              {"k_precision", figures.k_precision}};
  if (figures.swapped > 0) {
    object["counterfactual"] = {
        {"swapped", figures.swapped}, {"followed", figures.followed}, {"kept", figures.kept}};
  }
  return object;
}

json arm_json(const ReportModel& model, const SuiteReport& suite, const ArmReport& arm) {
  json slices = json::object();
  for (std::size_t i = 0; i < suite.slices.size(); ++i) {
    slices[suite.slices[i]] = interval_json(arm.slices[i]);
  }
  json result{{"strategy", arm_label(model, arm.context, arm.tuning)},
              {"context", model.contexts[static_cast<std::size_t>(arm.context)].name},
              {"tuning", model.tunings[static_cast<std::size_t>(arm.tuning)].name},
              {"seeds", arm.seeds},
              {"score", interval_json(arm.score)},
              {"metrics", metrics_json(arm.metrics)},
              {"unanswerable", metrics_json(arm.unanswerable)},
              {"slices", slices},
              {"expected", arm.expected},
              {"answers", arm.answers},
              {"errors", arm.errors},
              {"truncated", arm.truncated},
              {"cut_off", arm.cut_off},
              {"among_best", arm.among_best},
              {"cached", arm.cached},
              {"costs", costs_json(arm.costs)},
              {"retrieval", nullptr}};
  if (arm.retrieval) result["retrieval"] = retrieval_json(*arm.retrieval);
  return result;
}

json interaction_json(const ScaledInteraction& interaction) {
  return {{"estimate", interaction.estimate},
          {"low", interaction.low},
          {"high", interaction.high},
          {"se", interaction.se},
          {"n", interaction.n},
          {"clusters", interaction.clusters}};
}

json contrast_json(const Contrast& contrast) {
  return {{"name", contrast.name},
          {"description", contrast.description},
          {"available", contrast.available},
          {"estimate", contrast.estimate},
          {"low", contrast.low},
          {"high", contrast.high},
          {"se", contrast.se},
          {"df", contrast.df},
          {"method", to_string(contrast.method)},
          {"bootstrap", bounds_json(contrast.bootstrap)},
          {"bootstrap_t", bounds_json(contrast.bootstrap_t)},
          {"two_way", bounds_json(contrast.two_way)},
          {"p", contrast.p},
          {"mcnemar", contrast.mcnemar},
          {"holm_p", contrast.holm_p},
          {"mde", contrast.mde},
          {"n", contrast.n},
          {"clusters", contrast.clusters},
          {"unscored", contrast.unscored},
          {"equivalence", bounds_json(contrast.equivalence)},
          {"equivalent", contrast.equivalent},
          {"detected", contrast.detected}};
}

json verdict_json(const ReportModel& model, const VerdictReport& report) {
  const Verdict& verdict = report.verdict;
  json result{{"slice", nullptr},
              {"context", nullptr},
              {"tuning", nullptr},
              {"kind", to_string(verdict.kind)},
              {"fragile", verdict.fragile},
              {"fragile_reasons", json::array()},
              {"interaction", to_string(verdict.interaction)},
              {"log_odds", interaction_json(verdict.log_odds)},
              {"failed_checks", json::array()},
              {"sentences", verdict.sentences},
              {"contrasts", json::array()}};
  if (!report.whole) result["slice"] = report.slice;
  if (report.context >= 0) {
    result["context"] = model.contexts[static_cast<std::size_t>(report.context)].name;
  }
  if (report.tuning >= 0) {
    result["tuning"] = model.tunings[static_cast<std::size_t>(report.tuning)].name;
  }
  for (const FragileReason& reason : verdict.fragile_reasons) {
    result["fragile_reasons"].push_back(describe(reason, Language::kEnglish));
  }
  for (const ManipulationCheck& check : verdict.failed_checks) {
    result["failed_checks"].push_back({{"name", check.name}, {"detail", check.detail}});
  }
  for (const Contrast& contrast : verdict.contrasts) {
    result["contrasts"].push_back(contrast_json(contrast));
  }
  return result;
}

json suite_json(const ReportModel& model, const SuiteReport& suite) {
  json result{{"name", suite.name},
              {"version", suite.version},
              {"licence", suite.licence},
              {"source", suite.source},
              {"metric", suite.metric},
              {"items", suite.items.size()},
              {"answerable", suite.answerable},
              {"clusters", suite.clusters},
              {"arms", json::array()},
              {"verdicts", json::array()}};
  for (const ArmReport& arm : suite.arms) result["arms"].push_back(arm_json(model, suite, arm));
  for (const VerdictReport& verdict : suite.verdicts) {
    result["verdicts"].push_back(verdict_json(model, verdict));
  }
  return result;
}

json training_json(const TrainingReport& training) {
  return {{"suite", training.suite},           {"tuning", training.tuning},
          {"method", training.method},         {"seed", training.seed},
          {"state", training.state},           {"weights_hash", training.weights_hash},
          {"sequences", training.sequences},   {"steps", training.steps},
          {"tokens", training.tokens},         {"trainable", training.trainable},
          {"seconds", training.seconds},       {"flops", training.flops},
          {"peak_bytes", training.peak_bytes}, {"losses_not_finite", training.losses_not_finite}};
}

json claim_json(const ClaimReport& report) {
  json result{{"id", report.claim->id},
              {"claim", report.claim->english},
              {"outcome", to_string(report.outcome)},
              {"parts_missing", report.parts_missing},
              {"measured", json::array()}};
  for (const ClaimMeasurement& found : report.measured) {
    result["measured"].push_back({{"suite", found.suite},
                                  {"slice", found.part.slice},
                                  {"metric", found.metric},
                                  {"contrast", found.description},
                                  {"difference", interval_json(found.difference)},
                                  {"holm_p", found.holm_p},
                                  {"outcome", found.outcome}});
  }
  return result;
}

}  // namespace

json interval_json(const MeanInterval& interval) {
  return {{"mean", interval.mean},
          {"low", interval.low},
          {"high", interval.high},
          {"level", interval.level},
          {"se", interval.se},
          {"df", interval.df},
          {"n", interval.n},
          {"clusters", interval.clusters},
          {"unscored", interval.unscored},
          {"method", to_string(interval.method)}};
}

json model_json(const ReportModel& model) {
  json result{{"run", model.run_id},
              {"experiment", model.experiment},
              {"state", model.state},
              {"model", model.model_name},
              {"margin", model.margin},
              {"suites", json::array()},
              {"trainings", json::array()},
              {"claims", json::array()},
              {"warnings", model.warnings},
              {"facts", json::array()},
              {"inputs", json::array()},
              {"configuration", json::parse(model.provenance.resolved, nullptr, false)},
              {"reproduce", model.provenance.reproduce}};
  for (const SuiteReport& suite : model.suites) {
    result["suites"].push_back(suite_json(model, suite));
  }
  for (const ClaimReport& claim : model.claims) result["claims"].push_back(claim_json(claim));
  for (const TrainingReport& training : model.trainings) {
    result["trainings"].push_back(training_json(training));
  }
  for (const auto& [what, value] : model.provenance.facts) {
    result["facts"].push_back({{"what", what}, {"value", value}});
  }
  for (const ReportInput& input : model.provenance.inputs) {
    result["inputs"].push_back({{"name", input.name}, {"path", input.path}, {"hash", input.hash}});
  }
  return result;
}

}  // namespace quadrant
