"""Looking for what identifies somebody in everything a run leaves: reports, notebooks, logs,
temporary files and caches, and inside what is packed.
"""

import base64
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf

# The example extracts hold this in every reference, name and address, and dates of birth in the
# 1890s; the short names of people are the record's number.
CANARY = re.compile(rb"canary|\b\d\d[/.-]\d\d[/.-]189\d|\b189\d-\d\d-\d\d|\bzz99 9zz\b", re.I)
_PACKED = re.compile(rb"base64,([A-Za-z0-9+/=\s]{40,})")


def private_places(folder: Path) -> dict[str, str]:
    """An environment in which a run's temporary files and caches all lie in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("TMPDIR", "TMP", "TEMP", "HOME", "USERPROFILE", "XDG_CACHE_HOME")
    return {**dict.fromkeys(names, str(folder)), "PYTHONDONTWRITEBYTECODE": "1"}


def leaks(*places: Path, but: tuple[Path, ...] = ()) -> list[str]:
    """The files below `places` that hold a canary, packed or not; `but` are left out."""
    found = []
    for path in sorted(each for place in places for each in place.rglob("*") if each.is_file()):
        if not any(path.is_relative_to(each) for each in but):
            held = [layer for layer, text in layers(path) if CANARY.search(text)]
            found += [f"{path}: {layer}" for layer in held]
    return found


def layers(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and of everything packed into it; of one that is gone, none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    yield "itself", data
    yield from _unpacked(data)
    if data.startswith(b"%PDF"):
        with pikepdf.open(BytesIO(data)) as pdf:
            for number, each in enumerate(pdf.objects):
                if isinstance(each, pikepdf.Stream):
                    yield f"stream {number}", each.read_bytes()
                elif isinstance(each, pikepdf.Dictionary | pikepdf.Array):
                    yield f"object {number}", each.unparse(resolved=False)


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                inner = archive.read(name)
                yield name, inner
                yield from _unpacked(inner)
    if data.startswith((b"\x1f\x8b", b"\x78\x9c", b"\x78\xda")):
        yield "packed", zlib.decompress(data, zlib.MAX_WBITS | 32)
    for match in _PACKED.finditer(data):
        text = re.sub(rb"\s", b"", match[1])
        yield "data in the page", base64.b64decode(text + b"=" * (-len(text) % 4))
