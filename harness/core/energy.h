// Energy that the machine has used, where it lets us read that.
//
// Processor packages count it themselves (Intel's and AMD's RAPL; Linux shows it as
// /sys/class/powercap/intel-rapl:N/energy_uj, on most systems to root only), and so do NVIDIA GPUs
// since Volta (NVML, nvmlDeviceGetTotalEnergyConsumption). Both count the whole device: what other
// programs do meanwhile is in it, what memory boards and power supplies take is not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace quadrant {

// One device's counter of the energy it has used so far.
class EnergyCounter {
 public:
  virtual ~EnergyCounter() = default;
  virtual std::string name() const = 0;    // "package-0", "GPU 0"
  virtual double joules_since_last() = 0;  // since it was asked before, or made; NaN: cannot tell
};

class EnergyMeter {
 public:
  // `powercap`: the folder that Linux shows the processors' counters in.
  explicit EnergyMeter(const std::filesystem::path& powercap = "/sys/class/powercap");

  std::vector<std::string> devices() const;  // those that can be read; may be none
  // Joules of all of them since the last lap, or since the meter was made; NaN: no device, or one
  // of them could not be read.
  double lap();

 private:
  std::vector<std::unique_ptr<EnergyCounter>> counters_;
};

}  // namespace quadrant
