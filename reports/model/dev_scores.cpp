// The dev answers of a run, as far as choices need them.
#include <algorithm>
#include <cmath>

#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

template <class Arm>
int position(const std::vector<Arm>& arms, const std::string& name) {
  const auto found =
      std::find_if(arms.begin(), arms.end(), [&](const Arm& arm) { return arm.name == name; });
  return found == arms.end() ? -1 : static_cast<int>(found - arms.begin());
}

DevScore& score_of(std::vector<DevScore>& scores, int context, int tuning) {
  for (DevScore& known : scores) {
    if (known.context == context && known.tuning == tuning) return known;
  }
  scores.push_back({context, tuning, 0, 0});
  return scores.back();
}

}  // namespace

void add_dev_scores(const Store& store, const std::vector<ReportCellRow>& cells,
                    const ReportModel& model, std::vector<SuiteData>& data) {
  for (const ReportCellRow& cell : cells) {
    if (cell.split != "valid" || !cell.attempt_id || cell.state != "done") continue;
    const int context = position(model.contexts, cell.context);
    const int tuning = position(model.tunings, cell.tuning);
    const int suite = position(model.suites, cell.suite);
    if (context < 0 || tuning < 0 || suite < 0) continue;  // no test cell has them
    const std::vector<Item> items = store.items(cell.dataset_id);
    const auto at = static_cast<std::size_t>(suite);
    DevScore& score = score_of(data[at].dev, context, tuning);
    const auto add = [&](std::int64_t number, const std::string& metric, double value) {
      const auto item = static_cast<std::size_t>(number);
      if (metric != model.suites[at].metric || std::isnan(value)) return;
      if (item >= items.size() || !is_answerable(items[item])) return;
      score.sum += value;
      ++score.scored;
    };
    for_each_report_score(store.database(), *cell.attempt_id, add);
  }
}

}  // namespace quadrant
