#!/usr/bin/env python3
"""Runs test programs under another kernel: Debian's cloud kernel of a series, in QEMU, without KVM.

    run_kernel.py --series 6.12 --cache DIR [--expect-tier A] PROGRAM[:FILTER]...

The kernel is Debian's package, fetched by apt-get download into the cache once and never installed.
The guest is an initramfs: busybox, the programs with the shared libraries that they need, and an
/init that mounts what tests ask for. Results come over the serial console, a line each.

Ends with 0: every program passed; 1: not; 77: something is missing, the last line says what.
"""

import argparse
import gzip
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIP = 77

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TMPDIR=/tmp LD_LIBRARY_PATH=/lib GTEST_COLOR=no
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t securityfs sec /sys/kernel/security
mount -t tracefs trace /sys/kernel/tracing
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs tmp /tmp
ip link set lo up
insmod /overlay.ko
echo "GUEST kernel $(uname -r) lsm $(cat /sys/kernel/security/lsm)"
%(programs)s
echo GUEST end
poweroff -f
"""

RUN = """cd /tmp
/tests/%(name)s --gtest_filter='%(filter)s' 2>&1
echo "GUEST exit %(name)s $?"
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIP)


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def find_package(series):
    """The newest signed package of the series that the configured sources have."""
    try:
        names = run("apt-cache", "search", "--names-only", f"^linux-image-{re.escape(series)}[.].*-cloud-amd64$")
    except (OSError, subprocess.CalledProcessError):
        return None
    candidates = [line.split()[0] for line in names.splitlines() if line]
    key = lambda name: [int(part) for part in re.findall(r"\d+", name)]
    return max(candidates, key=key, default=None)


def fetch_kernel(series, cache):
    """(vmlinuz, overlay.ko or None) of the series, from the cache or from Debian."""
    folder = cache / series
    if not list(folder.glob("vmlinuz-*")):
        folder.mkdir(parents=True, exist_ok=True)
        package = find_package(series)
        if package is None:
            skip(f"no package of a cloud kernel {series} in the sources of apt")
        with tempfile.TemporaryDirectory(dir=cache) as work:
            # Downloads to where apt may write; the sandbox user of apt may not write here.
            result = subprocess.run(
                ["apt-get", "-o", "APT::Sandbox::User=root", "download", package],
                cwd=work, capture_output=True, text=True)
            debs = list(Path(work).glob("*.deb"))
            if result.returncode != 0 or not debs:
                skip(f"cannot fetch {package}: {result.stderr.strip().splitlines()[-1:] or 'no file'}")
            unpack(debs[0], Path(work), folder)
    kernels = sorted(folder.glob("vmlinuz-*"))
    module = folder / "overlay.ko"
    return kernels[-1], module if module.exists() else None


def unpack(deb, work, folder):
    tree = work / "tree"
    run("dpkg-deb", "-x", str(deb), str(tree))
    for module in tree.glob("lib/modules/*/kernel/fs/overlayfs/overlay.ko*"):
        data = module.read_bytes()
        (folder / "overlay.ko").write_bytes(lzma.decompress(data) if module.suffix == ".xz" else data)
    for kernel in tree.glob("boot/vmlinuz-*"):
        partial = folder / (kernel.name.replace("vmlinuz", "partial"))
        shutil.copyfile(kernel, partial)
        partial.rename(folder / kernel.name)


def libraries_of(program):
    """Paths of the shared libraries that a program needs, the loader among them."""
    try:
        listing = run("ldd", str(program))
    except subprocess.CalledProcessError:
        return []
    found = []
    for line in listing.splitlines():
        match = re.search(r"(?:=> )?(/\S+) \(0x", line)
        if match:
            found.append(Path(match.group(1)))
    return found


def copy_program(program, place, root):
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(program, place)
    place.chmod(0o755)
    # Debug information is most of it, and the guest's memory is small.
    subprocess.run(["strip", "--strip-debug", str(place)], check=False, capture_output=True)
    for library in libraries_of(program):
        is_loader = library.name.startswith("ld-linux")
        target = root / str(library)[1:] if is_loader else root / "lib" / library.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(library.resolve(), target)
            target.chmod(0o755)


def make_initramfs(programs, overlay, root, image):
    busybox = shutil.which("busybox")
    for folder in ["bin", "dev", "proc", "sys", "tmp", "lib", "tests"]:
        (root / folder).mkdir()
    shutil.copyfile(busybox, root / "bin/busybox")
    (root / "bin/busybox").chmod(0o755)
    # Files that tests read.
    for name, text in [("etc/passwd", "root:x:0:0::/:/bin/sh\n"), ("usr/lib/os-release", "ID=guest\n" * 16)]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    # Programs that tests start, rather than busybox's links of these names.
    for name in ["true", "false"]:
        copy_program(Path("/bin") / name, root / "bin" / name, root)
    if overlay:
        shutil.copyfile(overlay, root / "overlay.ko")
    for path, _ in programs:
        copy_program(path, root / "tests" / path.name, root)
    lines = "".join(RUN % {"name": path.name, "filter": tests} for path, tests in programs)
    (root / "init").write_text(INIT % {"programs": lines})
    (root / "init").chmod(0o755)
    names = run("find", ".", "-print0", cwd=root)
    archive = subprocess.run(["cpio", "--null", "-o", "-H", "newc", "--quiet"], input=names.encode(),
                             cwd=root, check=True, capture_output=True).stdout
    image.write_bytes(gzip.compress(archive, 1))


def boot(kernel, image, seconds):
    command = [
        "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-smp", "1",
        "-nographic", "-no-reboot", "-nic", "none", "-kernel", str(kernel), "-initrd", str(image),
        "-append", "console=ttyS0 quiet panic=1 lsm=landlock,lockdown,yama,bpf",
    ]
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds)
        return result.stdout.decode(errors="replace").replace("\r", "")
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace").replace("\r", "") + "\n(out of time)\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("programs", nargs="+", help="PROGRAM or PROGRAM:GTEST_FILTER")
    arguments = parser.parse_args()
    for tool in ["qemu-system-x86_64", "busybox", "cpio", "dpkg-deb", "ldd"]:
        if shutil.which(tool) is None:
            skip(f"no {tool}")
    if os.uname().machine != "x86_64":
        skip("the programs are of another machine")
    programs = []
    for one in arguments.programs:
        path, _, tests = one.partition(":")
        programs.append((Path(path), tests or "*"))
    arguments.cache.mkdir(parents=True, exist_ok=True)
    kernel, overlay = fetch_kernel(arguments.series, arguments.cache)
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / "root"
        root.mkdir()
        image = Path(work) / "initramfs"
        make_initramfs(programs, overlay, root, image)
        output = boot(kernel, image, arguments.seconds)
    print(output)
    ok = "GUEST end" in output
    for path, _ in programs:
        if f"GUEST exit {path.name} 0" not in output:
            print(f"FAILED: {path.name} did not end well under {kernel.name}")
            ok = False
    # A test that skips itself here proves nothing: all that is asked for must be there.
    skipped = sorted(set(re.findall(r"\[  SKIPPED \] (\S+)", output)))
    if skipped:
        print("FAILED: skipped in the guest: " + ", ".join(skipped))
        ok = False
    passed = len(re.findall(r"\[       OK \]", output))
    print(f"{kernel.name}: {passed} tests passed" + ("" if ok else "; not all of them"))
    return 0 if ok and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
