#!/usr/bin/env bash
# Builds the libFuzzer targets and runs each for a bounded time, from its corpus in fixtures/corpus; stops at the first crash.
# New inputs are kept in build/fuzz/found/TARGET. usage: tests/fuzz/run.sh [SECONDS [TARGET…]]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls fixtures/corpus)

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}"
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  mkdir -p "$found"
  printf '\n== %s, %s s\n' "$target" "$seconds"
  "$(find build/fuzz/tests -name "fuzz_$target" -type f)" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="$found/crash-" "$found" "fixtures/corpus/$target"
done
