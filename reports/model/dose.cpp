#include "reports/model/dose.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "reports/model/costs.h"

namespace quadrant {
namespace {

constexpr const char* kContextKeys[] = {"k", "chunk_tokens", "budget_tokens"};
constexpr const char* kTuningKeys[] = {"epochs", "rank"};
constexpr double kQuestions = 1000;

using SuiteKey = std::pair<std::string, std::string>;  // name and version, metric
using SeriesKey =
    std::tuple<bool, std::string, std::string, std::string>;  // trains, kind, key, rest

class Collector {
 public:
  void add(const ReportModel& model, const SuiteReport& suite, const ArmReport& arm) {
    if (std::isnan(arm.score.mean)) return;
    const ContextArm& context = model.contexts[static_cast<std::size_t>(arm.context)];
    const TuningArm& tuning = model.tunings[static_cast<std::size_t>(arm.tuning)];
    const double once = training_cost(model, suite, arm.tuning, CostUnit::kFlops).mean;
    const double each = question_cost(model, arm, CostUnit::kFlops);
    const DosePoint point{0, arm.score, once + kQuestions * each};
    const SuiteKey where{suite.name + " " + suite.version + " " + model.model_name, suite.metric};
    if (arm.tuning == base_tuning(model)) {
      for (const char* key : kContextKeys) {
        add(where, suite, false, context.kind, key, context.spec + tuning.spec, context.spec,
            point);
      }
    } else if (arm.context == zero_shot_context(model)) {
      for (const char* key : kTuningKeys) {
        add(where, suite, true, tuning.method, key, tuning.spec, tuning.spec, point);
      }
    }
  }

  std::vector<SuiteDoses> found() const {
    std::vector<SuiteDoses> result;
    for (const auto& [where, series] : suites_) {
      SuiteDoses doses{names_.at(where), where.second, {}};
      for (const auto& [key, points] : series) {
        if (points.size() < 2) continue;
        DoseSeries one{std::get<1>(key), std::get<2>(key), std::get<0>(key), {}};
        for (const auto& [dose, point] : points) one.points.push_back(point);
        doses.series.push_back(std::move(one));
      }
      if (!doses.series.empty()) result.push_back(std::move(doses));
    }
    return result;
  }

 private:
  // The same specification in another run is the same point: the first one stays.
  void add(const SuiteKey& where, const SuiteReport& suite, bool trains, const std::string& kind,
           const char* key, const std::string& all, const std::string& spec, DosePoint point) {
    auto parsed = nlohmann::json::parse(spec, nullptr, false);
    if (!parsed.is_object() || !parsed.contains(key) || !parsed[key].is_number()) return;
    point.dose = parsed[key].get<double>();
    parsed.erase(key);
    const std::string rest = parsed.dump() + all.substr(spec.size());
    suites_[where][{trains, kind, key, rest}].emplace(point.dose, point);
    names_[where] = suite.name;
  }

  std::map<SuiteKey, std::map<SeriesKey, std::map<double, DosePoint>>> suites_;
  std::map<SuiteKey, std::string> names_;
};

}  // namespace

std::vector<SuiteDoses> find_doses(std::span<const ReportModel> models) {
  Collector collector;
  for (const ReportModel& model : models) {
    for (const SuiteReport& suite : model.suites) {
      for (const ArmReport& arm : suite.arms) collector.add(model, suite, arm);
    }
  }
  return collector.found();
}

double dose_for(const DoseSeries& series, double score) {
  for (std::size_t i = 0; i + 1 < series.points.size(); ++i) {
    const DosePoint& a = series.points[i];
    const DosePoint& b = series.points[i + 1];
    const double before = a.score.mean - score, after = b.score.mean - score;
    if (before * after > 0) continue;
    if (before == after) return a.dose;
    return a.dose + (b.dose - a.dose) * before / (before - after);
  }
  return kUnknown;
}

}  // namespace quadrant
