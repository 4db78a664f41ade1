#include "harness/metrics/metric.h"

#include "harness/core/error.h"
#include "harness/metrics/scorers.h"

namespace quadrant {

const std::vector<Metric>& all_metrics() {
  static const std::vector<Metric> metrics{
      {"exact_match", "1", exact_match, "the output is a target, after SQuAD normalisation"},
      {"f1", "1", f1, "words shared with the nearest target, after SQuAD normalisation"},
      {"contains", "1", contains, "the words of a target stand in the output"},
      {"abstained", "1", abstained, "the output says that it does not know or will not answer"},
  };
  return metrics;
}

const Metric& find_metric(const std::string& name) {
  std::vector<std::string> names;
  std::string list;
  for (const auto& metric : all_metrics()) {
    if (metric.name == name) return metric;
    names.push_back(metric.name);
    list += (list.empty() ? "" : ", ") + metric.name;
  }
  const std::string near = nearest_name(name, names);
  throw Error("unknown metric \"" + name + "\"", "metrics",
              near.empty() ? "use one of: " + list : "did you mean \"" + near + "\"?");
}

}  // namespace quadrant
