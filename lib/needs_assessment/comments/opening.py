"""Opening a Word file that came from outside: nothing in it is trusted."""

import io
import zipfile
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from lxml import etree

from needs_assessment.errors import AssessmentError

_LARGEST_FILE = 50 * 2**20
_LARGEST_PART = 50 * 2**20
_LARGEST_UNPACKED = 200 * 2**20
_MOST_PARTS = 5_000
_OLD_OR_ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1")
_XML = (".xml", ".rels")


def parser() -> etree.XMLParser:
    """A parser that expands no entity, loads no definition and asks nothing of any other host."""
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def open_docx(path: Path) -> Document:
    """The Word document at `path`, of which every part has been looked at first.

    Raises AssessmentError when it is missing, no `.docx`, encrypted, damaged, larger than any
    report would be once unpacked, or defines entities, which no Word file does.
    """
    data = _read(path)
    if data.startswith(_OLD_OR_ENCRYPTED):
        raise AssessmentError(
            f"{path.name} is protected by a password, or is of an old format (.doc).",
            "Open it in Word, take the password off, and save it as a Word document (.docx).",
        )
    _check_parts(path, data)
    try:
        document = docx.Document(io.BytesIO(data))
        list(document.styles)
        return document
    except (
        OpcError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        etree.XMLSyntaxError,
    ) as error:
        raise _not_a_report(path) from error


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise _too_large(path)
        return path.read_bytes()
    except OSError as error:
        raise AssessmentError(
            f"{path.name} cannot be opened: {error.strerror}.",
            "Give the path of the file that came back.",
        ) from None


def _check_parts(path: Path, data: bytes) -> None:
    """Raises AssessmentError unless every part unpacks to a sensible size and is plain XML."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.infolist()
            if len(names) > _MOST_PARTS:
                raise _too_large(path)
            for each in names:
                if each.flag_bits & 1:
                    raise AssessmentError(
                        f"{path.name} is encrypted.", "Save it without a password, as .docx."
                    )
                # What a part says of its size is not to be believed.
                with archive.open(each) as stream:
                    content = stream.read(_LARGEST_PART + 1)
                unpacked += len(content)
                if len(content) > _LARGEST_PART or unpacked > _LARGEST_UNPACKED:
                    raise _too_large(path)
                if each.filename.lower().endswith(_XML):
                    _check_xml(path, content)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _not_a_report(path) from error
    except RuntimeError as error:
        # What zipfile and zlib raise for parts that cannot be unpacked.
        raise _not_a_report(path) from error


def _check_xml(path: Path, content: bytes) -> None:
    try:
        tree = etree.fromstring(content, parser()).getroottree()
    except etree.XMLSyntaxError as error:
        raise _not_a_report(path) from error
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        raise AssessmentError(
            f"{path.name} holds definitions that no Word file has: it was not written by Word.",
            "Do not open it. Ask the sender for it again, and say who is to look after security.",
        )


def _not_a_report(path: Path) -> AssessmentError:
    return AssessmentError(
        f"{path.name} is not a Word document (.docx), or is damaged.",
        "Open it in Word, save it as a Word document (.docx), and try again.",
    )


def _too_large(path: Path) -> AssessmentError:
    return AssessmentError(
        f"{path.name} is larger, or unpacks to more, than any report does.",
        "Make sure that it is the report that came back; ask the sender for it again.",
    )
