#include <fmt/format.h>

#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string facts(const ReportModel& model) {
  const Say& say = model.say;
  Table table(say("Run, program and machine", "실행, 프로그램, 기계"),
              {say("What", "항목"), say("Value", "값")});
  for (const auto& [what, value] : model.provenance.facts) table.add({what, value});
  for (const SuiteReport& suite : model.suites) {
    table.add({say("Suite {}", "묶음 {}", suite.name),
               say("version {} · licence {} · source {}", "판 {} · 허가 {} · 출처 {}",
                   suite.version, suite.licence, suite.source)});
  }
  for (const TrainingReport& training : model.trainings) {
    table.add(
        {say("Weights of {}, seed {}", "{}의 가중치, 시드 {}", training.tuning, training.seed),
         training.weights_hash.empty() ? say("not finished", "끝나지 않음")
                                       : training.weights_hash});
  }
  return table.html();
}

std::string inputs(const ReportModel& model) {
  if (model.provenance.inputs.empty()) return "";
  const Say& say = model.say;
  Table table(say("Everything the run read", "실행이 읽은 모든 것"),
              {say("Input", "입력"), "SHA-256", say("Path", "경로")});
  for (const ReportInput& input : model.provenance.inputs) {
    table.add({input.name, input.hash, input.path});
  }
  return table.html();
}

std::string listing(const std::string& text) {
  return fmt::format("<pre tabindex=\"0\"><code>{}</code></pre>\n", escape_html(text));
}

std::string arms(const ReportModel& model) {
  const Say& say = model.say;
  Table table(say("What each name stands for", "이름이 뜻하는 것"),
              {say("Name", "이름"), say("Kind", "종류"), say("Specification", "명세")});
  for (const ContextArm& context : model.contexts) {
    table.add({context.name, say("context", "컨텍스트"), context.spec});
  }
  for (const TuningArm& tuning : model.tunings) {
    table.add({tuning.name, say("model", "모델"), tuning.spec});
  }
  return table.html();
}

}  // namespace

std::string provenance_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body = paragraph(say("To run it all again from the stored configuration and compare:",
                                   "저장된 설정으로 모두 다시 실행해 견주려면:"));
  body += listing(model.provenance.reproduce);
  body += facts(model) +
          fold(say("Contexts and models as specified", "컨텍스트와 모델의 명세"), arms(model)) +
          fold(say("Inputs by hash", "입력과 해시"), inputs(model));
  if (!model.provenance.source.empty()) {
    body += fold(say("The experiment as written", "쓴 그대로의 실험 파일"),
                 listing(model.provenance.source));
  }
  body += fold(say("The experiment as resolved", "기본값까지 채운 실험"),
               listing(model.provenance.resolved));
  return section(model, "provenance", say("Where this comes from", "어디에서 왔는가"),
                 say("Every number here was read from run {} of the store; nothing was typed in.",
                     "여기의 모든 숫자는 저장소의 실행 {}에서 읽었으며 손으로 적은 것은 없습니다.",
                     model.run_id),
                 body);
}

}  // namespace quadrant
