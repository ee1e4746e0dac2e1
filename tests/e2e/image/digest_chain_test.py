#!/usr/bin/env python3
"""Each byte of an image is named by a digest: one changed byte, a missing end, a wrong size is found, and what is wrong is named.

usage: digest_chain_test.py YAGURA CACHE
"""
import json
import shutil
import unittest

import kit
from kit import Layout, entry, gz, sha256, tar


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(bytes(data))


class DigestChain(kit.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        layers = [gz(tar(entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.19.1\n"), entry("usr/bin/tool", bytes(range(256)) * 512))),
                  tar(entry("srv/app.txt", b"text " * 4000)),
                  gz(tar(entry("srv/more.txt", b"more " * 4000)))]
        cls.whole = Layout(cls.folder / "whole", layers)

    def copy(self):
        target = self.path("layout")
        shutil.copytree(self.whole.folder, target)
        return target

    def blob(self, folder, digest):
        return folder / "blobs" / "sha256" / digest.removeprefix("sha256:")

    def refused(self, folder, *digests):
        """Nothing is reported, and the error has each digest, be it as the name of the blob's file."""
        outcome = kit.yagura("image", f"oci:{folder}", "--scan", "secret,malware,config", "-o", "json", "--no-cache")
        self.assertEqual(outcome.code, kit.USAGE, outcome.err or outcome.out[:500])
        self.assertEqual(outcome.out, "")
        for digest in digests:
            self.assertIn(digest.removeprefix("sha256:"), outcome.err)

    def test_the_whole_image_is_scanned(self):
        self.assertEqual(len(kit.scan(self.whole.reference, "--scan", "secret,config")["image"]["layers"]), 3)

    def test_a_flipped_bit_names_its_blob(self):
        named = [self.whole.manifest, self.whole.config, *self.whole.layers]
        for descriptor in named:
            size = descriptor["size"]
            for at in [0, 9, size // 3, size // 2, size - 1]:
                with self.subTest(kind=descriptor["mediaType"], at=at):
                    folder = self.copy()
                    flip(self.blob(folder, descriptor["digest"]), at)
                    self.refused(folder, descriptor["digest"])

    def test_a_truncated_blob_names_itself(self):
        for descriptor in [self.whole.manifest, self.whole.config, *self.whole.layers]:
            for keep in [0, 1, descriptor["size"] // 2, descriptor["size"] - 1]:
                with self.subTest(kind=descriptor["mediaType"], keep=keep):
                    folder = self.copy()
                    path = self.blob(folder, descriptor["digest"])
                    path.write_bytes(path.read_bytes()[:keep])
                    self.refused(folder, descriptor["digest"])

    def test_a_longer_blob_names_itself(self):
        for descriptor in [self.whole.manifest, self.whole.config, *self.whole.layers]:
            with self.subTest(kind=descriptor["mediaType"]):
                folder = self.copy()
                path = self.blob(folder, descriptor["digest"])
                path.write_bytes(path.read_bytes() + b"\0")
                self.refused(folder, descriptor["digest"])

    def test_a_missing_blob_names_itself(self):
        for descriptor in [self.whole.manifest, self.whole.config, *self.whole.layers]:
            with self.subTest(kind=descriptor["mediaType"]):
                folder = self.copy()
                self.blob(folder, descriptor["digest"]).unlink()
                self.refused(folder, descriptor["digest"])

    def edit(self, change):
        """The image with a manifest of other content, rightly named by the index."""
        layout = Layout(self.path("edited"), [self.whole.blob(layer["digest"]).read_bytes() for layer in self.whole.layers])
        manifest = json.loads(layout.blob(layout.manifest["digest"]).read_text())
        change(manifest)
        layout.manifest = layout.put(json.dumps(manifest).encode(), layout.manifest["mediaType"])
        layout.write_index()
        return layout

    def test_a_wrong_size_in_the_manifest(self):
        for number in range(3):
            for by in [-1, 1, 1 << 40]:
                with self.subTest(layer=number, by=by):
                    def change(manifest):
                        manifest["layers"][number]["size"] += by
                    self.refused(self.edit(change).folder, self.whole.layers[number]["digest"])

    def test_a_wrong_size_of_the_configuration(self):
        def change(manifest):
            manifest["config"]["size"] += 1
        self.refused(self.edit(change).folder, self.whole.config["digest"])

    def test_a_wrong_size_in_the_index(self):
        layout = Layout(self.path("index"), [tar(entry("a", b"b"))])
        layout.manifest["size"] += 1
        layout.write_index()
        self.refused(layout.folder, layout.manifest["digest"])

    def test_a_layer_that_is_another_than_the_configuration_says(self):
        """The blob is what the manifest names, but its content is not what the configuration names (diff_ids)."""
        layers = [gz(tar(entry("a", b"first"))), gz(tar(entry("a", b"second")))]
        wrong = sha256(b"something else")
        layout = Layout(self.path("diff"), layers, diff_ids=[sha256(tar(entry("a", b"first"))), wrong])
        self.refused(layout.folder, wrong)

    def test_layers_and_diff_ids_that_are_not_as_many(self):
        layout = Layout(self.path("fewer"), [gz(tar(entry("a", b"first")))], diff_ids=[])
        self.refused(layout.folder)

    def test_digests_that_are_none(self):
        for digest in ["sha256:" + "g" * 64, "sha256:../../../etc/passwd", "md5:" + "0" * 32, "sha256:" + "0" * 63, "", "sha512:00"]:
            with self.subTest(digest=digest):
                def change(manifest):
                    manifest["layers"][1]["digest"] = digest
                self.refused(self.edit(change).folder)

    def test_a_kept_layer_does_not_hide_a_flipped_bit(self):
        """A layer that was read before is taken from the cache by its digest: its report is that of the right bytes."""
        cache = self.path("cache")
        right = kit.yagura("image", self.whole.reference, "--scan", "secret", "-o", "json", "--cache-dir", cache)
        self.assertEqual(right.code, kit.CLEAN, right.err)
        folder = self.copy()
        flip(self.blob(folder, self.whole.layers[0]["digest"]), 100)
        again = kit.yagura("image", f"oci:{folder}", "--scan", "secret", "-o", "json", "--cache-dir", cache)
        if again.code == kit.CLEAN:
            self.assertEqual(again.json["packages"], right.json["packages"])
        else:
            self.assertIn(self.whole.layers[0]["digest"], again.err)


if __name__ == "__main__":
    kit.main()
