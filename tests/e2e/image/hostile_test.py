#!/usr/bin/env python3
"""Images that nobody should have made: bounded time and memory, never a crash, what was not seen is said, the rest is scanned.

usage: hostile_test.py YAGURA CACHE
"""
import gzip
import io
import os
import struct
import tarfile
import tempfile
import unittest
import zipfile
import zlib

import kit
from kit import Layout, entry, gz, tar

KEY = "AKIA" + "QYLPMN5HHHFPZAM2"  # made up; in two parts so that no scanner of sources finds it
DPKG = b"Package: right\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\nDescription: x\n\n"
MAX_RSS_MIB = 256


def canary():
    """A layer of an ordinary image, whose package each scan must still find."""
    return gz(tar(entry("etc/os-release", b'ID=debian\nVERSION_ID="12"\n'), entry("var/lib/dpkg/status", DPKG)))


def raw_header(name, size, kind=b"0", mode=b"0000644\0", link=b"", prefix=b"", size_field=None):
    """A header of our own, for what tarfile refuses to write."""
    size_field = size_field if size_field is not None else b"%011o\0" % size
    block = bytearray(name.ljust(100, b"\0")[:100] + mode + b"0000000\0" * 2 + size_field + b"00000000000\0" + b" " * 8 + kind +
                      link.ljust(100, b"\0")[:100] + b"ustar\x0000" + b"root".ljust(32, b"\0") * 2 + b"0000000\0" * 2 +
                      prefix.ljust(155, b"\0")[:155])
    block = block.ljust(512, b"\0")
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def member(name, data=b"", **fields):
    return raw_header(name, len(data), **fields) + data + b"\0" * (-len(data) % 512)


END = b"\0" * 1024


