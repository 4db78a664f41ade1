#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

int style_of(const ReportModel& model, const std::string& tuning) {
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    if (model.tunings[t].name == tuning) return static_cast<int>(t);
  }
  return 0;
}

using Field = double CurvePoint::*;

LineSeries series(const ReportModel& model, const TrainingReport& training,
                  const std::vector<CurvePoint>& points, Field field, bool valid) {
  LineSeries line;
  line.name =
      valid ? model.say("{}, held out", "{}, 따로 둔 글", training.tuning) : training.tuning;
  line.style = style_of(model, training.tuning);
  line.dashed = valid;
  for (const CurvePoint& point : points) {
    line.points.emplace_back(static_cast<double>(point.step), point.*field);
  }
  return line;
}

// One sentence for all seeds of a tuned arm.
std::string curve_sentence(const Say& say, const std::vector<const TrainingReport*>& trainings,
                           const std::string& tuning) {
  double first = 0, last = 0;
  int seeds = 0;
  std::int64_t steps = 0;
  for (const TrainingReport* training : trainings) {
    if (training->tuning != tuning || training->train.empty()) continue;
    ++seeds;
    steps = std::max(steps, training->steps);
    first += training->train.front().loss;
    last += training->train.back().loss;
  }
  if (seeds == 0) return say("{}: no steps recorded.", "{}: 기록된 단계가 없습니다.", tuning);
  return say("{}: the loss goes from {} to {} in {} steps{}.",
             "{}: 손실이 {}에서 {}(으)로, {}단계{}.", tuning, decimal_text(first / seeds, 2),
             decimal_text(last / seeds, 2), steps,
             seeds > 1 ? say(", mean of {} seeds", ", 시드 {}개 평균", seeds) : "");
}

std::string curve_sentences(const Say& say, const std::vector<const TrainingReport*>& trainings) {
  std::vector<std::string> named;
  std::string text;
  for (const TrainingReport* training : trainings) {
    if (std::find(named.begin(), named.end(), training->tuning) != named.end()) continue;
    named.push_back(training->tuning);
    text += (text.empty() ? "" : " ") + curve_sentence(say, trainings, training->tuning);
  }
  return text;
}

std::string training_table(const Say& say, const SuiteReport& suite,
                           const std::vector<const TrainingReport*>& trainings) {
  Table table(say("{}: trainings", "{}: 학습", suite.name),
              {say("Tuned", "학습한 모델"), say("Sequences", "글 수"), say("Steps", "단계"),
               say("Tokens", "토큰"), say("Trained parameters", "학습한 매개변수"),
               say("Loss", "손실"), say("Time", "시간"), say("Compute", "연산"),
               say("Energy", "에너지"), say("Peak memory", "최대 메모리")});
  for (const TrainingReport* t : trainings) {
    const std::string loss = t->train.empty()
                                 ? "n/a"
                                 : fmt::format("{} → {}", decimal_text(t->train.front().loss, 2),
                                               decimal_text(t->train.back().loss, 2));
    table.add({say("{}, seed {}{}", "{}, 시드 {}{}", t->tuning, t->seed,
                   t->state == "done" ? "" : ", " + state_word(say, t->state)),
               count_text(t->sequences), count_text(t->steps), count_text(t->tokens),
               count_text(t->trainable), loss, duration_text(t->seconds), flops_text(t->flops),
               energy_text(t->energy_j), t->peak_bytes > 0 ? bytes_text(t->peak_bytes) : "n/a"});
  }
  return table.html();
}

std::string curves(const ReportModel& model, const SuiteReport& suite,
                   const std::vector<const TrainingReport*>& trainings, std::size_t number) {
  const Say& say = model.say;
  LineChart loss, rate;
  const std::string finding = curve_sentences(say, trainings);
  for (const TrainingReport* training : trainings) {
    loss.lines.push_back(series(model, *training, training->train, &CurvePoint::loss, false));
    if (!training->valid.empty()) {
      loss.lines.push_back(series(model, *training, training->valid, &CurvePoint::loss, true));
    }
    rate.lines.push_back(series(model, *training, training->train, &CurvePoint::lr, false));
  }
  loss.words = {chart_id(model, "loss", number),
                say("{}: training loss", "{}: 학습 손실", suite.name), finding};
  loss.x_title = rate.x_title = say("optimizer step", "최적화 단계");
  loss.y_title = say("loss, nats per learnt token", "손실, 배운 토큰마다 내트");
  rate.words = {chart_id(model, "rate", number), say("{}: learning rate", "{}: 학습률", suite.name),
                say("The learning rate over the same steps.", "같은 단계의 학습률입니다.")};
  rate.y_title = say("learning rate", "학습률");
  rate.height = 170;
  return figure(
      say, draw_line_chart(loss) + draw_line_chart(rate),
      say("Each line is one training run; seeds share a colour. The loss should fall and then "
          "level "
          "off; long runs are averaged over neighbouring steps.",
          "선 하나가 학습 한 번이고 시드는 색이 같습니다. 손실은 떨어지다가 평평해져야 합니다. 긴 "
          "학습은 이웃한 단계를 평균했습니다."));
}

}  // namespace

std::string training_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    std::vector<const TrainingReport*> trainings;
    for (const TrainingReport& training : model.trainings) {
      if (training.suite == suite.name) trainings.push_back(&training);
    }
    if (trainings.empty()) continue;
    finding += (finding.empty() ? "" : " ") + curve_sentences(say, trainings);
    body += suite_heading(model, suite) + curves(model, suite, trainings, s) +
            training_table(say, suite, trainings);
  }
  return body.empty() ? "" : section(model, "training", say("Training", "학습"), finding, body);
}

}  // namespace quadrant
