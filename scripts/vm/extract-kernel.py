"""extract-kernel.py VMLINUZ TO: takes the uncompressed ELF kernel out of a bzImage.

Decompressing it takes seconds under emulation.
"""
import lzma
import re
import subprocess
import sys
import zlib


def zstd(data):
    # What follows the kernel in the file is not zstd's, which is no reason to refuse what came before.
    return subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=False).stdout


FORMATS = (
    (b"\xfd7zXZ\x00", lambda data: lzma.LZMADecompressor().decompress(data)),
    (b"\x28\xb5\x2f\xfd", zstd),
    (b"\x1f\x8b\x08", lambda data: zlib.decompressobj(31).decompress(data)),
)


def kernel_in(data):
    for magic, decompress in FORMATS:
        for match in re.finditer(re.escape(magic), data):
            try:
                found = decompress(data[match.start():])
            except (lzma.LZMAError, zlib.error):
                continue  # the magic's bytes by chance
            if found.startswith(b"\x7fELF"):
                return found
    raise SystemExit("there is no kernel in it that this program can decompress")


with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
    target.write(kernel_in(source.read()))
