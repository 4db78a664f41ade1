#include "strategies/tuning/launch.h"

#include <charconv>

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

class Environment {
 public:
  explicit Environment(const std::function<const char*(const char*)>& get) : get_(get) {}

  std::string text(const char* name) const {
    const char* value = get_(name);
    return value ? value : "";
  }
  bool has(const char* name) const { return !text(name).empty(); }
  int number(const char* name, int least, int most) const {
    const std::string value = text(name);
    int number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number < least ||
        number > most) {
      throw Error(fmt::format("\"{}\" is no number from {} to {}", value, least, most),
                  fmt::format("the environment variable {}", name),
                  "start all ranks by one mpirun or srun, which set it; or unset it");
    }
    return number;
  }

 private:
  const std::function<const char*(const char*)>& get_;
};

constexpr int kMostRanks = 1 << 20, kHighestPort = 65535;

Launch place(const Environment& environment, const char* rank, const char* size,
             const char* local_rank) {
  Launch launch;
  launch.size = environment.number(size, 1, kMostRanks);
  launch.rank = environment.number(rank, 0, launch.size - 1);
  if (environment.has(local_rank)) {
    launch.local_rank = environment.number(local_rank, 0, launch.size - 1);
  }
  return launch;
}

// Below the ports that systems give to clients.
int port_of(const std::string& job) {
  return 20000 + std::stoi(sha256_hex(job).substr(0, 6), nullptr, 16) % 12000;
}

// Slurm's list of machines, "rack[02-07,9],gpu1" -> "rack02": rank 0 is on the first one.
std::string first_machine(const std::string& list) {
  std::string name;
  bool inside = false, taken = false;  // inside brackets; behind the first number in them
  for (const char c : list) {
    if (c == '[' || c == ']') {
      inside = c == '[';
      taken = false;
      continue;
    }
    if (c == ',' && !inside) break;
    taken = taken || (inside && (c == ',' || c == '-'));
    if (!taken) name += c;
  }
  return name;
}

Launch launched_by_mpirun(const Environment& environment) {
  Launch launch = place(environment, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                        "OMPI_COMM_WORLD_LOCAL_RANK");
  launch.port = port_of(environment.text("PMIX_NAMESPACE"));
  const bool one_machine =
      environment.text("OMPI_COMM_WORLD_LOCAL_SIZE") == environment.text("OMPI_COMM_WORLD_SIZE");
  if (!one_machine && !environment.has("MASTER_ADDR")) {
    throw Error("mpirun does not say which machine rank 0 is on",
                "the environment variable MASTER_ADDR",
                "mpirun -x MASTER_ADDR=NAME, the name or address of the first machine");
  }
  return launch;
}

Launch launched_by_srun(const Environment& environment) {
  Launch launch = place(environment, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID");
  launch.port = port_of(environment.text("SLURM_JOB_ID") + "." + environment.text("SLURM_STEP_ID"));
  if (environment.text("SLURM_STEP_NUM_NODES") != "1") {
    launch.address = first_machine(environment.text("SLURM_STEP_NODELIST"));
  }
  return launch;
}

}  // namespace

Launch read_launch(const std::function<const char*(const char*)>& get) {
  const Environment environment(get);
  Launch launch;
  // mpirun may itself have been started by srun, whose variables then are there too. What sbatch
  // sets for its script is not enough to be one of several: the script is one process.
  if (environment.has("RANK") && environment.has("WORLD_SIZE")) {
    launch = place(environment, "RANK", "WORLD_SIZE", "LOCAL_RANK");
  } else if (environment.has("OMPI_COMM_WORLD_RANK")) {
    launch = launched_by_mpirun(environment);
  } else if (environment.has("SLURM_PROCID") && environment.has("SLURM_STEP_NUM_TASKS")) {
    launch = launched_by_srun(environment);
  }
  if (environment.has("MASTER_ADDR")) launch.address = environment.text("MASTER_ADDR");
  if (environment.has("MASTER_PORT")) {
    launch.port = environment.number("MASTER_PORT", 1, kHighestPort);
  }
  return launch;
}

}  // namespace quadrant
