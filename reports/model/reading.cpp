#include "reports/model/reading.h"

#include <algorithm>
#include <cmath>

#include "harness/metrics/k_precision.h"
#include "harness/metrics/swapped_value.h"
#include "harness/metrics/target_in_text.h"
#include "harness/store/store.h"
#include "reports/model/answers.h"

namespace quadrant {
namespace {

class Reading {
 public:
  Reading(const std::vector<Item>& items, bool swapped, RetrievalFigures& figures)
      : items_(items), swapped_(swapped), figures_(figures) {}

  void add(const ReportReadingRow& row) {
    const auto number = static_cast<std::size_t>(row.item_no);
    if (row.item_no < 0 || number >= items_.size() || !is_answerable(items_[number])) return;
    const double precision = precision_.of(row.output, row.passages);
    if (!std::isnan(precision)) {
      sum_ += precision;
      figures_.k_precision = sum_ / ++answers_;
    }
    if (swapped_) add_swapped(items_[number], row.output, row.passages);
  }

 private:
  // Of a run over a part of the items, the value may have come from one outside it: what does not
  // stand in the passages is not taken for it.
  void add_swapped(const Item& item, const std::string& answer,
                   const std::vector<std::string>& passages) {
    const auto value = other_value(items_, item);
    if (!value || std::none_of(passages.begin(), passages.end(), [&](const std::string& passage) {
          return contains_target(passage, *value);
        })) {
      return;
    }
    const Follows follows = what_is_followed(answer, item, *value);
    ++figures_.swapped;
    figures_.followed += follows == Follows::kPassage;
    figures_.kept += follows == Follows::kMemory;
  }

  const std::vector<Item>& items_;
  bool swapped_;
  KPrecision precision_;
  RetrievalFigures& figures_;
  double sum_ = 0;
  int answers_ = 0;
};

}  // namespace

void add_reading_figures(const Store& store, const std::vector<ReportCellRow>& cells,
                         const std::vector<SuiteData>& data, ReportModel& model) {
  for (std::size_t s = 0; s < data.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    const std::vector<Item> items = store.items(data[s].dataset_id);
    for (ArmReport& arm : suite.arms) {
      if (!arm.retrieval) continue;
      Reading reading(items, is_counterfactual(model, arm), *arm.retrieval);
      for (const ReportCellRow& cell : cells) {
        if (!belongs(cell, model, suite, arm)) continue;
        for_each_report_reading(store.database(), *cell.attempt_id,
                                [&](const ReportReadingRow& row) { reading.add(row); });
      }
    }
  }
}

}  // namespace quadrant
