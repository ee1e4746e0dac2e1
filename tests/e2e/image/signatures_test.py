#!/usr/bin/env python3
"""Signatures as the real cosign ($YAGURA_COSIGN, or on the PATH) makes them, in a real registry: what it signed is verified, one changed bit is refused.

usage: signatures_test.py YAGURA CACHE
"""
import json
import os
import shutil
import subprocess
import unittest

import kit
from kit import Layout, entry, gz, need, run, tar


class Signatures(kit.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need("docker-registry", "skopeo", "openssl")
        cls.cosign = os.environ.get("YAGURA_COSIGN") or shutil.which("cosign")
        if not cls.cosign:
            raise unittest.SkipTest("no cosign: neither on the PATH nor in $YAGURA_COSIGN")
        # Since 3.0: bundles as referrers, and a file that says which services are asked (here none).
        cls.new = "--signing-config" in run(cls.cosign, "sign", "--help")
        cls.registry = kit.Registry(cls.folder / "registry")
        cls.addClassCleanup(cls.registry.stop)
        cls.environment = {**os.environ, "COSIGN_PASSWORD": "", "HOME": str(cls.folder), "DOCKER_CONFIG": str(cls.folder / "none")}
        for name in ["right", "wrong"]:
            cls.tool("generate-key-pair", "--output-key-prefix", name)
        cls.certificates()
        (cls.folder / "signing.json").write_text('{"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"}')
        layer = gz(tar(entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.19.1\n"), entry("srv/app", b"app")))
        cls.layout = Layout(cls.folder / "layout", [layer])

    @classmethod
    def tool(cls, *arguments):
        done = subprocess.run([cls.cosign, *map(str, arguments)], cwd=cls.folder, env=cls.environment, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"cosign {' '.join(map(str, arguments))}: {done.stderr.decode(errors='replace')}")

    @classmethod
    def certificates(cls):
        """An authority of one's own, and a certificate of its for build@shop.example."""
        def ssl(*arguments):
            run("openssl", *arguments, cwd=cls.folder)
        for name in ["ca", "other-ca"]:
            ssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key",
                "-days", "30", "-subj", "/CN=own authority", "-out", f"{name}.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        cls.tool("generate-key-pair", "--output-key-prefix", "leaf")
        (cls.folder / "leaf.cnf").write_text("keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n"
                                             "subjectAltName=email:build@shop.example\n")
        ssl("x509", "-new", "-force_pubkey", "leaf.pub", "-subj", "/O=shop", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20",
            "-extfile", "leaf.cnf", "-out", "leaf.pem", "-set_serial", "7")

    def pushed(self, name):
        place = f"{self.registry.host}/{name}"
        kit.skopeo_copy(f"{self.layout.reference}:latest", f"docker://{place}:1", "--dest-tls-verify=false")
        return place, f"{place}@{self.layout.manifest['digest']}"

    def sign(self, reference, *arguments):
        how = ["--signing-config", "signing.json"] if self.new else ["--tlog-upload=false"]
        self.tool("sign", "--yes", *how, *arguments, reference)

    def look(self, reference, *arguments):
        outcome = kit.yagura("image", reference, "-o", "json", "--scan", "provenance", "--no-cache", *arguments, cwd=self.folder)
        self.assertIn(outcome.code, [kit.CLEAN, kit.FINDINGS], outcome.err)
        return outcome

    def verified(self, reference, *arguments):
        outcome = self.look(reference, *arguments)
        self.assertEqual(outcome.code, kit.CLEAN, outcome.json["provenance"])
        return [check for check in outcome.json["provenance"] if check["outcome"] == "verified" and check["id"] != "digest-chain"]

    def refused(self, reference, *arguments):
        outcome = self.look(reference, *arguments)
        failed = [check for check in outcome.json["provenance"] if check["outcome"] == "failed"]
        self.assertEqual(outcome.code, kit.FINDINGS, outcome.json["provenance"])
        self.assertTrue(failed)
        return " ".join(check["title"] + " " + check.get("detail", "") for check in failed)

    def test_by_key(self):
        place, reference = self.pushed("by-key")
        self.assertIn("sign", self.refused(f"{place}:1", "--key", "right.pub"))
        self.sign(reference, "--key", "right.key")
        self.assertTrue(self.verified(f"{place}:1", "--key", "right.pub"))
        self.assertTrue(self.verified(reference, "--key", "right.pub"))
        self.assertTrue(self.verified(f"{place}:1", "--key", "wrong.pub", "--key", "right.pub"))
        self.assertTrue(self.refused(f"{place}:1", "--key", "wrong.pub"))
        self.assertTrue(self.refused(f"{place}:1", "--key", "right.pub", "--require-log"))

    def test_another_images_signature_is_none_of_this(self):
        """Signatures are copied to another image's place: they speak of another digest."""
        place, reference = self.pushed("copied")
        self.sign(reference, "--key", "right.key")
        other = Layout(self.path("other"), [gz(tar(entry("srv/app", b"evil")))])
        kit.skopeo_copy(f"{other.reference}:latest", f"docker://{place}:evil", "--dest-tls-verify=false")
        hexadecimal = self.layout.manifest["digest"].removeprefix("sha256:")
        target = other.manifest["digest"].removeprefix("sha256:")
        tag = f"sha256-{hexadecimal}" + ("" if self.new else ".sig")
        if self.new:
            # The list of what refers to the image, put where that of the other is looked for.
            manifests = self.registry.folder / "data/docker/registry/v2/repositories/copied/_manifests/tags"
            shutil.copytree(manifests / tag, manifests / f"sha256-{target}")
        else:
            kit.skopeo_copy(f"docker://{place}:{tag}", f"docker://{place}:sha256-{target}.sig", "--src-tls-verify=false",
                            "--dest-tls-verify=false")
        self.assertTrue(self.refused(f"{place}:evil", "--key", "right.pub"))

    def test_by_certificate_of_an_own_authority(self):
        if self.new:
            self.skipTest("this cosign signs with certificates of Fulcio alone")
        place, reference = self.pushed("by-certificate")
        self.sign(reference, "--key", "leaf.key", "--certificate", "leaf.pem", "--certificate-chain", "ca.pem")
        right = ["--ca-roots", "ca.pem", "--certificate-identity", "build@shop.example"]
        self.assertTrue(self.verified(f"{place}:1", *right))
        self.assertTrue(self.verified(f"{place}:1", "--ca-roots", "ca.pem", "--certificate-identity-regexp", r".*@shop\.example"))
        self.assertTrue(self.refused(f"{place}:1", "--ca-roots", "other-ca.pem", "--certificate-identity", "build@shop.example"))
        self.assertTrue(self.refused(f"{place}:1", "--ca-roots", "ca.pem", "--certificate-identity", "build@evil.example"))

    def test_one_changed_bit(self):
        """In each blob that the registry got for the signature: its payload or bundle, its manifest."""
        _, reference = self.pushed("changed")
        blobs = self.registry.folder / "data/docker/registry/v2/blobs/sha256"
        before = set(blobs.glob("*/*/data"))
        self.sign(reference, "--key", "right.key", "-a", "nonce=changed")
        self.assertTrue(self.verified(reference, "--key", "right.pub"))
        made = sorted(set(blobs.glob("*/*/data")) - before)
        self.assertTrue(made)
        touched = 0
        for blob in made:
            right = blob.read_bytes()
            # The artifact's configuration says nothing about a signature, and nobody reads it.
            if right == b"{}" or right.startswith(b'{"architecture":""'):
                continue
            for at in {len(right) // 4, len(right) // 2, 3 * len(right) // 4}:
                with self.subTest(blob=right[:60], at=at):
                    blob.write_bytes(right[:at] + bytes([right[at] ^ 1]) + right[at + 1:])
                    outcome = kit.yagura("image", reference, "-o", "json", "--scan", "provenance", "--no-cache", "--key", "right.pub",
                                         cwd=self.folder)
                    verdict = [c for c in outcome.json["provenance"] if c["id"] != "digest-chain"] if outcome.out else []
                    # The list of referrers is an index whose other members (annotations) say nothing about the signature.
                    if b'"manifests"' not in right:
                        self.assertIn(outcome.code, [kit.FINDINGS, kit.USAGE], verdict)
                        touched += 1
                    blob.write_bytes(right)
        self.assertGreater(touched, 2)
        self.assertTrue(self.verified(reference, "--key", "right.pub"))

    def test_a_changed_layer(self):
        place, reference = self.pushed("layer")
        self.sign(reference, "--key", "right.key")
        digest = self.layout.layers[0]["digest"]
        blob = self.registry.blob(digest)
        right = blob.read_bytes()
        try:
            blob.write_bytes(right[:-20] + bytes([right[-20] ^ 1]) + right[-19:])
            outcome = kit.yagura("image", f"{place}:1", "-o", "json", "--scan", "provenance", "--no-cache", "--key", "right.pub", cwd=self.folder)
            self.assertEqual(outcome.code, kit.USAGE, outcome.out)
            self.assertIn(digest, outcome.err)
        finally:
            blob.write_bytes(right)

    def test_a_policy(self):
        place, reference = self.pushed("team/shop")
        self.sign(reference, "--key", "right.key")

        def policy(text):
            target = self.path("policy.yaml")
            target.write_text("apiVersion: yagura.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: test}\nspec:\n" + text)
            return ["--policy", target]
        host = self.registry.host
        signed = f'  images:\n  - match: ["{host}/team/*"]\n    signedBy: {{keys: [right.pub]}}\n'
        self.assertTrue(self.verified(f"{place}:1", *policy(f'  trustedRegistries: ["{host}/*"]\n' + signed)))
        self.assertTrue(self.refused(f"{place}:1", *policy('  trustedRegistries: ["registry.example/*"]\n' + signed)))
        self.assertTrue(self.refused(f"{place}:1", *policy("  requireDigest: true\n" + signed)))
        self.assertTrue(self.verified(reference, *policy("  requireDigest: true\n" + signed)))
        self.assertTrue(self.refused(reference, *policy(signed + "    attestations: [{predicateType: 'https://slsa.dev/provenance/*'}]\n")))
        kind = "https://slsa.dev/provenance/v1"
        (self.folder / "predicate.json").write_text(json.dumps({
            "buildDefinition": {"buildType": "https://build.example/type", "externalParameters": {},
                                "resolvedDependencies": [{"uri": "git+https://git.example/shop@refs/heads/main",
                                                          "digest": {"gitCommit": "0" * 40}}]},
            "runDetails": {"builder": {"id": "https://build.example/builder"}}}))
        how = ["--signing-config", "signing.json"] if self.new else ["--tlog-upload=false"]
        self.tool("attest", "--yes", *how, "--key", "right.key", "--type", "slsaprovenance1", "--predicate", "predicate.json", reference)
        ask = "    attestations: [{predicateType: '%s', builder: '%s'}]\n"
        self.assertTrue(self.verified(reference, *policy(signed + ask % (kind, "https://build.example/*"))))
        self.assertTrue(self.refused(reference, *policy(signed + ask % (kind, "https://evil.example/*"))))


if __name__ == "__main__":
    kit.main()
