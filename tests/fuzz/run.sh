#!/usr/bin/env bash
# Builds the libFuzzer targets and runs each for a bounded time, from its corpus in fixtures/corpus; stops at the first crash.
# What it finds is kept in build/fuzz/found/TARGET, its output in build/fuzz/found/TARGET.log.
# usage: tests/fuzz/run.sh [SECONDS [TARGET…]]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls fixtures/corpus)

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}" -- --quiet
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  mkdir -p "$found"
  if ! "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/crash-" "$found" "fixtures/corpus/$target" > "$found.log" 2>&1; then
    tail -n 60 "$found.log"
    echo "fuzz_$target: FAILED, see $found.log" >&2
    exit 1
  fi
  echo "fuzz_$target: $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log") runs, nothing found"
done
