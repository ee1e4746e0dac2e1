#!/usr/bin/env python3
"""Records what a registry answers about signed images: record.py HOST:PORT REPOSITORY… > recorded.json

The images are signed by cosign (README.md beside this file has the commands); the record lets tests
verify its real signatures where neither cosign nor a registry is at hand."""
import base64
import hashlib
import json
import sys
import urllib.error
import urllib.request

ACCEPT = ("application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
          "application/vnd.docker.distribution.manifest.v2+json")


def get(url):
    request = urllib.request.Request(url, headers={"Accept": ACCEPT})
    with urllib.request.urlopen(request) as answer:
        return answer.read(), answer.headers.get("Content-Type")


def record(host, repository):
    base = f"http://{host}/v2/{repository}"
    tags = json.loads(get(f"{base}/tags/list")[0])["tags"]
    out = {"manifests": {}, "blobs": {}}
    todo = list(tags)
    while todo:
        reference = todo.pop()
        if reference in out["manifests"]:
            continue
        body, kind = get(f"{base}/manifests/{reference}")
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        for name in {reference, digest}:
            out["manifests"][name] = {"type": kind, "bytes": base64.b64encode(body).decode()}
        document = json.loads(body)
        todo += [child["digest"] for child in document.get("manifests", [])]
        blobs = document.get("layers", []) + ([document["config"]] if "config" in document else [])
        for blob in blobs:
            out["blobs"][blob["digest"]] = base64.b64encode(
                get(f"{base}/blobs/{blob['digest']}")[0]).decode()
    return out


json.dump({name: record(sys.argv[1], name) for name in sys.argv[2:]}, sys.stdout, indent=1,
          sort_keys=True)
print()
