// How far a run is: counts and last answers, for somebody who watches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/store/rows.h"
#include "harness/store/sqlite.h"

namespace quadrant {

struct RunProgress {
  std::int64_t cells = 0, cells_done = 0, cells_failed = 0;
  std::int64_t answers = 0, expected = 0;  // of all cells, taken from other runs included
  std::int64_t own_answers = 0;            // made by this run, in
  double seconds = 0;                      // so many seconds
  std::int64_t peak_bytes = 0;             // highest of its cells and trainings; 0 = none yet
  struct Cell {
    std::string label;  // "company_qa, rag + lora, seed 0"
    std::int64_t answers = 0, expected = 0;
  };
  std::vector<Cell> going_on;
  struct Training {
    std::string method, state;
    std::int64_t seed = 0, step = 0;
    std::optional<std::int64_t> steps;
    double loss = kNull;
  };
  std::vector<Training> trainings;  // of this run, oldest first
  struct Sample {
    std::string question, output;
  };
  std::vector<Sample> last;  // the newest answers of this run, newest first
};

RunProgress run_progress(const Database& database, std::int64_t run_id);

}  // namespace quadrant
