"""What the end-to-end tests of `yagura image` share: the program, folders, layouts made by hand, a registry, reasons to skip.

Each *_test.py is run as `X_test.py YAGURA CACHE`: the built program and a folder that outlives the run (root file systems).
"""
import gzip
import hashlib
import http.client
import io
import json
import mmap
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
YAGURA = ""
CACHE = pathlib.Path()
CLEAN, FINDINGS, USAGE, INTERNAL = 0, 1, 2, 3


def main():
    global YAGURA, CACHE
    module = sys.modules[__name__]
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} YAGURA CACHE [TEST…]")
    module.YAGURA, module.CACHE = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"no {program}")


def run(*command, code=0, **options):
    """Runs a program that must end with `code`; its output as text."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if done.returncode != code:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')[-4000:]}")
    return done.stdout.decode(errors="replace")


# Runs the program from a small process: a child's greatest memory counts what its parent had when it forked.
WATCHER = """
import json, os, resource, signal, subprocess, sys, time
limit, result, *command = sys.argv[1:]
begun = time.monotonic()
child = subprocess.Popen(command)
signal.signal(signal.SIGALRM, lambda *_: child.kill())
signal.alarm(int(limit))
_, status, usage = os.wait4(child.pid, 0)
with open(result, "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_maxrss // 1024, time.monotonic() - begun], file)
"""


# LeakSanitizer ends a program that is traced.
TRACED = {"ASAN_OPTIONS": "detect_leaks=0"}


def is_sanitized():
    """Whether the program was built with AddressSanitizer: it takes some times the memory, and can't look for leaks where
    something traces it."""
    with open(YAGURA, "rb") as program:
        with mmap.mmap(program.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return text.find(b"__asan_init") >= 0


class Outcome:
    def __init__(self, out, err, code, max_rss_mib, seconds):
        self.out, self.err, self.code, self.max_rss_mib, self.seconds = out, err, code, max_rss_mib, seconds

    @property
    def json(self):
        return json.loads(self.out)


def yagura(*arguments, prefix=(), cwd=None, env=None, limit=300):
    """Runs the program; never fails by itself. The limit (seconds) only ends what hangs."""
    environment = {**os.environ, "HOME": str(cwd or "/nonexistent"), **(env or {})}
    with tempfile.NamedTemporaryFile("r") as result:
        command = [sys.executable, "-S", "-c", WATCHER, str(limit), result.name, *map(str, prefix), YAGURA, *map(str, arguments)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=cwd, env=environment, check=False)
        text = result.read()
        if not text:
            raise AssertionError(done.stderr.decode(errors="replace"))
        return Outcome(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), *json.loads(text))


def scan(reference, *arguments, **options):
    """A scan whose JSON report is wanted, without layers that an earlier scan kept."""
    outcome = yagura("image", reference, "-o", "json", "--fail-on", "never", "--no-cache", *arguments, **options)
    if outcome.code != CLEAN:
        raise AssertionError(f"scan of {reference} ended with {outcome.code}: {outcome.err}")
    return outcome.json


class Case(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="yagura-image-", dir=os.environ.get("TMPDIR", "/var/tmp"))
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.number = 0

    def path(self, name):
        """A fresh name in this class's folder."""
        type(self).number += 1
        return self.folder / f"{self.number}-{name}"


# --- layouts made by hand -------------------------------------------------------------------------

def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def entry(name, data=b"", mode=0o644, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.type, info.linkname = len(data), mode, kind, link
    return info, data


def tar(*entries):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data) if data else None)
    return buffer.getvalue()


def gz(data):
    return gzip.compress(data, 6, mtime=0)


class Layout:
    """An OCI image layout in a folder, for layers that may be anything."""

    def __init__(self, folder, layers, config=None, history=None, diff_ids=None):
        self.folder = pathlib.Path(folder)
        self.blobs = self.folder / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)
        self.layers = [self.put(layer, "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if layer[:2] == b"\x1f\x8b" else ""))
                       for layer in layers]
        if diff_ids is None:
            diff_ids = [sha256(self._plain(layer)) for layer in layers]
        body = {"architecture": "amd64", "os": "linux", "config": config or {}, "rootfs": {"type": "layers", "diff_ids": diff_ids}}
        if history:
            body["history"] = history
        self.config = self.put(json.dumps(body).encode(), "application/vnd.oci.image.config.v1+json")
        self.manifest = self.put(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                                             "config": self.config, "layers": self.layers}).encode(),
                                 "application/vnd.oci.image.manifest.v1+json")
        self.write_index()

    @staticmethod
    def _plain(layer):
        try:
            return gzip.decompress(layer) if layer[:2] == b"\x1f\x8b" else layer
        except (OSError, EOFError):
            return layer

    def put(self, data, media_type):
        digest = sha256(data)
        self.blob(digest).write_bytes(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def blob(self, digest):
        return self.blobs / digest.removeprefix("sha256:")

    def write_index(self):
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        named = {**self.manifest, "annotations": {"org.opencontainers.image.ref.name": "latest"}}
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))

    @property
    def reference(self):
        return f"oci:{self.folder}"


