#!/usr/bin/env python3
"""Writes an image of one layer in OCI's layout, as a tar: oci-image.py ROOTFS FILE NAME COMMAND..."""

import hashlib
import io
import json
import subprocess
import sys
import tarfile


def main(rootfs, path, name, *command):
    layer = subprocess.run(["tar", "-C", rootfs, "-c", "."], check=True, capture_output=True).stdout
    blobs = []

    def blob(media, data):
        digest = hashlib.sha256(data).hexdigest()
        blobs.append((f"blobs/sha256/{digest}", data))
        return {"mediaType": f"application/vnd.oci.image.{media}", "digest": f"sha256:{digest}", "size": len(data)}

    layers = [blob("layer.v1.tar", layer)]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/bin"], "Cmd": command},
        "rootfs": {"type": "layers", "diff_ids": [layers[0]["digest"]]},
    }
    manifest = {"schemaVersion": 2, "config": blob("config.v1+json", json.dumps(config).encode()), "layers": layers}
    entry = blob("manifest.v1+json", json.dumps(manifest).encode())
    entry["annotations"] = {"io.containerd.image.name": name}
    files = blobs + [
        ("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'),
        ("index.json", json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()),
    ]
    with tarfile.open(path, "w") as archive:
        for file, data in files:
            info = tarfile.TarInfo(file)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


main(*sys.argv[1:])
