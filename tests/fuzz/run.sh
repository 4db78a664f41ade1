#!/usr/bin/env bash
# Fuzzes one reader: tests/fuzz/run.sh TARGET [SECONDS]   (gguf, safetensors, tokenizer_json, jinja,
# lm_eval_task, bundle, bundle_rows)
# Needs clang with its runtime (Debian: clang libclang-rt-14-dev) and Python 3. What it finds lies in
# build-fuzz/TARGET/; copy it to tests/fuzz/findings/TARGET/ with the change that mends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${1:?usage: tests/fuzz/run.sh TARGET [SECONDS]} seconds=${2:-600}

cmake -S . -B build-fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DQUADRANT_TORCH=OFF -DQUADRANT_FUZZ=ON >build-fuzz.log
cmake --build build-fuzz --target "fuzz_$target" >>build-fuzz.log
corpus=build-fuzz/$target/corpus
mkdir -p "$corpus"
python3 tests/fuzz/seeds.py "$target" "$corpus"
build-fuzz/tests/fuzz/"fuzz_$target" "$corpus" -artifact_prefix="build-fuzz/$target/" \
  -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
