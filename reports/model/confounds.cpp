#include "reports/model/confounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace quadrant {
namespace {

// The arms that a suite's verdicts compare: positions in SuiteReport::arms.
std::set<std::size_t> compared_arms(const ReportModel& model, const SuiteReport& suite) {
  std::set<std::size_t> arms;
  for (const VerdictReport& verdict : suite.verdicts) {
    for (const int context : {zero_shot_context(model), verdict.context}) {
      for (const int tuning : {base_tuning(model), verdict.tuning}) {
        if (context < 0 || tuning < 0) continue;
        const ArmReport* arm = find_arm(suite, context, tuning);
        if (arm) arms.insert(static_cast<std::size_t>(arm - suite.arms.data()));
      }
    }
  }
  return arms;
}

class Comparison {
 public:
  Comparison(const std::vector<ReportCellRow>& cells, const ReportModel& model,
             const SuiteReport& suite)
      : cells_(cells), model_(model), suite_(suite), arms_(compared_arms(model, suite)) {}

  std::vector<std::string> sentences() const {
    const Say& say = model_.say;
    std::vector<std::string> found;
    add_specs(
        "decoding",
        say("the arms compared do not decode alike", "비교하는 방식들의 생성 설정이 서로 다릅니다"),
        found);
    add_specs("prompt",
              say("the arms compared are not asked with the same prompt templates",
                  "비교하는 방식들의 프롬프트 틀이 서로 다릅니다"),
              found);
    add_counts(
        say("unequal shares of failed items", "실패한 문항의 비율이 서로 다릅니다"),
        [](const ArmReport& arm) { return arm.errors; }, found);
    add_counts(
        say("unequal shares of truncated prompts", "잘린 프롬프트의 비율이 서로 다릅니다"),
        [](const ArmReport& arm) { return arm.truncated; }, found);
    add_counts(
        say("unequal shares of unscored items", "채점되지 않은 문항의 비율이 서로 다릅니다"),
        [](const ArmReport& arm) { return arm.score.unscored; }, found);
    add_budgets(found);
    add_effort(found);
    return found;
  }

 private:
  std::string name(std::size_t arm) const {
    return arm_label(model_, suite_.arms[arm].context, suite_.arms[arm].tuning);
  }

  // "with rag 3 and with lora 1": what differs, by arm.
  void add_sentence(const std::string& what, const std::map<std::string, std::string>& by_arm,
                    std::vector<std::string>& found) const {
    std::set<std::string> values;
    for (const auto& [arm, value] : by_arm) values.insert(value);
    if (values.size() < 2) return;
    std::string list;
    for (const auto& [arm, value] : by_arm) {
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", arm, value);
    }
    found.push_back(fmt::format("{}: {} ({}).", suite_.name, what, list));
  }

  // A part of the cells' specifications that must be one and the same.
  void add_specs(const char* key, const std::string& what, std::vector<std::string>& found) const {
    std::set<std::string> values;
    for (const ReportCellRow& cell : cells_) {
      if (cell.suite != suite_.name || cell.split != "test") continue;
      const auto spec = nlohmann::json::parse(cell.spec, nullptr, false);
      if (spec.is_object() && spec.contains(key)) values.insert(spec.at(key).dump());
    }
    if (values.size() > 1) found.push_back(fmt::format("{}: {}.", suite_.name, what));
  }

  void add_counts(const std::string& what,
                  const std::function<std::int64_t(const ArmReport&)>& count,
                  std::vector<std::string>& found) const {
    std::map<std::string, std::string> by_arm;
    for (const std::size_t arm : arms_) {
      const ArmReport& report = suite_.arms[arm];
      by_arm[name(arm)] = model_.say("{0} of {1}", "{1}개 중 {0}개", count(report), report.answers);
    }
    // Seeds multiply the answers, so that only shares can be compared.
    const auto share = [&](std::size_t arm) {
      const ArmReport& report = suite_.arms[arm];
      return report.answers
                 ? static_cast<double>(count(report)) / static_cast<double>(report.answers)
                 : 0.0;
    };
    const bool alike = std::all_of(arms_.begin(), arms_.end(), [&](std::size_t arm) {
      return share(arm) == share(*arms_.begin());
    });
    if (alike) return;
    add_sentence(what, by_arm, found);
  }

  void add_budgets(std::vector<std::string>& found) const {
    std::map<std::string, std::string> by_context;
    for (const ContextArm& context : model_.contexts) {
      const auto spec = nlohmann::json::parse(context.spec, nullptr, false);
      if (!spec.is_object() || !spec.contains("budget_tokens")) continue;
      by_context[context.name] = spec.at("budget_tokens").dump();
    }
    add_sentence(model_.say("contexts have unequal budgets of passage tokens",
                            "컨텍스트마다 문단 토큰 한도가 다릅니다"),
                 by_context, found);
  }

  void add_effort(std::vector<std::string>& found) const {
    std::map<std::string, std::string> by_kind;
    for (const TriedReport& tried : suite_.tried) {
      by_kind[tried.kind] = std::to_string(tried.configurations);
    }
    add_sentence(model_.say("unequal numbers of configurations were tried",
                            "시도한 설정의 수가 서로 다릅니다"),
                 by_kind, found);
  }

  const std::vector<ReportCellRow>& cells_;
  const ReportModel& model_;
  const SuiteReport& suite_;
  std::set<std::size_t> arms_;
};

}  // namespace

std::vector<std::string> confounds(const std::vector<ReportCellRow>& cells,
                                   const ReportModel& model, const SuiteReport& suite) {
  return Comparison(cells, model, suite).sentences();
}

}  // namespace quadrant
