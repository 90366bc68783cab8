#!/usr/bin/env bash
# Installs what is missing, builds, and passes every test: layering, format and spelling, all tests of the optimised build with
# warnings as errors, and the same under the address and undefined-behaviour sanitizers. Prints each step's time and result last.
set -euo pipefail
cd "$(dirname "$0")/.."

export NODE_PATH=/usr/share/nodejs
summary=$(mktemp)
log=$(mktemp)

conclude() {
  local code=$?
  printf '\n== summary\n'
  cat "$summary"
  [ "$code" -eq 0 ] || echo "tests/run.sh: FAILED"
  grep 'tests passed' "$log" | tail -n 1 || true
  rm -f "$summary" "$log"
}
trap conclude EXIT

# step NAME COMMAND…: a step that fails ends the run.
step() {
  local name=$1 result=ok code=0
  local began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || { code=$?; result=FAILED; }
  printf '%-24s %4d s  %s\n' "$name" $((SECONDS - began)) "$result" >> "$summary"
  return "$code"
}

format() { git ls-files -z 'lib/*.?pp' 'cli/*.?pp' 'tests/*.?pp' | xargs -0 clang-format --dry-run -Werror; }
spelling() { git ls-files -z 'lib/*' 'cli/*' 'cmake/*' 'tests/*.?pp' 'tests/*.py' 'tests/*.sh' '*.md' | xargs -0 codespell; }
includes() { cmake --preset dev > /dev/null && /usr/bin/python3 tests/includes.py build/dev; }
layering() { /usr/bin/python3 tests/layering/check.py; }
build() { cmake --preset "$1" > /dev/null && cmake --build --preset "$1" -- --quiet; }
check() { ctest --preset "$1" --no-tests=error | tee -a "$log"; }

step packages ./cmake/install-packages.sh build test
step layering layering
step includes includes
step format format
step spelling spelling
for preset in ci asan; do
  step "build ($preset)" build "$preset"
  step "tests ($preset)" check "$preset"
done
