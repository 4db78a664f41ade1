// make_report_store FILE CLUSTERS [hostile]: a store with a run of drawn numbers, for looking at
// pages and for timing them. 65 answers a cluster: 1540 clusters are 100,000.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "tests/unit/reports/fixture.h"

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::fputs("usage: make_report_store FILE CLUSTERS [hostile]\n", stderr);
    return 2;
  }
  quadrant::test::FixtureOptions options;
  options.clusters = std::atoi(argv[2]);
  if (argc > 3 && std::strcmp(argv[3], "hostile") == 0) {
    options.hostile =
        "</script><script>hacked=1</script><img src=x onerror=hacked=1>\" onload=\"x\u202E\u0007"
        "</pre></table><h5>\u05D0\u05D1 한글";
    options.long_output = std::string(1'000'000, 'y') + options.hostile;
  }
  quadrant::Store store(argv[1], quadrant::Store::Open::kCreate);
  quadrant::test::fill_store(store, options);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
