// Series of strategies that differ in one number only: more context, or more training.
//
// Found by comparing specifications, in one run or over several runs on the same suite and base
// model, so that both kinds of effort can be read on one axis of cost.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/model/report_model.h"

namespace quadrant {

struct DosePoint {
  double dose = 0;          // passages, tokens, epochs, ...
  MeanInterval score;       // primary metric
  double flops = kUnknown;  // of 1,000 questions, with the training before them
};

struct DoseSeries {
  std::string kind, key;          // "rag", "k"; "lora", "epochs"
  bool trains = false;            // the number belongs to the tuning, else to the context
  std::vector<DosePoint> points;  // at least two, by dose
};

struct SuiteDoses {
  std::string suite, metric;
  std::vector<DoseSeries> series;  // contexts first
};

std::vector<SuiteDoses> find_doses(std::span<const ReportModel> models);

// The dose of `series` at which its score is first `score`, between two points in a straight line;
// NaN where it never is.
double dose_for(const DoseSeries& series, double score);

}  // namespace quadrant
