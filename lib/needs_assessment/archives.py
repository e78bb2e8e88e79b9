"""Files in one ZIP archive, the same bytes for the same files, and out of it again."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from needs_assessment.errors import AssessmentError


def pack(files: Mapping[str, bytes | Path]) -> bytes:
    """A ZIP archive of `files`, each a content or where to read it, under their names.

    It holds no times and no permissions: the same names and contents give the same bytes.
    """
    parcel = io.BytesIO()
    with zipfile.ZipFile(parcel, "w", compresslevel=1) as archive:
        for name, content in sorted(files.items()):
            data = content.read_bytes() if isinstance(content, Path) else content
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return parcel.getvalue()


def unpack(parcel: bytes, folder: Path) -> None:
    """Puts the files of `parcel` into `folder`, for its owner alone.

    Raises AssessmentError when a name in it leads out of the folder.
    """
    folder.mkdir(0o700, parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        for name in archive.namelist():
            place = PurePosixPath(name)
            if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
                raise AssessmentError(
                    f"An archive of a council's files holds {name!r}, which leads out of its"
                    " folder.",
                    "Nothing was changed. Look at who else can write where it came from.",
                )
        archive.extractall(folder)
