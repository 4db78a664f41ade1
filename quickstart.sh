#!/usr/bin/env bash
# From a bare machine to a report: set-up, build, the quickstart experiment, report.html.
# Further arguments go to `quadrant run`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./setup.sh
preset=$(bash cmake/preset.sh)
build=build
[ "$preset" = cpu ] || build=build-$preset
bash cmake/build.sh "$preset" "$build" "$(bash cmake/jobs.sh)" quadrant

quadrant=$build/harness/cli/quadrant
status=0
"$quadrant" run harness/experiments/quickstart.toml "$@" || status=$?
# 3: some cells are not finished; the report says which.
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || exit "$status"

store=()
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run | --help | -h) exit 0 ;;  # nothing ran, nothing to report
    --store) store=(--store "${2:-}") ;;
    --store=*) store=("$1") ;;
  esac
  shift
done
"$quadrant" report latest "${store[@]}" -o report.html
echo "The report: $PWD/report.html (open it in a browser)"
exit "$status"
