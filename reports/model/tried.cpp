// The ledger of effort: how much search stands behind each kind of arm.
#include <nlohmann/json.hpp>
#include <set>

#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

std::string text_of(const nlohmann::json& spec, const char* key) {
  return spec.is_object() ? spec.value(key, "") : "";
}

struct Ledger {
  std::vector<TriedReport> rows;
  std::vector<std::set<std::string>> seen;  // configurations of each row

  void add(const std::string& kind, const std::string& configuration, const ReportEffortRow& row) {
    std::size_t at = 0;
    while (at < rows.size() && rows[at].kind != kind) ++at;
    if (at == rows.size()) {
      rows.push_back({kind, 0, 0, 0});
      seen.emplace_back();
    }
    seen[at].insert(configuration);
    rows[at].configurations = static_cast<int>(seen[at].size());
    rows[at].dev_answers += row.dev_answers;
    rows[at].test_answers += row.test_answers;
  }
};

}  // namespace

// A context is counted with the untuned model and a tuning without context: there they stand alone.
void add_tried(const Store& store, ReportModel& model) {
  for (SuiteReport& suite : model.suites) {
    Ledger contexts, tunings;
    for (const ReportEffortRow& row : report_effort(store.database(), model.run_id, suite.name)) {
      const auto context = nlohmann::json::parse(row.context, nullptr, false);
      const auto tuned = nlohmann::json::parse(row.model, nullptr, false);
      const std::string kind = text_of(context, "kind"), method = text_of(tuned, "method");
      if (method == "base" && contends(kind)) contexts.add(kind, row.context, row);
      if (method != "base" && kind == "zero_shot") tunings.add(method, row.model, row);
    }
    suite.tried = std::move(contexts.rows);
    suite.tried.insert(suite.tried.end(), tunings.rows.begin(), tunings.rows.end());
  }
}

}  // namespace quadrant
