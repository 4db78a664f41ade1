#include "harness/run/provenance.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/core/energy.h"
#include "harness/core/json.h"
#include "harness/store/sqlite.h"

namespace quadrant {
namespace {

// The value of the first "key : value" line of a /proc file, or "".
std::string proc_value(const char* file, const std::string& key) {
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const auto begin = line.find_first_not_of(" \t", line.find(':') + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::int64_t kibibytes(const std::string& value) {  // "123 kB"
  return value.empty() ? 0 : std::strtoll(value.c_str(), nullptr, 10) * 1024;
}

}  // namespace

EnvironmentRow collect_environment(const BuildFacts& build,
                                   std::map<std::string, std::string> libraries,
                                   const std::map<std::string, std::string>& determinism,
                                   const std::string& accelerator) {
  libraries["sqlite"] = sqlite_version();
  libraries["fmt"] =
      fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
  std::string cpu = proc_value("/proc/cpuinfo", "model name");
  if (cpu.empty()) cpu = "unknown";
  EnvironmentRow row;
  row.git_commit = build.git_commit;
  row.git_dirty = build.git_dirty;
  row.build = canonical_json(
      {{"compiler", build.compiler}, {"flags", build.flags}, {"build_type", build.build_type}});
  row.hardware =
      canonical_json({{"cpu", cpu},
                      {"cores", ::sysconf(_SC_NPROCESSORS_ONLN)},
                      {"memory", kibibytes(proc_value("/proc/meminfo", "MemTotal"))},
                      {"accelerator", accelerator},
                      {"energy_of", fmt::format("{}", fmt::join(EnergyMeter().devices(), ", "))}});
  row.libraries = canonical_json(libraries);
  row.determinism = canonical_json(determinism);
  return row;
}

std::int64_t peak_memory() {
  const std::int64_t peak = kibibytes(proc_value("/proc/self/status", "VmHWM"));
  if (peak > 0) return peak;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";  // refused in some containers: then it stays
}

}  // namespace quadrant
