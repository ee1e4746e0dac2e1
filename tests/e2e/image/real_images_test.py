#!/usr/bin/env python3
"""Images of Debian as its own tools make, carry and serve them: one answer from wherever the image is read, and the answers of dpkg and apt.

usage: real_images_test.py YAGURA CACHE
"""
import json
import os
import shutil
import subprocess
import unittest

import kit
from kit import need, run, scan


def packages(report):
    return sorted((p["purl"], p["type"], p.get("path", "")) for p in report["packages"])


def findings(report):
    return sorted((v["id"], v["purl"], v.get("fixed_version", ""), v["severity"], v["fix_state"]) for v in report["vulnerabilities"])


def advisories_about(status):
    """Advisories about each third source package of a dpkg status file: fixed later, long fixed, not fixed."""
    sources = sorted({kit.source_of(fields) for fields in kit.stanzas(status)})
    records = []
    for number, (name, version) in enumerate(sources[::3]):
        fixed = [version + "+fix1", "0.0.1", None][number % 3]
        records.append(kit.osv(f"CVE-2024-{10000 + number}", name, fixed, vector=kit.VECTORS[number % 4]))
    records.append(kit.osv("GHSA-2222-3333-4444", "left-pad", "1.3.1", ecosystem="npm"))
    records.append(kit.osv("PYSEC-2024-1", "leaf", "2.0", ecosystem="PyPI"))
    return records


