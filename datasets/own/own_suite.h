// A suite from a person's own documents and questions: splits by document, and the power it has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/own/questions.h"
#include "datasets/suite.h"

namespace quadrant {

// A question's cluster is the one it names, else its document, else the question itself. Clusters
// are shuffled by seed and go whole to test (half of them), train (two fifths) and dev (the rest).
// A `doc` may be a document's id or the last part of it, with or without its ending. Error for a
// document that is not there (nearest named) or not plain, and for fewer than 3 clusters.
Suite make_own_suite(const std::string& name, const std::vector<Document>& documents,
                     const std::vector<OwnQuestion>& questions, std::uint64_t seed);

// The smallest true difference of two arms that the test questions would show 4 times out of 5, as
// a fraction of 1, on the guesses of planned_se() (harness/stats/power.h): nothing is measured yet.
// NaN for one cluster.
double expected_detectable_difference(const std::vector<Item>& test);

}  // namespace quadrant
