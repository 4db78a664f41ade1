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
  line.name = training.tuning + (valid ? ", held out" : "");
  line.style = style_of(model, training.tuning);
  line.dashed = valid;
  for (const CurvePoint& point : points) {
    line.points.emplace_back(static_cast<double>(point.step), point.*field);
  }
  return line;
}

// One sentence for all seeds of a tuned arm.
std::string curve_sentence(const std::vector<const TrainingReport*>& trainings,
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
  if (seeds == 0) return fmt::format("{}: no steps recorded.", tuning);
  return fmt::format("{}: the loss goes from {} to {} in {} steps{}.", tuning,
                     decimal_text(first / seeds, 2), decimal_text(last / seeds, 2), steps,
                     seeds > 1 ? fmt::format(", mean of {} seeds", seeds) : "");
}

std::string curve_sentences(const std::vector<const TrainingReport*>& trainings) {
  std::vector<std::string> named;
  std::string text;
  for (const TrainingReport* training : trainings) {
    if (std::find(named.begin(), named.end(), training->tuning) != named.end()) continue;
    named.push_back(training->tuning);
    text += (text.empty() ? "" : " ") + curve_sentence(trainings, training->tuning);
  }
  return text;
}

std::string training_table(const SuiteReport& suite,
                           const std::vector<const TrainingReport*>& trainings) {
  Table table(fmt::format("{}: trainings", suite.name),
              {"Tuned", "Sequences", "Steps", "Tokens", "Trained parameters", "Loss", "Time",
               "Compute", "Peak memory"});
  for (const TrainingReport* t : trainings) {
    const std::string loss = t->train.empty()
                                 ? "n/a"
                                 : fmt::format("{} → {}", decimal_text(t->train.front().loss, 2),
                                               decimal_text(t->train.back().loss, 2));
    table.add({fmt::format("{}, seed {}{}", t->tuning, t->seed,
                           t->state == "done" ? "" : ", " + t->state),
               count_text(t->sequences), count_text(t->steps), count_text(t->tokens),
               count_text(t->trainable), loss, duration_text(t->seconds), flops_text(t->flops),
               t->peak_bytes > 0 ? bytes_text(t->peak_bytes) : "n/a"});
  }
  return table.html();
}

std::string curves(const ReportModel& model, const SuiteReport& suite,
                   const std::vector<const TrainingReport*>& trainings, std::size_t number) {
  LineChart loss, rate;
  const std::string finding = curve_sentences(trainings);
  for (const TrainingReport* training : trainings) {
    loss.lines.push_back(series(model, *training, training->train, &CurvePoint::loss, false));
    if (!training->valid.empty()) {
      loss.lines.push_back(series(model, *training, training->valid, &CurvePoint::loss, true));
    }
    rate.lines.push_back(series(model, *training, training->train, &CurvePoint::lr, false));
  }
  loss.words = {fmt::format("loss{}", number), fmt::format("{}: training loss", suite.name),
                finding};
  loss.x_title = rate.x_title = "optimizer step";
  loss.y_title = "loss, nats per learnt token";
  rate.words = {fmt::format("rate{}", number), fmt::format("{}: learning rate", suite.name),
                "The learning rate over the same steps."};
  rate.y_title = "learning rate";
  rate.height = 170;
  return figure(
      model.say, draw_line_chart(loss) + draw_line_chart(rate),
      "Each line is one training run; seeds share a colour. The loss should fall and then "
      "level off; long runs are averaged over neighbouring steps.");
}

}  // namespace

std::string training_section(const ReportModel& model) {
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    std::vector<const TrainingReport*> trainings;
    for (const TrainingReport& training : model.trainings) {
      if (training.suite == suite.name) trainings.push_back(&training);
    }
    if (trainings.empty()) continue;
    finding += (finding.empty() ? "" : " ") + curve_sentences(trainings);
    body += suite_heading(model, suite) + curves(model, suite, trainings, s) +
            training_table(suite, trainings);
  }
  return body.empty() ? "" : section("training", "Training", finding, body);
}

}  // namespace quadrant
