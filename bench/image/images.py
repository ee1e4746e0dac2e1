"""Makes the images that image_bench.py measures, from this machine's own files: nothing is downloaded but Debian's
packages, by mmdebstrap, where it is installed and a mirror answers."""

import gzip
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile

# What a container of an application brings: packages of languages, programs, documents.
APPLICATION_TREES = ("usr/lib/python3", "usr/lib/python3.11", "usr/lib/node_modules", "usr/share/nodejs",
                     "usr/share/java", "usr/share/maven-repo", "usr/lib/go-1.19", "usr/lib/jvm", "usr/lib/ruby",
                     "usr/share/perl", "usr/share/doc", "usr/bin", "usr/lib/x86_64-linux-gnu", "usr/share")
BASE_TREES = ("usr/bin", "usr/sbin", "usr/lib/x86_64-linux-gnu", "usr/share")


def clean(info):
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


class Layer:
    """Adds files below / until the layer has `limit` bytes."""

    def __init__(self, path, limit):
        self.limit, self.size, self.seen = limit, 0, set()
        self.tar = tarfile.open(path, "w", format=tarfile.GNU_FORMAT)

    def add(self, path, limit=None):
        """True while there is room."""
        name = str(path).lstrip("/")
        if name in self.seen:
            return True
        self.seen.add(name)
        try:
            status = os.lstat(path)
            if not (os.path.isfile(path) or os.path.islink(path)):
                return True
            if self.size + status.st_size > (limit or self.limit):
                return status.st_size > 64 << 20  # one giant is left out, the rest may fit
            self.tar.add(path, arcname=name, recursive=False, filter=clean)
            self.size += 0 if os.path.islink(path) else status.st_size
        except OSError:
            pass
        return True

    def add_tree(self, root, share):
        """Of one tree at most `share` bytes."""
        end = min(self.limit, self.size + share)
        for directory, folders, files in os.walk(root):
            folders.sort()
            for file in sorted(files):
                if not self.add(os.path.join(directory, file), end):
                    return

    def close(self):
        self.tar.close()


def base_from_this_machine(path):
    layer = Layer(path, 165 << 20)
    for file in ("/etc/os-release", "/usr/lib/os-release", "/etc/debian_version", "/var/lib/dpkg/status"):
        layer.add(file)
    layer.add_tree("/var/lib/dpkg/info", 16 << 20)
    for tree in BASE_TREES:
        layer.add_tree("/" + tree, 40 << 20)
    layer.close()


def base_from_mirror(path):
    if shutil.which("mmdebstrap") is None:
        return False
    done = subprocess.run(["mmdebstrap", "--variant=minbase", "--mode=root", "bookworm", str(path)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600, check=False)
    return done.returncode == 0


def make_base(path, given):
    """The root file system of a small Debian, as an archive; says where it came from."""
    if given:
        if not path.exists():
            path.symlink_to(pathlib.Path(given).resolve())
        return given
    if path.exists():
        return str(path)
    if os.geteuid() == 0 and base_from_mirror(path):
        return "mmdebstrap, minbase"
    base_from_this_machine(path)
    return "a part of this machine's files, with all of its package database"


def make_application(path, megabytes):
    if path.exists():
        return
    layer = Layer(path, megabytes << 20)
    share = (megabytes << 20) // 10
    for tree in APPLICATION_TREES:
        layer.add_tree("/" + tree, share)
    layer.add_tree("/usr/local", 4 * share)
    layer.add_tree("/usr/lib", layer.limit)
    layer.close()


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return "sha256:" + digest.hexdigest()


def compress(source, target):
    with open(source, "rb") as read, gzip.open(target, "wb", compresslevel=6) as write:
        shutil.copyfileobj(read, write, 1 << 20)


def write_blob(layout, text):
    digest = hashlib.sha256(text).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(text)
    return {"digest": "sha256:" + digest, "size": len(text)}


def make_layout(layout, archives, compressed=True):
    """An OCI layout of these archives, one a layer."""
    if (layout / "index.json").exists():
        return
    blobs = layout / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    layers, diff_ids = [], []
    for archive in archives:
        made = layout / "blob"
        if compressed:
            compress(archive, made)
        else:
            shutil.copyfile(archive, made)
        digest = digest_of(made)
        made.rename(blobs / digest.removeprefix("sha256:"))
        media = "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if compressed else "")
        layers.append({"mediaType": media, "digest": digest,
                       "size": (blobs / digest.removeprefix("sha256:")).stat().st_size})
        diff_ids.append(digest_of(archive))
    config = write_blob(layout, json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/sh"]},
                                            "rootfs": {"type": "layers", "diff_ids": diff_ids}}).encode())
    manifest = write_blob(layout, json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config}, "layers": layers}).encode())
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (layout / "index.json").write_text(json.dumps({
        "schemaVersion": 2,
        "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", **manifest}]}))
