#!/usr/bin/env bash
# Prints the CMake preset that fits this machine: "cuda" with a GPU and nvcc, else "cpu".
if [ -n "$(nvidia-smi -L 2>/dev/null)" ] &&
  { command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; }; then
  echo cuda
else
  echo cpu
fi
