#!/usr/bin/env python3
"""--offline: not one packet, and a registry's name is refused before any socket is made. Told by strace, and by a network namespace that has nothing.

usage: offline_test.py YAGURA CACHE
"""
import re
import shutil
import subprocess
import unittest

import kit
from kit import Layout, entry, gz, tar

SOCKET = re.compile(r"\b(socket|connect|sendto|sendmsg|bind)\(([^\n]*)")


class Offline(kit.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        layer = gz(tar(entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.19.1\n"),
                       entry("lib/apk/db/installed", b"P:busybox\nV:1.36.1-r15\nA:x86_64\no:busybox\n\n")))
        cls.layout = Layout(cls.folder / "layout", [layer])
        cls.database = kit.build_database(cls.folder / "advisories",
                                          [kit.osv("CVE-2024-0001", "busybox", "1.36.1-r16", ecosystem="Alpine:v3.19")])

    def look(self, *arguments, prefix=(), env=None):
        return kit.yagura("image", *arguments, "-o", "json", "--offline", "--db", self.database, prefix=prefix, cwd=self.folder, env=env)

    def traced(self, *arguments):
        """The outcome, and every call of the program that has to do with sockets but not with those of this machine alone."""
        if shutil.which("strace") is None:
            self.skipTest("no strace")
        probe = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("strace may trace nothing here")
        log = self.path("strace")
        outcome = self.look(*arguments, prefix=["strace", "-f", "-e", "trace=network", "-o", log], env=kit.TRACED)
        return outcome, [match.group(0) for match in SOCKET.finditer(log.read_text())]

    def test_a_scan_of_a_layout_makes_no_socket(self):
        outcome, calls = self.traced(self.layout.reference)
        self.assertEqual(outcome.code, kit.FINDINGS, outcome.err)
        self.assertEqual([v["id"] for v in outcome.json["vulnerabilities"]], ["CVE-2024-0001"])
        self.assertEqual(calls, [])

    def test_names_of_registries_are_refused_before_any_socket(self):
        for name in ["registry.invalid/team/app:1", "nginx:1.25", "localhost:5000/app", "docker://alpine", "registry:alpine@sha256:" + "0" * 64]:
            with self.subTest(name=name):
                outcome, calls = self.traced(name)
                self.assertEqual(outcome.code, kit.USAGE, outcome.err)
                self.assertIn("network", outcome.err)
                self.assertEqual(calls, [])

    def test_names_are_looked_up_with_a_network(self):
        """What the trace would show: without --offline the same name makes sockets."""
        if shutil.which("strace") is None:
            self.skipTest("no strace")
        log = self.path("strace")
        outcome = kit.yagura("image", "127.0.0.1:1/app", "--scan", "none", "-o", "json", cwd=self.folder,
                             prefix=["strace", "-f", "-e", "trace=network", "-o", log], env=kit.TRACED)
        if not log.exists() or not log.read_text():
            self.skipTest("strace may trace nothing here")
        self.assertEqual(outcome.code, kit.USAGE)
        self.assertTrue(SOCKET.search(log.read_text()))

    def test_the_database_is_not_fetched(self):
        for command in [["db", "update", "--url", "https://advisories.invalid/"], ["db", "import", "registry.invalid/advisories:1"]]:
            with self.subTest(command=command):
                outcome = kit.yagura(*command, "--offline", "--db", self.path("db"))
                self.assertEqual(outcome.code, kit.USAGE, outcome.err)

    def test_in_a_namespace_without_interfaces(self):
        need = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False) if shutil.which("unshare") else None
        if need is None or need.returncode != 0:
            self.skipTest("no network namespaces here")
        outcome = self.look(self.layout.reference, prefix=["unshare", "-n"])
        self.assertEqual(outcome.code, kit.FINDINGS, outcome.err)
        self.assertEqual([v["fixed_version"] for v in outcome.json["vulnerabilities"]], ["1.36.1-r16"])


if __name__ == "__main__":
    kit.main()
