#!/usr/bin/env bash
# build.sh PRESET FOLDER JOBS [TARGET]: configures and builds; the compiler speaks to FOLDER/build.log, of
# which the errors are shown when it fails.
set -euo pipefail
preset=$1 folder=$2 jobs=$3 target=${4:-all} log=$2/build.log
mkdir -p "$folder"
echo "build: $folder (log: $log)"
start=$SECONDS
if ! { cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" --target "$target"; } \
  >"$log" 2>&1 </dev/null; then
  grep -E -m 20 'error:|Error|FAILED|undefined reference|Killed' "$log" >&2 || tail -n 20 "$log" >&2
  printf 'build: failed\n  where: %s\n  mend:  %s\n' "$PWD/$log" \
    'read the first error above; if the compiler was killed, close other programs' >&2
  exit 1
fi
echo "build: $folder is up to date ($((SECONDS - start)) s)"
