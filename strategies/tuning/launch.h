// Which of several processes this one is, as srun, mpirun or torchrun say it in the environment.
#pragma once

#include <functional>
#include <string>

namespace quadrant {

struct Launch {
  int rank = 0, size = 1;
  int local_rank = 0;                 // among those on this machine
  std::string address = "127.0.0.1";  // of the machine that rank 0 is on
  int port = 29500;                   // where rank 0 waits for the others
};

// `environment` as std::getenv: null where a variable is not set. One process alone when no
// launcher has set anything. MASTER_ADDR and MASTER_PORT come before what is known otherwise; the
// port is else made of the job's name, so that two jobs on one machine do not meet; by hand
// (torchrun's RANK and WORLD_SIZE) it is torchrun's. Error when a variable is not what it should
// be, or when nothing says where rank 0 is.
Launch read_launch(const std::function<const char*(const char*)>& environment);

}  // namespace quadrant