class Bookworm(kit.Case):
    """A minbase root with a second layer that adds files, and removes one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need("umoci", "skopeo", "tar")
        if os.getuid() != 0:
            raise unittest.SkipTest("root file systems are unpacked by root alone")
        cls.archive = kit.rootfs("bookworm")
        cls.layout = cls.folder / "layout"
        run("umoci", "init", "--layout", cls.layout)
        run("umoci", "new", "--image", f"{cls.layout}:app")
        run("umoci", "unpack", "--image", f"{cls.layout}:app", cls.folder / "bundle")
        cls.root = cls.folder / "bundle" / "rootfs"
        run("tar", "-C", cls.root, "--exclude=./dev/*", "-xf", cls.archive)
        run("umoci", "repack", "--refresh-bundle", "--image", f"{cls.layout}:app", cls.folder / "bundle")
        cls._second_layer()
        run("umoci", "repack", "--refresh-bundle", "--image", f"{cls.layout}:app", cls.folder / "bundle")
        run("umoci", "config", "--image", f"{cls.layout}:app", "--config.user", "1000", "--config.label", "team=shop")
        cls.status = (cls.root / "var/lib/dpkg/status").read_text()
        cls.database = kit.build_database(cls.folder / "advisories", advisories_about(cls.status))
        cls.from_layout = cls.look(f"oci:{cls.layout}:app")

    @classmethod
    def _second_layer(cls):
        module = cls.root / "srv/app/node_modules/left-pad"
        module.mkdir(parents=True)
        (module / "package.json").write_text('{"name": "left-pad", "version": "1.3.0", "license": "WTFPL"}')
        egg = cls.root / "usr/local/lib/python3.11/dist-packages/leaf-1.0.dist-info"
        egg.mkdir(parents=True)
        (egg / "METADATA").write_text("Metadata-Version: 2.1\nName: leaf\nVersion: 1.0\n")
        (cls.root / "etc/motd").unlink(missing_ok=True)
        (cls.root / "etc/debian_version").unlink()

    @classmethod
    def look(cls, reference, *arguments):
        return scan(reference, "--db", cls.database, *arguments, cwd=cls.folder)

    def same(self, report):
        self.assertEqual(packages(report), packages(self.from_layout))
        self.assertEqual(findings(report), findings(self.from_layout))
        self.assertEqual(report["incomplete"], [])

    def test_the_inventory_is_what_dpkg_query_lists(self):
        need("dpkg-query")
        form = "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n"
        listed = run("dpkg-query", f"--admindir={self.root}/var/lib/dpkg", "-W", "-f", form)
        expected = sorted(line.split(" ", 1)[1] for line in listed.splitlines() if line.startswith("installed "))
        seen = sorted(" ".join([p["name"], p["version"], p["architecture"], p.get("source", p["name"]),
                                p.get("source_version", p["version"])])
                      for p in self.from_layout["packages"] if p["type"] == "deb")
        self.assertGreater(len(expected), 80)
        self.assertEqual(seen, expected)

    def test_both_layers_count(self):
        report = self.from_layout
        self.assertEqual(len(report["image"]["layers"]), 2)
        self.assertEqual(report["image"]["distro"]["id"], "debian")
        self.assertEqual(report["image"]["distro"]["version_id"], "12")
        self.assertEqual({(p["purl"], p["layer"]) for p in report["packages"] if p["type"] != "deb"},
                         {("pkg:npm/left-pad@1.3.0", 1), ("pkg:pypi/leaf@1.0", 1)})
        self.assertEqual({p["layer"] for p in report["packages"] if p["type"] == "deb"}, {0})

    def test_findings_are_those_of_the_advisories(self):
        expected = set()
        for record in json.loads((self.folder / "advisories/feed/advisories.json").read_text()):
            affected = record["affected"][0]
            if not affected["package"]["ecosystem"].startswith("Debian"):
                continue
            fixed = affected["ranges"][0]["events"][-1].get("fixed", "")
            if fixed == "0.0.1":
                continue
            for fields in kit.stanzas(self.status):
                if kit.source_of(fields)[0] == affected["package"]["name"]:
                    expected.add((record["id"], fields["Package"], fixed))
        seen = {(v["id"], v["package"], v.get("fixed_version", "")) for v in self.from_layout["vulnerabilities"]
                if v["purl"].startswith("pkg:deb/")}
        self.assertGreater(len(expected), 20)
        self.assertEqual(seen, expected)
        others = {(v["id"], v["fixed_version"]) for v in self.from_layout["vulnerabilities"] if not v["purl"].startswith("pkg:deb/")}
        self.assertEqual(others, {("GHSA-2222-3333-4444", "1.3.1"), ("PYSEC-2024-1", "2.0")})

    def test_a_registry_serves_the_same_image(self):
        registry = kit.Registry(self.path("registry"))
        self.addCleanup(registry.stop)
        kit.skopeo_copy(f"oci:{self.layout}:app", f"docker://{registry.host}/team/shop:1", "--dest-tls-verify=false")
        report = self.look(f"{registry.host}/team/shop:1")
        self.same(report)
        self.assertEqual(report["image"]["digest"], self.from_layout["image"]["digest"])
        pinned = self.look(f"{registry.host}/team/shop@{report['image']['digest']}")
        self.same(pinned)

    def test_docker_archive(self):
        target = self.path("app.tar")
        kit.skopeo_copy(f"oci:{self.layout}:app", f"docker-archive:{target}:shop:1")
        report = self.look(f"docker-archive:{target}")
        self.same(report)
        self.assertEqual(report["image"]["config_digest"], self.from_layout["image"]["config_digest"])
        self.same(self.look(str(target)))
        run("gzip", "-1", target)
        self.same(self.look(f"{target}.gz"))

    def test_oci_archive(self):
        target = self.path("app.oci.tar")
        kit.skopeo_copy(f"oci:{self.layout}:app", f"oci-archive:{target}:app")
        self.same(self.look(f"oci-archive:{target}"))

    def test_zstd_layers(self):
        target = self.path("zstd")
        kit.skopeo_copy(f"oci:{self.layout}:app", f"oci:{target}:app", "--dest-compress-format=zstd", "--dest-compress")
        self.same(self.look(f"oci:{target}:app"))

    def test_root_file_system(self):
        self.same(self.look(f"rootfs:{self.root}"))

    def test_kept_layers_give_the_same_report(self):
        cache = self.path("cache")
        for _ in range(2):
            outcome = kit.yagura("image", f"oci:{self.layout}:app", "-o", "json", "--fail-on", "never", "--db", self.database,
                                 "--cache-dir", cache)
            self.assertEqual(outcome.code, kit.CLEAN, outcome.err)
            self.same(outcome.json)
            self.assertTrue(list(cache.iterdir()))

    def test_the_image_and_its_sbom_have_the_same_findings(self):
        for form, name in [("cyclonedx", "bom.cdx.json"), ("cyclonedx-1.5", "bom15.json"), ("cyclonedx-1.4", "bom14.json"),
                           ("spdx", "bom.spdx.json"), ("spdx-tag-value", "bom.spdx")]:
            with self.subTest(form=form):
                target = self.path(name)
                made = kit.yagura("image", f"oci:{self.layout}:app", "-o", form, "--output-file", target, "--no-cache")
                self.assertEqual(made.code, kit.CLEAN, made.err)
                report = self.look(f"sbom:{target}")
                self.assertEqual(findings(report), findings(self.from_layout))
                self.assertEqual(sorted(p["purl"] for p in report["packages"]), sorted(p["purl"] for p in self.from_layout["packages"]))
                self.assertEqual(findings(self.look(str(target))), findings(self.from_layout))


class Apt:
    """What `apt-get -s dist-upgrade` takes from the security suite is what is fixable, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need("apt-get", "tar")
        cls.archive = kit.rootfs(cls.suite)
        targets = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
        mirror = [line.split()[0] for line in targets.splitlines() if line.endswith("-security")]
        if not mirror:
            raise unittest.SkipTest("apt has no mirror of a security suite")
        cls.root = cls.folder / "root"
        cls.root.mkdir()
        run("tar", "-C", cls.root, "-xf", cls.archive, "./var/lib/dpkg", "./etc", "./usr/lib/os-release")
        state = cls.folder / "apt"
        for name in ["lists/partial", "cache/archives/partial", "parts"]:
            (state / name).mkdir(parents=True)
        keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (state / "sources.list").write_text(f"deb [signed-by={keyring}] {mirror[0]} {cls.suite}-security main\n")
        settings = {"Dir::State": state, "Dir::State::lists": state / "lists", "Dir::State::status": cls.root / "var/lib/dpkg/status",
                    "Dir::Cache": state / "cache", "Dir::Etc::sourcelist": state / "sources.list",
                    "Dir::Etc::sourceparts": state / "parts", "Dir::Etc::preferencesparts": state / "parts",
                    "Dir::Etc::preferences": state / "none", "Acquire::GzipIndexes": "false", "APT::Sandbox::User": "root",
                    "Acquire::Retries": 0, "Acquire::http::Timeout": 20}
        apt = ["apt-get", *(word for name, value in settings.items() for word in ["-o", f"{name}={value}"])]
        updated = subprocess.run([*apt, "update"], capture_output=True, check=False)
        index = list((state / "lists").glob("*_main_binary-*_Packages"))
        if updated.returncode != 0 or not index:
            raise unittest.SkipTest(f"no mirror that serves {cls.suite}-security is reachable")
        cls.newest = {fields["Package"]: fields for fields in kit.stanzas(index[0].read_text())}
        plan = run(*apt, "-s", "dist-upgrade")
        cls.outdated = {line.split()[1] for line in plan.splitlines() if line.startswith("Inst ") and " [" in line}
        cls.installed = list(kit.stanzas((cls.root / "var/lib/dpkg/status").read_text()))
        cls.fixed = sorted({kit.source_of(fields) for fields in cls.newest.values()})
        cls.database = kit.build_database(cls.folder / "advisories", [
            kit.osv(f"DSA-{number}-1", name, version, ecosystem=cls.ecosystem) for number, (name, version) in enumerate(cls.fixed, 1)])

    def fixable(self, root):
        report = scan(f"rootfs:{root}", "--scan", "vuln", "--db", self.database)
        self.assertEqual(len(report["packages"]), len(self.installed))
        return [finding for finding in report["vulnerabilities"] if finding["fix_state"] == "fixed"]

    def test_outdated_is_fixable_both_ways(self):
        source = {fields["Package"]: kit.source_of(fields)[0] for fields in self.installed}
        fixable = self.fixable(self.root)
        self.assertEqual({finding["package"] for finding in fixable}, self.outdated)
        for finding in fixable:
            self.assertIn((source[finding["package"]], finding["fixed_version"]), self.fixed)
        if not self.outdated:
            self.skipTest(f"nothing in {self.suite}-security is newer than {self.suite}")

    def test_nothing_is_left_once_it_is_upgraded(self):
        """The versions that apt would install, put into the status file, clear every finding."""
        root = self.path("upgraded")
        shutil.copytree(self.root, root, symlinks=True)
        out = []
        for fields in self.installed:
            if fields["Package"] in self.outdated:
                new = self.newest[fields["Package"]]
                fields = {name: value for name, value in fields.items() if name != "Source"}
                fields.update({name: new[name] for name in ["Version", "Source"] if name in new})
            out.append("".join(f"{name}: {value}\n" for name, value in fields.items()))
        (root / "var/lib/dpkg/status").write_text("\n".join(out))
        self.assertEqual(self.fixable(root), [])


class AptBookworm(Apt, kit.Case):
    suite, ecosystem = "bookworm", "Debian:12"


class AptBullseye(Apt, kit.Case):
    suite, ecosystem = "bullseye", "Debian:11"


if __name__ == "__main__":
    kit.main()
