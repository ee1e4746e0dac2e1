#!/bin/bash
# make_rootfs.sh SUITE FILE.tar: the smallest root file system of a Debian release, by mmdebstrap from the mirror that
# this machine's apt uses. Made once: a FILE.tar that is there is kept. Ends with 77 and the reason where it can't be made.
set -euo pipefail
suite=$1
file=$2

skip() { echo "skipped: $1" >&2; exit 77; }

[ -s "$file" ] && exit 0
command -v mmdebstrap >/dev/null || skip 'no mmdebstrap'
[ "$(id -u)" -eq 0 ] || skip 'mmdebstrap makes root file systems for root alone'
[ -x /usr/lib/apt/apt-helper ] || skip 'no apt on this machine'
# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$own" ] || skip 'this machine is no Debian release'
# The mirror of the machine's own release has the others as well.
# shellcheck disable=SC2016 # apt's own variables
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | awk -v own="$own" '$2 == own { print $1; exit }')
[ -n "$mirror" ] || skip 'apt has no mirror of its own release'
mkdir -p "$(dirname "$file")"
part=$(mktemp "$file.XXXXXX.tar")
trap 'rm -f "$part"' EXIT
/usr/lib/apt/apt-helper download-file "${mirror%/}/dists/$suite/InRelease" "$part" >/dev/null 2>&1 || skip "no mirror that serves $suite is reachable"
rm -f "$part"
mmdebstrap --quiet --variant=minbase "$suite" "$part" "$mirror" >&2 || skip "mmdebstrap makes no $suite here"
mv "$part" "$file"
