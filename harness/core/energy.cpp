#include "harness/core/energy.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>

namespace quadrant {
namespace {

namespace fs = std::filesystem;

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

std::optional<double> read_number(const fs::path& file) {
  std::ifstream input(file);
  double value = 0;
  if (!(input >> value)) return std::nullopt;
  return value;
}

// A processor package; its counter starts again from 0 behind its largest value.
class RaplCounter : public EnergyCounter {
 public:
  RaplCounter(fs::path folder, double now) : folder_(std::move(folder)), last_(now) {
    std::ifstream(folder_ / "name") >> name_;
  }
  std::string name() const override { return name_; }
  double joules_since_last() override {
    const auto now = read_number(folder_ / "energy_uj");
    if (!now) return kNotKnown;
    double used = *now - last_;
    last_ = *now;
    if (used < 0) used += read_number(folder_ / "max_energy_range_uj").value_or(kNotKnown);
    return used / 1e6;
  }

 private:
  fs::path folder_;
  std::string name_;
  double last_;  // microjoules
};

// NVIDIA's management library, which its driver brings: looked for when the program runs, so that
// no machine needs it.
struct Nvml {
  using Device = void*;
  int (*initialise)() = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*handle)(unsigned, Device*) = nullptr;
  int (*energy)(Device, unsigned long long*) = nullptr;  // millijoules since the driver was loaded

  static const Nvml* get() {
    static const std::optional<Nvml> found = find();
    return found ? &*found : nullptr;
  }

 private:
  static std::optional<Nvml> find() {
    void* library = ::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return std::nullopt;
    Nvml nvml;
    const auto take = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library, name));
      return function != nullptr;
    };
    const bool whole = take(nvml.initialise, "nvmlInit_v2") &&
                       take(nvml.count, "nvmlDeviceGetCount_v2") &&
                       take(nvml.handle, "nvmlDeviceGetHandleByIndex_v2") &&
                       take(nvml.energy, "nvmlDeviceGetTotalEnergyConsumption");
    if (!whole || nvml.initialise() != 0) return std::nullopt;
    return nvml;
  }
};

class GpuCounter : public EnergyCounter {
 public:
  GpuCounter(const Nvml& nvml, Nvml::Device device, unsigned index, unsigned long long now)
      : nvml_(nvml), device_(device), index_(index), last_(now) {}
  std::string name() const override { return "GPU " + std::to_string(index_); }
  double joules_since_last() override {
    unsigned long long now = 0;
    if (nvml_.energy(device_, &now) != 0 || now < last_) return kNotKnown;
    const double used = static_cast<double>(now - last_) / 1e3;
    last_ = now;
    return used;
  }

 private:
  const Nvml& nvml_;
  Nvml::Device device_;
  unsigned index_;
  unsigned long long last_;
};

// Only whole packages ("intel-rapl:0"); their parts ("intel-rapl:0:1") are in them.
bool is_package(const std::string& name) {
  return name.starts_with("intel-rapl:") && std::count(name.begin(), name.end(), ':') == 1;
}

}  // namespace

EnergyMeter::EnergyMeter(const fs::path& powercap) {
  std::error_code none;
  std::vector<fs::path> packages;
  for (const auto& entry : fs::directory_iterator(powercap, none)) {
    if (is_package(entry.path().filename().string())) packages.push_back(entry.path());
  }
  std::sort(packages.begin(), packages.end());
  for (const fs::path& package : packages) {
    const auto now = read_number(package / "energy_uj");
    if (now) counters_.push_back(std::make_unique<RaplCounter>(package, *now));
  }
  const Nvml* nvml = Nvml::get();
  unsigned gpus = 0;
  if (!nvml || nvml->count(&gpus) != 0) return;
  for (unsigned i = 0; i < gpus; ++i) {
    Nvml::Device device = nullptr;
    unsigned long long now = 0;
    if (nvml->handle(i, &device) != 0 || nvml->energy(device, &now) != 0) continue;
    counters_.push_back(std::make_unique<GpuCounter>(*nvml, device, i, now));
  }
}

std::vector<std::string> EnergyMeter::devices() const {
  std::vector<std::string> names;
  for (const auto& counter : counters_) names.push_back(counter->name());
  return names;
}

double EnergyMeter::lap() {
  if (counters_.empty()) return kNotKnown;
  double joules = 0;
  for (const auto& counter : counters_) joules += counter->joules_since_last();
  return joules;
}

}  // namespace quadrant
