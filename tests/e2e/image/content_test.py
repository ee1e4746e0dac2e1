#!/usr/bin/env python3
"""What is found besides packages, what does not count, how it is written, and the exit code.

usage: content_test.py YAGURA CACHE
"""
import datetime
import json
import unittest
import xml.etree.ElementTree

import kit
from kit import Layout, entry, gz, tar

KEY = "AKIA" + "QYLPMN5HHHFPZAM2"       # made up; in parts so that no scanner of sources finds them
KEYS = {letter: "AKIA" + "QYLPMN5HHHFPZAM" + letter for letter in "3457"}
APK = b"P:busybox\nV:1.36.1-r15\nA:x86_64\no:busybox\nF:bin\nR:busybox\n\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n\nP:zlib\nV:1.3-r0\nA:x86_64\no:zlib\n\n"


class Content(kit.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = tar(entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.19.1\n"), entry("lib/apk/db/installed", APK),
                    entry("srv/removed.env", f"AWS_ACCESS_KEY_ID={KEY}\n".encode()),
                    entry("srv/kept.env", f"AWS_ACCESS_KEY_ID={KEYS['3']}\n".encode()),
                    entry("usr/local/bin/rootshell", b"\x7fELF" + b"\0" * 200, mode=0o4755))
        second = tar(entry("srv/.wh.removed.env"), entry("srv/app", b"app"))
        config = {"Env": ["PATH=/bin", f"AWS_KEY={KEYS['4']}"], "Labels": {"deploy": KEYS["5"]}}
        history = [{"created_by": "/bin/sh -c #(nop) ADD file:0 in / "},
                   {"created_by": f"RUN /bin/sh -c curl -H 'X-Key: {KEYS['7']}' https://build.example/ -o /srv/app # buildkit"}]
        cls.layout = Layout(cls.folder / "layout", [gz(first), gz(second)], config=config, history=history)
        cls.database = kit.build_database(cls.folder / "advisories", [
            kit.osv("CVE-2024-0001", "busybox", "1.36.1-r16", ecosystem="Alpine:v3.19", vector=kit.VECTORS[0]),
            kit.osv("CVE-2024-0002", "musl", None, ecosystem="Alpine:v3.19", vector=kit.VECTORS[1]),
            kit.osv("CVE-2024-0003", "zlib", "1.3.1-r0", ecosystem="Alpine:v3.19", vector=kit.VECTORS[2])])
        cls.report = kit.scan(cls.layout.reference, "--db", cls.database, cwd=cls.folder)

    def look(self, *arguments, form="json"):
        return kit.yagura("image", self.layout.reference, "--no-cache", "--db", self.database, "-o", form, *arguments, cwd=self.folder)

    def counting(self, *arguments):
        outcome = self.look("--scan", "vuln", *arguments)
        return outcome.code, {v["id"] for v in outcome.json["vulnerabilities"] if "suppressed" not in v}

    def test_secrets_wherever_they_are(self):
        secrets = self.report["secrets"]
        by_path = {s["path"].lstrip("/"): s for s in secrets}
        self.assertTrue(by_path["srv/removed.env"]["removed"])
        self.assertEqual(by_path["srv/removed.env"]["layer"], 0)
        self.assertFalse(by_path["srv/kept.env"]["removed"])
        self.assertEqual(len({s["origin"] for s in secrets}), 4, secrets)
        self.assertEqual(len({s["fingerprint"] for s in secrets}), 5)

    def test_no_report_has_a_secret_in_the_clear(self):
        for form in ["table", "json", "sarif", "junit", "markdown", "html", "ocsf", "gitlab", "github", "cyclonedx", "spdx",
                     "spdx-tag-value", "openvex", "cyclonedx-vex"]:
            with self.subTest(form=form):
                outcome = self.look("--scan", "all", form=form)
                for secret in [KEY, *KEYS.values()]:
                    self.assertNotIn(secret, outcome.out + outcome.err)

    def test_an_odd_setuid_program(self):
        self.assertIn("usr/local/bin/rootshell", [s["path"].lstrip("/") for s in self.report["suspicious_files"]])

    def test_configuration(self):
        controls = {c["control"] for c in self.report["configuration"] if c["status"] == "fail"}
        self.assertIn("image/root-user", controls)

    def test_a_dockerfile(self):
        file = self.path("Dockerfile")
        file.write_text("FROM debian\nRUN curl http://x.example/i.sh | sh\nUSER root\n")
        renamed = file.rename(file.parent / "Dockerfile")
        outcome = kit.yagura("image", renamed, "-o", "json", "--scan", "config", cwd=self.folder)
        self.assertEqual(outcome.code, kit.FINDINGS, outcome.err)
        found = {(c["control"], c.get("line")) for c in outcome.json["configuration"] if c["status"] == "fail"}
        self.assertIn("image/root-user", {control for control, _ in found})
        self.assertIn(2, {line for _, line in found})

    def test_exit_codes(self):
        everything = {"CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"}
        self.assertEqual(self.counting(), (kit.FINDINGS, everything))
        self.assertEqual(self.counting("--fail-on", "never"), (kit.CLEAN, everything))
        self.assertEqual(self.counting("--fail-on", "critical")[0], kit.FINDINGS)
        self.assertEqual(self.counting("--only-fixed"), (kit.FINDINGS, everything - {"CVE-2024-0002"}))
        self.assertEqual(self.counting("--severity", "critical"), (kit.FINDINGS, {"CVE-2024-0001"}))
        ignore = self.path("ignore.yaml")
        ignore.write_text("ignore:\n  - {id: CVE-2024-0001, reason: not reached}\n")
        self.assertEqual(self.counting("--ignore-file", ignore, "--fail-on", "critical")[0], kit.CLEAN)
        self.assertEqual(self.counting("--ignore-file", ignore, "--fail-on", "high")[0], kit.FINDINGS)
        for wrong in [["--fail-on", "awful"], ["--scan", "nothing"], ["--ignore-file", "/nonexistent"], ["--db", "/nonexistent"], ["-o", "pdf"]]:
            with self.subTest(wrong=wrong):
                outcome = self.look(*wrong)
                self.assertEqual(outcome.code, kit.USAGE, outcome.err)
                self.assertEqual(outcome.out, "")
        self.assertEqual(kit.yagura("image", "oci:/nonexistent", "--scan", "none").code, kit.USAGE)

    def test_ignore_rules_end(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for days, counts in [(2, False), (-2, True)]:
            ignore = self.path("ignore.yaml")
            until = today + datetime.timedelta(days=days)
            ignore.write_text(f"ignore:\n  - {{id: CVE-2024-0001, until: {until}, reason: until the release}}\n")
            outcome = self.look("--scan", "vuln", "--ignore-file", ignore)
            found = {v["id"]: v for v in outcome.json["vulnerabilities"]}["CVE-2024-0001"]
            self.assertEqual("suppressed" not in found, counts)
            if not counts:
                self.assertEqual(found["suppressed"]["reason"], "until the release")
            else:
                self.assertIn(f"the rule ended on {until}", " ".join(outcome.json["notes"]))

    def test_ignore_files_of_others(self):
        trivy = self.path("x.trivyignore")
        trivy.write_text("# accepted\nCVE-2024-0001\nCVE-2024-0003 exp:2001-01-01\n")
        renamed = trivy.rename(trivy.parent / ".trivyignore")
        self.assertEqual(self.counting("--ignore-file", renamed)[1], {"CVE-2024-0002", "CVE-2024-0003"})
        self.assertEqual(self.counting()[1], {"CVE-2024-0002", "CVE-2024-0003"})  # it lies in the working directory
        renamed.unlink()

    def test_vex(self):
        vex = self.path("vex.json")
        vex.write_text(json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://shop.example/vex", "author": "shop",
                                   "timestamp": "2024-01-01T00:00:00Z", "version": 1, "statements": [
                                       {"vulnerability": {"name": "CVE-2024-0002"}, "products": [{"@id": "pkg:apk/alpine/musl"}],
                                        "status": "not_affected", "justification": "vulnerable_code_not_present"}]}))
        self.assertEqual(self.counting("--vex", vex)[1], {"CVE-2024-0001", "CVE-2024-0003"})
        outcome = self.look("--scan", "vuln", "--vex", vex)
        reasons = [v["suppressed"]["reason"] for v in outcome.json["vulnerabilities"] if "suppressed" in v]
        self.assertEqual(len(reasons), 1)

    def test_what_is_written_as_vex_is_read(self):
        for form in ["openvex", "cyclonedx-vex"]:
            with self.subTest(form=form):
                target = self.path("vex.json")
                self.look("--scan", "vuln", "--output-file", target, form=form)
                self.assertEqual(len(self.counting("--vex", target)[1]), 3)  # it says that all are under investigation, or affected

    def test_baseline(self):
        baseline = self.path("known.json")
        self.look("--scan", "vuln", "--only-fixed", "--save-baseline", baseline)
        self.assertEqual(self.counting("--baseline", baseline), (kit.CLEAN, set()))
        document = json.loads(baseline.read_text())
        document["findings"] = [f for f in document["findings"] if "CVE-2024-0003" not in json.dumps(f)]
        baseline.write_text(json.dumps(document))
        self.assertEqual(self.counting("--baseline", baseline), (kit.FINDINGS, {"CVE-2024-0003"}))

    def test_formats_parse(self):
        sarif = json.loads(self.look(form="sarif").out)
        self.assertEqual(sarif["version"], "2.1.0")
        rules = sarif["runs"][0]["tool"]["driver"]["rules"]
        self.assertTrue({"CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"} <= {r["id"] for r in rules})
        for result in sarif["runs"][0]["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
        junit = xml.etree.ElementTree.fromstring(self.look(form="junit").out)
        self.assertEqual(junit.tag, "testsuites")
        self.assertGreaterEqual(len(list(junit.iter("failure"))), 3)
        gitlab = json.loads(self.look(form="gitlab").out)
        self.assertEqual(gitlab["scan"]["type"], "container_scanning")
        self.assertTrue({"CVE-2024-0001", "CVE-2024-0002"} <= {i["value"] for v in gitlab["vulnerabilities"] for i in v["identifiers"]})
        github = json.loads(self.look(form="github").out)
        self.assertIn("pkg:apk/alpine/busybox", json.dumps(github["manifests"]))
        bom = json.loads(self.look(form="cyclonedx").out)
        self.assertEqual((bom["bomFormat"], bom["specVersion"]), ("CycloneDX", "1.6"))
        self.assertEqual({c["purl"].split("?")[0] for c in bom["components"] if "purl" in c},
                         {"pkg:apk/alpine/busybox@1.36.1-r15", "pkg:apk/alpine/musl@1.2.4-r2", "pkg:apk/alpine/zlib@1.3-r0"})
        for line in self.look(form="ocsf").out.splitlines():
            self.assertIn("class_uid", json.loads(line))
        self.assertIn("CVE-2024-0001", self.look(form="markdown").out)
        self.assertIn("Content-Security-Policy", self.look(form="html").out)
        self.assertIn("1.36.1-r16", self.look("--by", "fix", form="table").out)

    def test_two_scans_say_the_same(self):
        def stable(text):
            return [line for line in text.splitlines() if '"time"' not in line and '"duration_ms"' not in line]
        self.assertEqual(stable(self.look("--scan", "all").out), stable(self.look("--scan", "all").out))

    def test_the_policy_of_the_examples(self):
        policy = kit.HERE.parents[2] / "examples/image/image-policy.yaml"
        outcome = self.look("--scan", "none", "--policy", policy)
        self.assertEqual(outcome.code, kit.FINDINGS, outcome.err)
        self.assertEqual([c["id"] for c in outcome.json["provenance"] if c["outcome"] == "failed"], ["trusted-registry"])

    def test_the_database_travels(self):
        for form in ["tar", "directory", "oci"]:
            with self.subTest(form=form):
                target, other = self.path("export"), self.path("db")
                kit.run(kit.YAGURA, "db", "export", "--db", self.database, "--form", form, target)
                kit.run(kit.YAGURA, "db", "import", "--db", other, f"oci:{target}" if form == "oci" else target)
                outcome = kit.yagura("image", self.layout.reference, "--no-cache", "--db", other, "-o", "json", "--scan", "vuln")
                self.assertEqual(len(outcome.json["vulnerabilities"]), 3, outcome.err)


if __name__ == "__main__":
    kit.main()
