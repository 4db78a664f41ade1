// What srun, mpirun and torchrun say of a process.
#include <doctest/doctest.h>

#include <map>

#include "harness/core/error.h"
#include "strategies/tuning/launch.h"

using namespace quadrant;

namespace {

using Variables = std::map<std::string, std::string>;

Launch read(const Variables& variables) {
  return read_launch([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

std::string refusal(const Variables& variables) {
  try {
    read(variables);
  } catch (const Error& error) {
    return error.where();
  }
  return "";
}

Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

const Variables kMpirun{{"OMPI_COMM_WORLD_RANK", "1"},
                        {"OMPI_COMM_WORLD_SIZE", "4"},
                        {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                        {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
                        {"PMIX_NAMESPACE", "123456"}};
const Variables kSrun{{"SLURM_PROCID", "5"},
                      {"SLURM_STEP_NUM_TASKS", "8"},
                      {"SLURM_LOCALID", "1"},
                      {"SLURM_STEP_NUM_NODES", "4"},
                      {"SLURM_JOB_ID", "77"},
                      {"SLURM_STEP_ID", "0"},
                      {"SLURM_STEP_NODELIST", "rack[02-07,9]n1,gpu1"}};

}  // namespace

TEST_CASE("every launcher's variables are understood") {
  struct Case {
    const char* name;
    Variables variables;
    int rank, size, local_rank;
    std::string address;
  };
  const Variables by_hand{{"RANK", "2"}, {"WORLD_SIZE", "3"}};
  const std::vector<Case> cases{
      {"none", {}, 0, 1, 0, "127.0.0.1"},
      {"by hand", by_hand, 2, 3, 0, "127.0.0.1"},
      {"torchrun", with(by_hand, {{"LOCAL_RANK", "1"}, {"MASTER_ADDR", "a"}}), 2, 3, 1, "a"},
      {"mpirun", kMpirun, 1, 4, 1, "127.0.0.1"},
      {"mpirun on two machines",
       with(kMpirun, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}, {"MASTER_ADDR", "one"}}), 1, 4, 1,
       "one"},
      {"srun", kSrun, 5, 8, 1, "rack02n1"},
      {"srun on one machine", with(kSrun, {{"SLURM_STEP_NUM_NODES", "1"}}), 5, 8, 1, "127.0.0.1"},
      {"srun, plain names", with(kSrun, {{"SLURM_STEP_NODELIST", "n1,n2"}}), 5, 8, 1, "n1"},
      {"mpirun inside srun", with(kSrun, kMpirun), 1, 4, 1, "127.0.0.1"},
      {"a script of sbatch", {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}, 0, 1, 0, "127.0.0.1"},
      {"RANK alone means nothing", {{"RANK", "7"}}, 0, 1, 0, "127.0.0.1"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Launch launch = read(c.variables);
    CHECK(launch.rank == c.rank);
    CHECK(launch.size == c.size);
    CHECK(launch.local_rank == c.local_rank);
    CHECK(launch.address == c.address);
  }
}

TEST_CASE("jobs have ports of their own, the same on all ranks, and MASTER_PORT comes first") {
  const int port = read(kSrun).port;
  CHECK(port == read(with(kSrun, {{"SLURM_PROCID", "0"}})).port);
  CHECK(port != read(with(kSrun, {{"SLURM_STEP_ID", "1"}})).port);
  CHECK(port >= 20000);
  CHECK(port < 32000);
  CHECK(read(with(kSrun, {{"MASTER_PORT", "4000"}})).port == 4000);
}

TEST_CASE("variables that cannot be are refused by name") {
  CHECK(refusal({{"RANK", "3"}, {"WORLD_SIZE", "3"}}) == "the environment variable RANK");
  CHECK(refusal({{"RANK", "0"}, {"WORLD_SIZE", "two"}}) == "the environment variable WORLD_SIZE");
  CHECK(refusal(with(kSrun, {{"MASTER_PORT", "70000"}})) == "the environment variable MASTER_PORT");
  CHECK(refusal(with(kMpirun, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}})) ==
        "the environment variable MASTER_ADDR");
}
