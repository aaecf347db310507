"""extract-kernel.py VMLINUZ TO: takes the uncompressed ELF kernel out of a bzImage.

Decompressing it takes seconds under emulation.
"""
import lzma
import re
import subprocess
import sys
import zlib


def by_program(name):
    """Decompresses with a program, which may complain: what follows the kernel in the file is not of its format."""
    return lambda data: subprocess.run([name, "-dcq"], input=data, capture_output=True, check=False).stdout


FORMATS = (
    (b"\xfd7zXZ\x00", lambda data: lzma.LZMADecompressor().decompress(data)),
    (b"\x28\xb5\x2f\xfd", by_program("zstd")),
    (b"\x02\x21\x4c\x18", by_program("lz4")),
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
