#!/usr/bin/env bash
# Runs clang-tidy on the sources of lib/ and cli/ that changed since BASE (by default since the branch left origin/main), with one
# source for each header that changed; or on all of them.
# usage: tests/tidy.sh [--all | BASE]
set -euo pipefail
cd "$(dirname "$0")/.."

everything() { git ls-files 'lib/*.cpp' 'cli/*.cpp'; }

changed() {
  local file
  while read -r file; do
    case "$file" in
      *.cpp) echo "$file" ;;
      *.hpp) { git grep -l -F "#include \"${file#lib/}\"" -- 'lib/*.cpp' 'cli/*.cpp' || true; } | head -n 1 ;;
    esac
  done < <(git diff --name-only --diff-filter=d "$1" -- lib cli)
}

if [ "${1:-}" = --all ]; then
  sources=$(everything)
else
  base=${1:-$(git merge-base HEAD origin/main)}
  sources=$(changed "$base" | sort -u)
fi
[ -n "$sources" ] || { echo "clang-tidy: nothing changed"; exit 0; }

# A folder of its own: clang cannot read the precompiled header that gcc made beside a build.
cmake --preset dev -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON > /dev/null
if ! xargs -P "$(nproc)" -n 2 clang-tidy -p build/tidy --quiet <<< "$sources" 2> /dev/null; then
  echo "clang-tidy: see above" >&2
  exit 1
fi
echo "clang-tidy: $(wc -l <<< "$sources") sources, nothing found"