class Hostile(kit.Case):
    def look(self, *layers, sections="vuln,secret,malware,config", config=None, diff_ids=None, rss=MAX_RSS_MIB):
        """Scans the canary's layer with these on top; the report. Whatever the layers are, this much must hold."""
        layout = Layout(self.path("layout"), [canary(), *layers], config=config, diff_ids=diff_ids)
        return self.look_at(layout.reference, sections, rss)

    def look_at(self, reference, sections="vuln,secret,malware,config", rss=MAX_RSS_MIB):
        database = getattr(type(self), "database", None)
        if database is None:
            type(self).database = database = kit.build_database(self.folder / "advisories", [kit.osv("CVE-2024-1", "right", "2.0-1")])
        outcome = kit.yagura("image", reference, "-o", "json", "--fail-on", "never", "--no-cache", "--scan", sections,
                             "--db", database, limit=120)
        self.assertEqual(outcome.code, kit.CLEAN, outcome.err[-2000:])
        self.assertLess(outcome.max_rss_mib, rss * (4 if kit.is_sanitized() else 1))
        report = outcome.json
        self.assertIn("right", [p["name"] for p in report["packages"]])
        if "vuln" in sections:
            self.assertIn("CVE-2024-1", [v["id"] for v in report["vulnerabilities"]])
        return report

    def incomplete(self, report, text=""):
        self.assertTrue([line for line in report["incomplete"] if text in line], report["incomplete"])

    def secret_paths(self, report):
        return {s["path"].lstrip("/") for s in report["secrets"]}

    # --- names and links ---

    def test_names_that_climb_out(self):
        text = f"aws_access_key_id = {KEY}\n".encode()
        report = self.look(member(b"../../../../etc/cron.d/up", text) + member(b"/absolute", text) + member(b"a/../../b", text) +
                           member(b"./.././x", text) + member(b"..", text) + member(b"", text) + member(b"nul\0led", text) +
                           member(b"srv/right.txt", text) + END)
        self.incomplete(report)
        self.assertIn("srv/right.txt", self.secret_paths(report))
        for path in self.secret_paths(report):
            self.assertNotIn("..", path.split("/"))

    def test_nothing_is_written_outside(self):
        before = set(os.listdir("/")) | set(os.listdir(tempfile.gettempdir()))
        text = b"x" * (6 << 20)
        self.look(member(b"../../../../yagura-was-here", text) + member(b"/yagura-was-here", text) +
                  raw_header(b"link", 0, kind=b"2", link=b"/") + member(b"link/yagura-was-here", text) + END)
        after = set(os.listdir("/")) | set(os.listdir(tempfile.gettempdir()))
        self.assertEqual([name for name in after - before if "yagura-was-here" in name], [])

    def test_links_out_of_the_root_are_not_followed(self):
        """dpkg's database as links to the machine's own."""
        layer = (raw_header(b"var/lib/dpkg/status.d", 0, kind=b"2", link=b"/var/lib/dpkg") +
                 raw_header(b"etc/shadow", 0, kind=b"2", link=b"../../../../../../etc/shadow") +
                 raw_header(b"lib/apk/db/installed", 0, kind=b"2", link=b"/lib/apk/db/installed") +
                 raw_header(b"loop", 0, kind=b"2", link=b"loop") + raw_header(b"ring1", 0, kind=b"2", link=b"ring2") +
                 raw_header(b"ring2", 0, kind=b"2", link=b"ring1") + raw_header(b"hard", 0, kind=b"1", link=b"../../etc/passwd") +
                 raw_header(b"self", 0, kind=b"1", link=b"self") + END)
        self.assertEqual([p["name"] for p in self.look(layer)["packages"]], ["right"])

    def test_root_file_systems_with_links_out(self):
        root = self.path("root")
        (root / "var/lib/dpkg").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "var/lib/dpkg/status").write_bytes(DPKG)
        (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
        outside = self.path("outside")
        outside.mkdir()
        (outside / "secret.txt").write_text(f"aws_access_key_id = {KEY}\n")
        (root / "out").symlink_to(outside)
        (root / "up").symlink_to("/")
        (root / "loop").symlink_to("loop")
        os.mkfifo(root / "pipe")
        report = self.look_at(f"rootfs:{root}")
        self.assertEqual(report["secrets"], [])
        self.assertEqual([p["name"] for p in report["packages"]], ["right"])

    def test_device_nodes_and_odd_kinds(self):
        kinds = [b"3", b"4", b"6", b"7", b"K", b"V", b"M", b"Z", b"\xff", b"S"]
        layer = b"".join(raw_header(b"dev/node%d" % i, 0, kind=kind) for i, kind in enumerate(kinds))
        report = self.look(layer + member(b"srv/right.txt", f"aws_access_key_id = {KEY}\n".encode()) + END)
        self.assertTrue("srv/right.txt" in self.secret_paths(report) or report["incomplete"])

    def test_duplicate_entries_the_last_counts(self):
        other = DPKG.replace(b"right", b"wrong")
        report = self.look(tar(entry("var/lib/dpkg/status", other), entry("var/lib/dpkg/status", DPKG)))
        self.assertEqual([p["name"] for p in report["packages"]], ["right"])

    def test_whiteouts_of_odd_places(self):
        self.look(tar(entry(".wh..wh..opq"), entry(".wh..", b""), entry("etc/.wh.", b""), entry("var/lib/dpkg/status", DPKG),
                      entry("etc/.wh..wh.x", b""), entry("etc/os-release", b'ID=debian\nVERSION_ID="12"\n')))

    # --- headers ---

    def pax(self, records):
        body = b""
        for key, value in records:
            size = len(key) + len(value) + 3
            while len(b"%d" % size) + len(key) + len(value) + 3 != size:
                size = len(b"%d" % size) + len(key) + len(value) + 3
            body += b"%d %s=%s\n" % (size, key, value)
        return member(b"pax", body, kind=b"x")

    def test_pax_oddities(self):
        ordinary = member(b"srv/right.txt", b"text")
        for records in [[(b"size", b"99999999999999999999")], [(b"size", b"-1")], [(b"path", b"../../etc/x")], [(b"path", b"")],
                        [(b"path", b"a\0b")], [(b"path", b"p/" * 3000)], [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0")],
                        [(b"GNU.sparse.map", b"0,1,5,18446744073709551615")], [(b"linkpath", b"x" * 70000)],
                        [(b"uid", b"999999999999999999999999")], [(b"mtime", b"nan")]]:
            with self.subTest(records=[(k, v[:20]) for k, v in records]):
                self.look(self.pax(records) + ordinary + END)
        for body in [b"", b"5", b"99999 path=x\n", b"0 a=b\n", b"-5 a=b\n", b"7 path\n", b"\xff" * 600, b"4 =\n" * 50000]:
            with self.subTest(body=body[:10]):
                self.look(member(b"pax", body, kind=b"x") + ordinary + END)
        with self.subTest("a global header of many"):
            self.look(member(b"g", b"9 a=bcde\n" * 100000, kind=b"g") * 3 + ordinary + END)
        with self.subTest("headers about headers"):
            self.look(self.pax([(b"path", b"x")]) * 5000 + member(b"long", b"n" * 4000, kind=b"L") * 5000 + ordinary + END)

    def test_sparse_files(self):
        huge = b"\x80" + b"\0" * 3 + struct.pack(">Q", 1 << 62)
        block = bytearray(raw_header(b"sparse", 512, kind=b"S"))
        block[386:398], block[398:410] = b"00000000000\0", b"00000001000\0"
        block[483:495] = huge
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        self.look(bytes(block) + b"d" * 512 + member(b"srv/a", b"b") + END)

    def test_sizes_that_lie(self):
        for field in [b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"\x80" + b"\0" * 3 + struct.pack(">Q", 1 << 63), b"-0000000001\0"]:
            with self.subTest(field=field):
                report = self.look(raw_header(b"srv/lie", 0, size_field=field) + b"short" + b"\0" * 507)
                self.incomplete(report)

    def test_noise_instead_of_an_archive(self):
        for noise in [b"", b"\0" * 512, b"\0" * 5000, os.urandom(100000), b"PK\x03\x04" + b"x" * 3000, b"<html>" * 1000]:
            with self.subTest(noise=noise[:6], size=len(noise)):
                self.look(noise)

    # --- compression ---

    def test_truncated_and_damaged_gzip(self):
        text = f"aws_access_key_id = {KEY}\n".encode()
        plain = tar(entry("srv/right.txt", text), entry("srv/rest", os.urandom(200000)))
        whole = gz(plain)
        for name, data in [("cut", whole[:len(whole) // 2]), ("no trailer", whole[:-8]), ("wrong crc", whole[:-8] + b"\0" * 8),
                           ("damaged", whole[:150000] + b"\xff" * 64 + whole[150064:])]:
            with self.subTest(name):
                report = self.look(data, diff_ids=[kit.sha256(gzip.decompress(canary())), kit.sha256(plain)])
                self.incomplete(report)
                self.assertIn("srv/right.txt", self.secret_paths(report))

    def test_a_bomb_by_its_ratio(self):
        """10 GiB of zeros: a tar entry in 10 MB of gzip."""
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        size = 10 << 30
        out = [packer.compress(raw_header(b"srv/zeros", 0, size_field=b"\x80" + b"\0" * 3 + struct.pack(">Q", size)))]
        # The same MiB of zeros again and again: compressed once, and repeated.
        out.append(packer.flush(zlib.Z_FULL_FLUSH))
        part = zlib.compressobj(9, zlib.DEFLATED, -15)
        zeros = part.compress(b"\0" * (1 << 20)) + part.flush(zlib.Z_FULL_FLUSH)
        body = b"".join(out) + zeros * (size >> 20) + b"\x03\x00" + b"\0" * 8
        report = self.look(body, diff_ids=[kit.sha256(gzip.decompress(canary())), "sha256:" + "0" * 64], sections="vuln,secret")
        self.incomplete(report)

    def test_a_bomb_of_many_members(self):
        report = self.look(gz(b"") * 200000, diff_ids=[kit.sha256(gzip.decompress(canary())), kit.sha256(b"")], sections="vuln")
        self.assertIsNotNone(report)

    def test_a_million_tiny_entries(self):
        header = raw_header(b"srv/n/%07d", 0)
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as archive:
            for begin in range(0, 1_000_000, 10_000):
                archive.write(b"".join(raw_header(b"srv/n/%07d" % i, 0) for i in range(begin, begin + 10_000)))
            archive.write(END)
        self.assertEqual(len(header), 512)
        report = self.look(buffer.getvalue(), sections="vuln,secret", rss=512)
        self.incomplete(report)

    # --- archives in archives ---

    def jar(self, *files):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files:
                archive.writestr(name, data)
        return buffer.getvalue()

    def test_jars_in_jars(self):
        nested = self.jar(("META-INF/maven/a/b/pom.properties", b"groupId=a\nartifactId=b\nversion=1.0\n"))
        for depth in range(30):
            nested = self.jar((f"lib/{depth}.jar", nested), ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"))
        ordinary = self.jar(("META-INF/maven/org.good/lib/pom.properties", b"groupId=org.good\nartifactId=lib\nversion=1.0\n"))
        report = self.look(tar(entry("srv/deep.jar", nested), entry("srv/good.jar", ordinary)))
        self.incomplete(report)
        self.assertIn("pkg:maven/org.good/lib@1.0", [p["purl"] for p in report["packages"]])

    def test_a_jar_that_is_a_bomb(self):
        bomb = self.jar(*[(f"{i}.jar", b"\0" * (64 << 20)) for i in range(8)])
        self.look(tar(entry("srv/bomb.jar", bomb)))

    def test_zip64_and_directories_that_lie(self):
        ordinary = self.jar(("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"))
        at = ordinary.rindex(b"PK\x05\x06")
        zip64 = (b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1 << 63, 1 << 63, 1 << 62, 1 << 62) +
                 b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1))
        lies = [ordinary[:at] + zip64 + b"PK\x05\x06" + b"\xff" * 16 + b"\0\0",
                ordinary[:at] + b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff\xff\xff" + b"\xff" * 8 + b"\0\0",
                ordinary[:-10], b"PK\x05\x06" + b"\0" * 18, ordinary[: len(ordinary) // 2]]
        report = self.look(tar(*[entry(f"srv/{i}.jar", data) for i, data in enumerate(lies)]))
        self.assertIsNotNone(report)

    # --- databases of packages ---

    def test_damaged_databases(self):
        noise = [b"\xff\xfe" * 5000, b"Package: " + b"x" * 2_000_000, b"P:\nV:\n" * 100000, b"\0" * 100000, b"Package\n" * 1000,
                 b"SQLite format 3\0" + os.urandom(50000), b"\x00" * 12 + b"\x61\x15\x06\x00" + os.urandom(8192), b"RpmP" + os.urandom(9000),
                 b"{" * 200000, b"[" * 200000, b'{"dependencies": ' * 50000]
        places = ["var/lib/dpkg/status.d/broken", "lib/apk/db/installed", "var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite",
                  "usr/lib/sysimage/rpm/Packages.db", "srv/package-lock.json", "srv/yarn.lock", "srv/pom.xml", "srv/Cargo.lock",
                  "srv/poetry.lock", "srv/go.mod", "srv/Gemfile.lock", "srv/composer.lock", "srv/app.deps.json", "srv/pnpm-lock.yaml",
                  "usr/lib/python3/dist-packages/x-1.dist-info/METADATA"]
        for number, data in enumerate(noise):
            with self.subTest(noise=data[:12]):
                self.look(tar(*[entry(place, data) for place in places]))

    def test_a_broken_paragraph_leaves_the_others(self):
        status = DPKG + b"Package: \nVersion\n: x\n\n" + b"\xff\xfe\n\n" + DPKG.replace(b"right", b"second")
        report = self.look(tar(entry("var/lib/dpkg/status", status)))
        self.assertLessEqual({"right", "second"}, {p["name"] for p in report["packages"]})

    def test_very_many_packages(self):
        many = b"".join(b"Package: p%d\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n" % i for i in range(300_000))
        report = self.look(gz(tar(entry("var/lib/dpkg/status", DPKG + many))), sections="vuln", rss=1024)
        self.assertTrue(len(report["packages"]) == 300_001 or report["incomplete"], len(report["packages"]))

    def test_configuration_of_odd_types(self):
        for config in [{"Env": ["=", "A", "\0=\0"], "Labels": {"": ""}}, {"User": "0" * 100000}, {"ExposedPorts": {"99999999/tcp": {}, "": {}}},
                       {"Entrypoint": [], "Cmd": [""] * 1000}, {"Env": ["A=" + "x" * 1000000]}]:
            with self.subTest(config=str(config)[:60]):
                self.look(config=config)


if __name__ == "__main__":
    kit.main()
