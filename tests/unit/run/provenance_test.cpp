// The environment row: what this machine and this build are.
#include "harness/run/provenance.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <vector>

using namespace quadrant;

TEST_CASE("the environment names the build, the machine and the libraries") {
  const BuildFacts build = build_facts();
  CHECK_FALSE(build.git_commit.empty());
  CHECK_FALSE(build.compiler.empty());
  const EnvironmentRow row =
      collect_environment(build, {{"torch", "2.x"}}, {{"threads", "2"}}, "no GPU");
  const auto hardware = nlohmann::json::parse(row.hardware);
  CHECK(hardware.at("cores").get<int>() > 0);
  CHECK(hardware.at("memory").get<std::int64_t>() > 0);
  CHECK(hardware.at("accelerator") == "no GPU");
  const auto libraries = nlohmann::json::parse(row.libraries);
  CHECK(libraries.contains("sqlite"));
  CHECK(libraries.contains("fmt"));
  CHECK(libraries.at("torch") == "2.x");
  CHECK(nlohmann::json::parse(row.determinism).at("threads") == "2");
}

TEST_CASE("peak memory sees a big allocation") {
  reset_peak_memory();
  const std::int64_t before = peak_memory();
  {
    std::vector<char> block(std::size_t{64} << 20, 'x');
    CHECK(block.back() == 'x');
  }
  CHECK(before > 0);
  CHECK(peak_memory() >= before + (std::int64_t{32} << 20));
}
