# Sourced by the shell tests: a folder of their own, and a check of one command.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
models=${XDG_CACHE_HOME:-$HOME/.cache}/quadrant/models
cd "$work"
failed=0

# expect NAME CODE TEXT COMMAND...: the command ends with CODE and says TEXT ('' = anything).
# What it said is left in out.txt.
expect() {
  local name=$1 code=$2 text=$3 status=0
  shift 3
  "$@" >out.txt 2>&1 </dev/null || status=$?
  if [ "$status" -eq "$code" ] && { [ -z "$text" ] || grep -qF -- "$text" out.txt; }; then
    echo "ok $name"
  else
    echo "FAIL $name: exit code $status, wanted $code and \"$text\":"
    tail -n 20 out.txt
    failed=1
  fi
}
