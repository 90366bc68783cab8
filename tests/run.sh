#!/usr/bin/env bash
# Installs what is missing, builds, and passes every test: layering and format, all tests of the optimised build with warnings as
# errors, and the same under the address and undefined-behaviour sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."

./cmake/install-packages.sh build test
export NODE_PATH=/usr/share/nodejs

step() { printf '\n== %s\n' "$*"; }

step format, spelling
git ls-files -z 'lib/*.?pp' 'cli/*.?pp' 'tests/*.?pp' | xargs -0 clang-format --dry-run -Werror
git ls-files -z 'lib/*' 'cli/*' 'tests/*.?pp' 'tests/*.py' '*.md' | xargs -0 codespell -q 3 -L "${WHYDROP_CODESPELL_IGNORE:-nd,te,ot,fo,ba,hel}"
/usr/bin/python3 tests/layering/check.py

for preset in ci asan; do
  step "build ($preset)"
  cmake --preset "$preset" > /dev/null
  cmake --build --preset "$preset" -- --quiet
  step "tests ($preset)"
  ctest --preset "$preset" --no-tests=error
done
