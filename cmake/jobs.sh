#!/usr/bin/env bash
# Prints how many compilers may run at once: one a core, and 2 GB of memory each.
memory=$(awk '$1 == "MemAvailable:" { print int($2 / 2000000) }' /proc/meminfo)
cores=$(nproc)
[ "${memory:-1}" -ge 1 ] || memory=1
echo $((memory < cores ? memory : cores))
