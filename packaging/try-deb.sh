#!/usr/bin/env bash
# Makes the Debian package, asks lintian, and installs, runs and removes it in a clean Debian 12. As root; needs debootstrap and lintian.
# usage: packaging/try-deb.sh [MIRROR]
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release > /dev/null
cmake --build --preset release -- --quiet
(cd build/release && cpack -G DEB > /dev/null)
deb=$(ls -t build/release/whydrop_*.deb | head -n 1)
lintian --fail-on error --profile debian "$deb"

root=$(mktemp -d)
trap 'umount -q "$root/proc" || true; rm -rf "$root"' EXIT
debootstrap --variant=minbase bookworm "$root" "${1:-$(sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) bookworm .*/\2/p; s/^URIs: //p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | head -n 1)}" > /dev/null
mount -t proc proc "$root/proc"
cp "$deb" "$root/tmp/whydrop.deb"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
inside apt-get install -qqy --no-install-recommends /tmp/whydrop.deb > /dev/null

inside whydrop --version
inside whydrop explain 1006 > /dev/null
code=0
inside whydrop send --profile guest-conversations --rehearse=start-chat-malformed -q > "$root/verdict" 2> /dev/null || code=$?
grep -q '/routingData is missing' "$root/verdict" && [ "$code" -eq 6 ]
inside test -e /usr/share/man/man1/whydrop-watch.1.gz -a -e /usr/share/bash-completion/completions/whydrop

inside apt-get purge -qqy whydrop > /dev/null
if inside find / -xdev -name '*whydrop*' -not -path '/tmp/*' -not -path '/var/lib/apt/*' -not -path '/var/cache/*' | grep .; then
  echo "try-deb: something is left behind" >&2
  exit 1
fi
echo "try-deb: $(basename "$deb") is installed, run and removed"
