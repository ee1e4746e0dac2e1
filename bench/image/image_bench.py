#!/usr/bin/env python3
"""How long `yagura image` takes for whole images, and how much memory it needs, beside other scanners where they are
installed: gitleaks (on the PATH, or $YAGURA_GITLEAKS) for secrets, cdxgen (on the PATH, or $YAGURA_CDXGEN) for the
packages of a root file system. What is missing is skipped by name. The images are made here from this machine's own
files, and kept in --work for the next run. Prints a line of JSON a figure, as the other benchmarks.

  bench/image/image_bench.py BUILD_FOLDER [--base ROOTFS.tar] [--osv FOLDER] [--work FOLDER] [--runs 5]

The advisories are those of --osv (default: osv in $YAGURA_CORPORA). Peers are asked for the same answer from the same
tree; both read from the page cache.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import images  # noqa: E402


def figure(name, unit, ours, peer=None, value=None):
    print(json.dumps({"name": name, "unit": unit, "ours": ours,
                      "peer": None if peer is None else {"name": peer, "value": value},
                      "ratio": None if peer is None else round(ours / value, 4)}), flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(command, environment=None, accept=(0, 1)):
    """Seconds, the most resident memory (MiB) of the process or a child, and its output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        code = os.waitstatus_to_exitcode(status)
        process.returncode = code
        out.seek(0)
        err.seek(0)
        if code not in accept:
            sys.exit(f"{' '.join(map(str, command))} ended with {code}: {err.read().decode()[-2000:]}")
        return seconds, usage.ru_maxrss / 1024, out.read()


def best(runs, command, **how):
    """The fastest of several runs, and the most memory of all."""
    each = [measure(command, **how) for _ in range(runs)]
    return min(seconds for seconds, _, _ in each), max(memory for _, memory, _ in each), each[0][2]


class Bench:
    def __init__(self, options):
        self.program = pathlib.Path(options.build) / "yagura"
        self.runs = options.runs
        self.work = pathlib.Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.base = options.base
        corpora = os.environ.get("YAGURA_CORPORA", "")
        self.osv = options.osv or (corpora and str(pathlib.Path(corpora) / "osv"))
        self.database = self.work / "db"

    def prepare(self):
        say("the base image: " + images.make_base(self.work / "base.tar", self.base))
        images.make_layout(self.work / "base", [self.work / "base.tar"])
        images.make_application(self.work / "application.tar", 685)
        both = [self.work / "base.tar", self.work / "application.tar"]
        images.make_layout(self.work / "application", both)
        images.make_layout(self.work / "application-stored", both, compressed=False)
        if not self.osv or not os.path.isdir(self.osv):
            say("skipped: vulnerabilities (no --osv, no corpora)")
            self.database = None
            return
        seconds, memory, _ = measure([self.program, "db", "build", self.osv, "--db", self.database])
        figure("image_db_build", "s", round(seconds, 3))

    def image(self, name, *more, cache=None):
        command = [self.program, "image", self.work / name, "--offline", "-o", "json", "--fail-on", "never", *more]
        command += ["--cache-dir", cache] if cache else ["--no-cache"]
        return command + (["--db", self.database] if self.database else ["--db", self.work / "none"])

    def sections(self, *names):
        wanted = [name for name in names if name != "vulnerabilities" or self.database]
        return [part for name in wanted or ["none"] for part in ("--scan", name)]

    def whole_images(self):
        everything = self.sections("vulnerabilities", "secrets", "malware", "config", "size")
        cases = (("base_vulnerabilities", "base", self.sections("vulnerabilities")),
                 ("base_everything", "base", everything),
                 ("application_vulnerabilities", "application", self.sections("vulnerabilities")),
                 ("application_everything", "application", everything),
                 ("application_stored_everything", "application-stored", everything))
        for title, name, sections in cases:
            seconds, memory, _ = best(self.runs, self.image(name, *sections))
            figure(f"image_{title}", "s", round(seconds, 4))
            figure(f"image_{title}_memory", "MiB", round(memory, 1))
        for title, name, sections in cases[:4:3]:
            with tempfile.TemporaryDirectory() as cache:
                command = self.image(name, *sections, cache=cache)
                measure(command)
                seconds, memory, _ = best(max(self.runs, 10), command)
            figure(f"image_{title}_cached", "ms", round(seconds * 1000, 2))
            figure(f"image_{title}_cached_memory", "MiB", round(memory, 1))
        seconds, _, _ = best(20, [self.program, "--version"])
        figure("image_process_start", "ms", round(seconds * 1000, 2))

    def tree(self):
        """A tree of files as an application has them."""
        root = self.work / "tree"
        if not root.exists():
            root.mkdir()
            subprocess.run(["tar", "-xf", self.work / "application.tar", "-C", root, "usr/share", "usr/lib/python3"],
                           check=True)
        return root

    def beside_gitleaks(self):
        peer = os.environ.get("YAGURA_GITLEAKS") or shutil.which("gitleaks")
        if not peer:
            return say("skipped: gitleaks is not installed")
        root = self.tree()
        ours, memory, found = best(self.runs, [self.program, "image", f"dir:{root}", "--scan", "secret", "--no-cache",
                                               "--offline", "-o", "json", "--fail-on", "never"])
        report = self.work / "gitleaks.json"
        theirs, peer_memory, _ = measure([peer, "dir", root, "--no-banner", "--exit-code", "0", "-r", report])
        figure("image_secrets", "s", round(ours, 3), "gitleaks", round(theirs, 3))
        figure("image_secrets_memory", "MiB", round(memory, 1), "gitleaks", round(peer_memory, 1))
        figure("image_secrets_found", "secrets", len(json.loads(found).get("secrets", [])), "gitleaks",
               len(json.loads(report.read_text())))

    def beside_cdxgen(self):
        peer = os.environ.get("YAGURA_CDXGEN") or shutil.which("cdxgen")
        if not peer:
            return say("skipped: cdxgen is not installed")
        root = self.work / "rootfs"
        if not root.exists():
            root.mkdir()
            subprocess.run(["tar", "-xf", self.work / "base.tar", "-C", root, "--exclude=./dev/*"], check=True)
        ours, _, text = best(self.runs, [self.program, "image", f"dir:{root}", "--scan", "none", "--no-cache",
                                         "--offline", "-o", "cyclonedx"])
        bom = self.work / "cdxgen.json"
        theirs, _, _ = measure([peer, "-t", "rootfs", "-o", bom, root])
        count = lambda document: sum(c.get("purl", "").startswith("pkg:deb/") for c in document["components"])
        figure("image_os_packages", "s", round(ours, 4), "cdxgen", round(theirs, 3))
        figure("image_os_packages_found", "packages", count(json.loads(text)), "cdxgen",
               count(json.loads(bom.read_text())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--base", help="root file system as a tar, instead of one that is made here")
    parser.add_argument("--osv", help="folder of advisories in the OSV format")
    parser.add_argument("--work", default="/var/tmp/yagura-image-bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=["images", "gitleaks", "cdxgen", "prepare"])
    options = parser.parse_args()
    bench = Bench(options)
    bench.prepare()
    parts = {"images": bench.whole_images, "gitleaks": bench.beside_gitleaks, "cdxgen": bench.beside_cdxgen}
    for name, part in parts.items():
        if options.only in (None, name):
            part()


if __name__ == "__main__":
    main()