# --- what real images are made from ---------------------------------------------------------------

def rootfs(suite):
    """The archive of a Debian release's smallest root file system, made once a build folder."""
    archive = CACHE / f"{suite}.tar"
    done = subprocess.run([str(HERE / "make_rootfs.sh"), suite, str(archive)], capture_output=True, check=False)
    if done.returncode == 77:
        raise unittest.SkipTest(done.stderr.decode(errors="replace").strip().removeprefix("skipped: ") or f"no {suite}")
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode(errors="replace"))
    return archive


def stanzas(text):
    """Paragraphs of Debian's control files, each a dict of its one-line fields."""
    for block in text.split("\n\n"):
        fields = {}
        for line in block.splitlines():
            name, colon, value = line.partition(":")
            if colon and not line.startswith((" ", "\t")):
                fields[name] = value.strip()
        if "Package" in fields:
            yield fields


def source_of(fields):
    """Name and version of the source package of a stanza."""
    name, _, version = fields.get("Source", fields["Package"]).partition(" ")
    return name, version.strip("()") or fields["Version"]


def osv(identifier, package, fixed, ecosystem="Debian:12", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return {"schema_version": "1.6.0", "id": identifier, "modified": "2024-01-01T00:00:00Z", "published": "2024-01-01T00:00:00Z",
            "summary": f"A fault of {package}", "severity": [{"type": "CVSS_V3", "score": vector}],
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}


VECTORS = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
           "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"]


def build_database(folder, records):
    feed = pathlib.Path(folder) / "feed"
    feed.mkdir(parents=True)
    (feed / "advisories.json").write_text(json.dumps(records))
    database = pathlib.Path(folder) / "db"
    run(YAGURA, "db", "build", "--db", database, feed)
    return database


class Registry:
    """Debian's docker-registry on a port of its own choice on this machine, with its blobs in a folder."""

    def __init__(self, folder):
        need("docker-registry")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        (self.folder / "config.yml").write_text(json.dumps({
            "version": 0.1, "log": {"level": "warn"}, "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")},
                                                                    "delete": {"enabled": True}},
            "http": {"addr": "127.0.0.1:0", "secret": "none"}}))
        with open(self.folder / "log", "wb") as log:
            self.child = subprocess.Popen(["docker-registry", "serve", str(self.folder / "config.yml")], stdout=log, stderr=log)
        try:
            self.host = f"127.0.0.1:{self._port()}"
        except BaseException:
            self.stop()
            raise

    def _port(self):
        """The port that it listens on, asked of the kernel; returns once it answers."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                raise AssertionError("docker-registry: " + (self.folder / "log").read_text())
            for port in self._listening():
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                try:
                    connection.request("GET", "/v2/")
                    if connection.getresponse().status == 200:
                        return port
                except OSError:
                    pass
                finally:
                    connection.close()
            time.sleep(0.02)
        raise AssertionError("docker-registry does not answer")

    def _listening(self):
        sockets = set()
        try:
            for name in os.listdir(f"/proc/{self.child.pid}/fd"):
                target = os.readlink(f"/proc/{self.child.pid}/fd/{name}")
                if target.startswith("socket:["):
                    sockets.add(target[8:-1])
        except OSError:
            return []
        ports = []
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                ports.append(int(fields[1].split(":")[1], 16))
        return ports

    def blob(self, digest):
        kind, _, hexadecimal = digest.partition(":")
        return self.folder / "data/docker/registry/v2/blobs" / kind / hexadecimal[:2] / hexadecimal / "data"

    def stop(self):
        self.child.terminate()
        self.child.wait()


def skopeo_copy(source, target, *options):
    run("skopeo", "--insecure-policy", "copy", "--quiet", *options, source, target)
