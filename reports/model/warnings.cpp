// What a reader must know before believing the numbers.
#include "reports/model/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/store/store.h"
#include "reports/model/confounds.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

constexpr int kClustersWanted = 40;  // below, even honest intervals are wide and rough

void warn_of_arm(const ReportModel& model, const SuiteReport& suite, const ArmReport& arm,
                 std::vector<std::string>& warnings) {
  const Say& say = model.say;
  const std::string name =
      fmt::format("{}, {}", suite.name, arm_label(model, arm.context, arm.tuning));
  if (arm.answers < arm.expected) {
    warnings.push_back(say("{0}: {1} of {2} answers are missing.",
                           "{0}: 답 {2}개 가운데 {1}개가 없습니다.", name,
                           arm.expected - arm.answers, arm.expected));
  }
  if (arm.errors > 0) {
    warnings.push_back(say("{0}: {1} of {2} items could not be asked or answered.",
                           "{0}: 문항 {2}개 가운데 {1}개는 묻거나 답하지 못했습니다.", name,
                           arm.errors, arm.answers));
  }
  if (arm.truncated > 0) {
    warnings.push_back(
        say("{0}: in {1} of {2} prompts, passages or examples were left out to fit.",
            "{0}: 프롬프트 {2}개 가운데 {1}개에서 길이에 맞추려 문단이나 예시를 뺐습니다.", name,
            arm.truncated, arm.answers));
  }
  if (arm.score.unscored > 0) {
    warnings.push_back(say("{}: {} items have no score and are left out of its mean.",
                           "{}: 문항 {}개는 점수가 없어 평균에서 뺐습니다.", name,
                           arm.score.unscored));
  }
}

void warn_of_choices(const ReportModel& model, const SuiteReport& suite,
                     std::vector<std::string>& warnings) {
  const auto chosen = std::find_if(suite.verdicts.begin(), suite.verdicts.end(),
                                   [](const VerdictReport& v) { return v.context_from_test; });
  if (chosen != suite.verdicts.end()) {
    warnings.push_back(model.say(
        "{}: {} stands for context because it scored best on these same test items, which favours "
        "it a little.",
        "{}: {} 방식은 바로 이 시험 문항에서 점수가 가장 높아 컨텍스트를 대표하므로 조금 "
        "유리합니다.",
        suite.name, model.contexts[static_cast<std::size_t>(chosen->context)].name));
  }
}

void warn_of_suite(const ReportModel& model, const SuiteReport& suite,
                   std::vector<std::string>& warnings) {
  if (suite.clusters < kClustersWanted) {
    warnings.push_back(model.say(
        "{}: {} clusters are few; below {} intervals are wide and small effects stay unseen.",
        "{}: 군집 {}개는 적습니다. {}개보다 적으면 구간이 넓고 작은 효과는 보이지 않습니다.",
        suite.name, suite.clusters, kClustersWanted));
  }
  warn_of_choices(model, suite, warnings);
  std::size_t seeds = 0;
  for (const ArmReport& arm : suite.arms) {
    warn_of_arm(model, suite, arm, warnings);
    seeds = std::max(seeds, arm.seeds.size());
  }
  if (seeds > 0 && seeds < 3) {
    warnings.push_back(model.say(
        "{0}: {1} training seed{2}; how much the result would change with another is {3}.",
        "{0}: 학습 시드 {1}개. 다른 시드에서 결과가 얼마나 달라질지 {4}.", suite.name, seeds,
        seeds == 1 ? "" : "s", seeds == 1 ? "not known" : "barely known",
        seeds == 1 ? "알 수 없습니다" : "거의 알 수 없습니다"));
  }
}

}  // namespace

void add_warnings(const Store& store, const std::vector<ReportCellRow>& cells, ReportModel& model) {
  const Say& say = model.say;
  const RunRow run = store.run(model.run_id);
  if (run.state != "done") {
    model.warnings.push_back(say("This run is {}: what is shown is what the store holds so far.",
                                 "이 실행의 상태는 {}: 지금까지 저장된 것만 보입니다.",
                                 state_word(say, run.state)));
  }
  if (!run.error.empty()) {
    model.warnings.push_back(say("The run ended with: {}", "실행이 끝난 까닭: {}", run.error));
  }
  for (const ReportCellRow& cell : cells) {
    if (cell.error.empty()) continue;
    model.warnings.push_back(say("{}, {} + {} failed: {}", "{}, {} + {} 실패: {}", cell.suite,
                                 cell.context, cell.tuning, cell.error));
  }
  for (const TrainingReport& training : model.trainings) {
    if (training.losses_not_finite == 0) continue;
    model.warnings.push_back(say("{}, {}, seed {}: the loss was no number in {} steps.",
                                 "{}, {}, 시드 {}: {}단계에서 손실이 숫자가 아니었습니다.",
                                 training.suite, training.tuning, training.seed,
                                 training.losses_not_finite));
  }
  for (const LockRow& lock : store.locks(model.run_id)) {
    if (lock.note.empty()) continue;
    model.warnings.push_back(
        say("{1}",
            "{0}: 이전 실행이 같은 시험 문항과 가중치를 다른 규칙으로 판정했습니다. 이 실행의 "
            "규칙은 그 답을 볼 수 있게 된 뒤에 정한 것입니다.",
            lock.suite, lock.note));
  }
  for (const SuiteReport& suite : model.suites) {
    warn_of_suite(model, suite, model.warnings);
    for (std::string& sentence : confounds(cells, model, suite)) {
      model.warnings.push_back(std::move(sentence));
    }
  }
}

}  // namespace quadrant
