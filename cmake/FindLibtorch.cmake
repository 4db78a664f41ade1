# The CPU half (and, when asked, the CUDA half) of the libtorch that set-up unpacks from PyPI's
# torch wheel. The wheel's own CMake package insists on a CUDA toolkit, hence this file.
#   QUADRANT_TORCH_DIR   a folder laid out like site-packages: torch/lib, torch/include
set(cache "$ENV{XDG_CACHE_HOME}")
if(NOT cache)
  set(cache "$ENV{HOME}/.cache")
endif()
set(QUADRANT_TORCH_DIR "${cache}/quadrant/torch-2.11.0" CACHE PATH "folder with torch/lib and torch/include")
set(torch_root "${QUADRANT_TORCH_DIR}/torch")
if(NOT EXISTS "${torch_root}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "no libtorch in ${QUADRANT_TORCH_DIR}: run ./setup.sh, or configure with "
                      "-DQUADRANT_TORCH_DIR=DIR, or build the rest with -DQUADRANT_TORCH=OFF")
endif()

set(libraries "${torch_root}/lib/libtorch_cpu.so" "${torch_root}/lib/libc10.so")

# The GPU's half, where it is there; in the folder "-link" (setup.sh --tests) without the libraries
# that it needs to start: for the check that everything compiles and links.
foreach(root "${QUADRANT_TORCH_DIR}" "${QUADRANT_TORCH_DIR}-link")
  if(EXISTS "${root}/torch/lib/libtorch_cuda.so" AND NOT TARGET libtorch_gpu)
    add_library(libtorch_gpu INTERFACE)
    target_include_directories(libtorch_gpu SYSTEM INTERFACE "${root}/nvidia/cu13/include"
                               "${root}/nvidia/nccl/include")
    target_link_libraries(libtorch_gpu INTERFACE
      "${root}/torch/lib/libtorch_cuda.so" "${root}/torch/lib/libc10_cuda.so"
      "${QUADRANT_TORCH_DIR}/nvidia/cu13/lib/libcudart.so.13")
  endif()
endforeach()

set(QUADRANT_HAS_CUDA OFF CACHE INTERNAL "the program is built for GPUs")
find_program(QUADRANT_NVCC nvcc HINTS /usr/local/cuda/bin)
if(NOT QUADRANT_CUDA STREQUAL "OFF")
  if(EXISTS "${torch_root}/lib/libtorch_cuda.so" AND EXISTS "${QUADRANT_TORCH_DIR}/nvidia/cudnn" AND QUADRANT_NVCC)
    set(QUADRANT_HAS_CUDA ON CACHE INTERNAL "the program is built for GPUs")
    list(APPEND libraries libtorch_gpu)
  elseif(QUADRANT_CUDA STREQUAL "ON")
    message(FATAL_ERROR "QUADRANT_CUDA=ON needs nvcc and the CUDA libraries: run ./setup.sh on a "
                        "machine with a GPU, or configure with -DQUADRANT_CUDA=OFF")
  endif()
endif()
message(STATUS "libtorch: ${torch_root} (CUDA ${QUADRANT_HAS_CUDA})")

add_library(libtorch INTERFACE)
# torch ships fmt headers newer than Debian's library: its folders come after the system's.
target_compile_options(libtorch INTERFACE
  "SHELL:-idirafter ${torch_root}/include"
  "SHELL:-idirafter ${torch_root}/include/torch/csrc/api/include")
target_link_libraries(libtorch INTERFACE ${libraries})
# Among the options, and so before all other libraries: else the sgemm_ of FAISS's BLAS, found first,
# would take the place of the MKL inside libtorch, with threads that know nothing of OpenMP's.
# libtorch_cuda registers itself when loaded; nothing refers to it by name.
target_link_options(libtorch INTERFACE "LINKER:--no-as-needed" "${torch_root}/lib/libtorch_cpu.so"
                    "LINKER:-rpath,${torch_root}/lib"
                    "LINKER:--disable-new-dtags" "LINKER:--allow-shlib-undefined")
