# Shared by the scripts: where things are, and the set-up of a fresh Debian 12 machine. Sourced, not run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# libhs: Hyperscan where Debian has it. Debian 12's Vectorscan (5.4.9) loses matches; the WAF notices
# and does without, which is right and slow. It is not taken away from a machine that has it.
pattern_library() {
  if dpkg-query -W -f='${Status}' libvectorscan-dev 2>/dev/null | grep -q 'ok installed'; then
    echo 'libhs is Vectorscan here, which the WAF cannot use; better: apt-get install libhyperscan-dev libvectorscan-dev- libvectorscan5-' >&2
    echo libvectorscan-dev
  elif [ "$(dpkg --print-architecture)" = amd64 ]; then
    echo libhyperscan-dev
  else
    echo libvectorscan-dev
  fi
}

# Reasons: docs/DEPENDENCIES.md.
build_packages=(g++ cmake ninja-build pkg-config ccache git ca-certificates
  libfmt-dev libre2-dev libsimdjson-dev libarchive-dev libcli11-dev tzdata
  "$(pattern_library)" libpcre2-dev libxml2-dev zlib1g-dev libdeflate-dev libbrotli-dev libmaxminddb-dev libssl-dev libzstd-dev libisal-dev libxxhash-dev
  nginx nginx-dev libgrpc++-dev libmicrohttpd-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libbpf-dev libelf-dev libcap-dev libcurl4-openssl-dev bpftool clang-19 llvm libyara-dev)
test_packages=(qemu-system-x86 cpio libgtest-dev libgmock-dev libyaml-dev libprotobuf-dev libprotoc-dev
  clang-format-19 clang-tidy-19 libclang-rt-19-dev python3 chromium libarchive-tools
  libmodsecurity3 modsecurity-crs sysdig containerd runc busybox-static apparmor docker-registry skopeo umoci strace openssl
  rpm db5.3-util distro-info-data mmdebstrap debian-archive-keyring golang-go ruby libcommons-lang3-java libguava-java)
bench_packages=(libfyaml-dev libyaml-dev libmodsecurity-dev wrk)

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

# install_packages NAME…: installs those that are missing; nothing where all are there (then it needs no root and no network).
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "these Debian packages are missing, and installing them needs root: ${missing[*]}" >&2; return 2; }
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Node.js with npm runs other projects' validators over our reports: Debian's, where the machine has none.
install_node() {
  command -v node >/dev/null && command -v npm >/dev/null && return 0
  install_packages nodejs npm
}

# build PRESET [TARGET…]: configures at first use, then builds.
build() {
  local preset=$1
  shift
  local quiet
  quiet=$(mktemp)
  if ! (cd "$root" && cmake --preset "$preset") >"$quiet" 2>&1; then
    cat "$quiet" >&2
    rm -f "$quiet"
    return 1
  fi
  rm -f "$quiet"
  local targets=()
  [ $# -gt 0 ] && targets=(--target "$@")
  (cd "$root" && cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}")
}
