#include "harness/cli/slurm_script.h"

#include <fmt/format.h>

#include <set>

#include "harness/cli/slurm_commands.h"

namespace quadrant {
namespace {

constexpr const char* kChecks = R"sh(
[ -x "$quadrant" ] && cd "$here" && [ -d "$shared" ] || {
  echo "error: $(hostname) does not see $quadrant, $here and $shared" >&2
  echo '  mend:  put program, store and experiment where all nodes see them under one path' >&2
  exit 1
}
)sh";

constexpr const char* kDoJob = R"sh(
echo "$label"
if [ -d "$shared/$key" ]; then exit 0; fi  # this job was requeued after it had ended
work=$(mktemp -d "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/quadrant.XXXXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/store"
store=$work/store/store.db index=$work/store/store.artifacts/index
count_runs() { "$quadrant" list runs --store "$store" 2>/dev/null | wc -l; }
if [ -d "$shared/$key.part" ]; then
  cp -r "$shared/$key.part/." "$work/store" || exit 1
  run=(resume latest) only=()
else
  for need in "${needs[@]}"; do
    cp -r "$shared/$need" "$work/need" || exit 1
    "$quadrant" merge "$store" "$work/need/store.db" || exit 1
    rm -rf "$work/need"
  done
  others=$(count_runs)
fi
mkdir -p "$index" "$indexes"
for made in "$indexes"/*; do  # they are read where they are
  if [ -d "$made" ]; then ln -s "$made" "$index"; fi
done

# Slurm's SIGTERM reaches the program by itself, and USR1 comes before the time is up: the program
# ends its batch or writes a checkpoint, and this script takes home what there is.
"$quadrant" "${run[@]}" "${only[@]}" --store "$store" &
program=$!
trap : TERM
trap 'kill -TERM $program' USR1
while wait $program; status=$?; [ $status -gt 128 ] && kill -0 $program 2>/dev/null; do :; done

# Whole or not at all: a copy is given its name when it is on the disk.
take_home() {  # folder, place
  local copy=${2%/*}/.${2##*/}.$SLURM_JOB_ID
  cp -r "$1" "$copy" && sync -f "$copy" && mv -T "$copy" "$2" || { rm -rf "$copy"; return 1; }
}
case $status in
  0)
    for made in "$index"/*; do
      if [ -d "$made" ] && [ ! -L "$made" ]; then take_home "$made" "$indexes/${made##*/}"; fi
    done
    name=$key ;;
  3 | 1[2-9]?)
    [ "$(count_runs)" -gt "${others:-0}" ] || exit $status  # its own run had not begun
    name=$key.part ;;
  *) rm -rf "${shared:?}/$key.part"; exit $status ;;  # there is nothing to go on with
esac
rm -rf "$index" "${shared:?}/$key.part"
take_home "$work/store" "$shared/$name" || exit 1
exit $status
)sh";

constexpr const char* kMerge = R"sh(
set -e
stores=()
for key in "${keys[@]}"; do stores+=("$shared/$key/store.db"); done
"$quadrant" merge "$store" "${stores[@]}"
"$quadrant" "${run[@]}" --store "$store"
for key in "${keys[@]}" "${runs[@]}"; do rm -rf "${shared:?}/$key"; done
)sh";

std::string list_of(const Words& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : " ") + quoted(word);
  return "(" + list + ")";
}

std::string head(const SlurmPlace& place) {
  return fmt::format(
      "#!/bin/bash\n# Written by `quadrant run --slurm`.\nquadrant={}\nhere={}\nshared={}\n"
      "indexes={}\nrun={}\n",
      quoted(place.program.string()), quoted(place.here.string()), quoted(place.shared.string()),
      quoted(place.indexes.string()), list_of(place.run));
}

}  // namespace

std::string shard_of_run(std::int64_t run) { return kRunPrefix + std::to_string(run); }

std::string array_script(const SlurmPlace& place, const std::vector<Job>& jobs,
                         const std::vector<std::size_t>& chosen) {
  std::string text = head(place) + "case $SLURM_ARRAY_TASK_ID in\n";
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Job& job = jobs[chosen[i]];
    Words needs, only;
    for (const std::int64_t run : job.runs) needs.push_back(shard_of_run(run));
    for (const std::size_t before : job.needs) needs.push_back(jobs[before].key);
    for (const auto& [key, value] : job.only) {
      only.insert(only.end(), {"--only", key + "=" + value});
    }
    text += fmt::format("  {})\n    label={}\n    key={}\n    needs={}\n    only={} ;;\n", i,
                        quoted(job.label), job.key, list_of(needs), list_of(only));
  }
  return text + "esac\n" + kChecks + kDoJob;
}

std::string last_script(const SlurmPlace& place, const std::vector<Job>& jobs) {
  Words keys, runs;
  std::set<std::int64_t> handed_out;
  for (const Job& job : jobs) {
    keys.push_back(job.key);
    handed_out.insert(job.runs.begin(), job.runs.end());
  }
  for (const std::int64_t run : handed_out) runs.push_back(shard_of_run(run));
  return head(place) +
         fmt::format("store={}\nkeys={}\nruns={}\n", quoted(place.store.string()), list_of(keys),
                     list_of(runs)) +
         kChecks + kMerge;
}

}  // namespace quadrant
