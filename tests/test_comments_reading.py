"""What reviewers wrote into a Word file, and files that no reviewer sends."""

import re
import zipfile
from pathlib import Path

import pytest

from needs_assessment.comments.reading import read_returned
from needs_assessment.comments.returned import Returned
from needs_assessment.errors import AssessmentError
from reviewing import (
    change,
    comment,
    find,
    markdown_as_docx,
    open_file,
    part_of,
    put_in_after,
    repacked,
    thread,
)

TEXT = """
# MARAC

In 2024-25, 560 cases were heard.

## Who refers?

Agencies other than the police referred 195 of 560 cases.

Some agencies meet victims who never call the police.

| Agency | Cases |
|:-------|------:|
| Police | 365   |

: Cases by agency.
"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as it was sent out."""
    return markdown_as_docx(TEXT, tmp_path_factory.mktemp("sent") / "assessment.docx")


@pytest.fixture(scope="module")
def returned(sent: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as it came back: a thread, a closed comment, changes by two people."""
    document = open_file(sent)
    paragraph = find(document, "Agencies other")
    asked = comment(document, paragraph, "Is this high?", "Board chair")
    answer = comment(document, paragraph, "It is like the national share.", "Analyst")
    closed = comment(document, find(document, "In 2024-25"), "Thank you.", "Board chair")
    thread(document, [(asked, None, False), (answer, asked, False), (closed, None, True)])
    put_in_after(find(document, "Some agencies"), "We will ask each of them.", "Police lead")
    change(find(document, "Some agencies"), "Some agencies", "Many services", "Health lead")
    comment(document, document.tables[0].cell(1, 0).paragraphs[0], "Which year?", "Board chair")
    path = tmp_path_factory.mktemp("returned") / "back.docx"
    document.save(str(path))
    return path


@pytest.fixture(scope="module")
def read(returned: Path) -> Returned:
    return read_returned(returned)


def test_comments_come_with_author_date_replies_and_state(read: Returned) -> None:
    said = {each.text: each for each in read.remarks if each.kind == "comment"}
    assert set(said) == {"Is this high?", "Thank you.", "Which year?"}, "a reply is no comment"
    asked = said["Is this high?"]
    assert (asked.author, asked.date[:10], asked.resolved) == ("Board chair", "2026-02-03", False)
    assert [(each.author, each.text) for each in asked.replies] == [
        ("Analyst", "It is like the national share.")
    ]
    assert asked.quoted == "Agencies other than the police referred 195 of 560 cases."
    assert said["Thank you."].resolved
    assert read.paragraphs[said["Which year?"].paragraph or 0].part == "table"


def test_a_replacement_is_one_change_in_its_paragraph(read: Returned) -> None:
    changes = {each.author: each for each in read.remarks if each.kind == "change"}
    assert set(changes) == {"Health lead", "Police lead"}
    health = changes["Health lead"]
    assert health.quoted == "[-Some agencies-]{+Many services+}"
    assert health.text == f"{health.quoted} meet victims who never call the police."
    paragraph = read.paragraphs[health.paragraph or 0]
    assert paragraph.original == "Some agencies meet victims who never call the police."
    assert paragraph.headings[0].endswith("MARAC")
    assert paragraph.headings[1].endswith("Who refers?")
    added = read.paragraphs[changes["Police lead"].paragraph or 0]
    assert added.original == "" and added.marked == "{+We will ask each of them.+}"


def test_remarks_come_in_the_order_of_the_report(read: Returned) -> None:
    places = [each.paragraph for each in read.remarks]
    assert places == sorted(places, key=lambda place: place or 0)


def test_ids_are_the_same_in_every_copy(returned: Path, read: Returned, tmp_path: Path) -> None:
    copy = repacked(returned, tmp_path / "copy by someone else.docx")
    assert [each.id for each in read_returned(copy).remarks] == [each.id for each in read.remarks]
    document = open_file(returned)
    comment(document, find(document, "In 2024-25"), "One more.", "Board chair")
    document.save(str(copy))
    ids = {each.id for each in read_returned(copy).remarks}
    assert ids > {each.id for each in read.remarks}, "the others keep theirs"


def test_the_same_said_twice_is_two_comments(sent: Path, tmp_path: Path) -> None:
    document = open_file(sent)
    for start in ("In 2024-25", "Some agencies"):
        comment(document, find(document, start), "Source?", "Board chair")
    document.save(str(tmp_path / "twice.docx"))
    first, second = read_returned(tmp_path / "twice.docx").remarks
    assert first.id != second.id


def test_moved_and_overwritten_text(sent: Path, tmp_path: Path) -> None:
    """Text that one put in and another took out again is in neither version."""
    marked = (
        '<w:moveFrom w:id="1" w:author="A"><w:r><w:t>Some agencies</w:t></w:r></w:moveFrom>'
        '<w:ins w:id="2" w:author="A"><w:del w:id="3" w:author="B"><w:r><w:delText>Few'
        "</w:delText></w:r></w:del></w:ins>"
        '<w:moveTo w:id="4" w:author="A"><w:r><w:t>All others</w:t></w:r></w:moveTo>'
    )
    xml = part_of(sent, "word/document.xml").decode()
    runs = re.search(r"<w:r>(?:(?!<w:r>).)*?Some agencies meet.*?</w:r>", xml, re.DOTALL)
    assert runs
    path = repacked(sent, tmp_path / "moved.docx", document=xml.replace(runs[0], marked).encode())
    (found,) = read_returned(path).remarks
    assert found.quoted == "[-Some agencies-]{+All others+}"


def test_changes_in_footnotes_are_not_missed(tmp_path: Path) -> None:
    path = markdown_as_docx("# MARAC\n\nCases[^1].\n\n[^1]: Heard twice.\n", tmp_path / "a.docx")
    xml = part_of(path, "word/footnotes.xml").decode()
    inserted = '<w:ins w:id="7" w:author="A"><w:r><w:t>Really</w:t></w:r></w:ins></w:p>'
    before, _, after = xml.rpartition("</w:p>")
    changed = repacked(path, tmp_path / "b.docx", footnotes=f"{before}{inserted}{after}".encode())
    returned = read_returned(changed)
    (found,) = returned.remarks
    assert found.quoted == "{+Really+}" and "Heard twice." in found.text
    assert returned.paragraphs[found.paragraph or 0].part == "note"


def test_a_date_that_is_none_is_left_out(sent: Path, tmp_path: Path) -> None:
    document = open_file(sent)
    comment(document, find(document, "In 2024-25"), "When?", "Board chair")
    document.save(str(tmp_path / "a.docx"))
    xml = part_of(tmp_path / "a.docx", "word/comments.xml").decode()
    for wrong in ("yesterday", "2026-02-31T10:00:00Z", ""):
        path = repacked(
            tmp_path / "a.docx",
            tmp_path / "b.docx",
            comments=xml.replace("2026-02-03T10:20:00Z", wrong).encode(),
        )
        assert [each.date for each in read_returned(path).remarks] == [""]


def test_nothing_a_terminal_would_obey_is_passed_on(sent: Path, tmp_path: Path) -> None:
    document = open_file(sent)
    text = "Red\u009b31m and \u202ebackwards\u2066."
    comment(document, find(document, "In 2024-25"), text, "Chair\u009b2J")
    document.save(str(tmp_path / "odd.docx"))
    (found,) = read_returned(tmp_path / "odd.docx").remarks
    assert found.text == "Red31m and backwards." and found.author == "Chair2J"


def test_a_report_without_remarks_has_none(sent: Path) -> None:
    assert read_returned(sent).remarks == ()


ENTITY = b"""<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>
<w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"""
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>
<w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ENTITY, "definitions"),
        (LAUGHS, "definitions"),
        (ENTITY.decode().replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"), "defin"),
        (b"<w:document", "not a Word document"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not a Word document"),
        (b"<x/>" + b" " * (51 * 2**20), "larger"),
    ],
    ids=["external entity", "entities", "UTF-16", "cut short", "deep", "bomb"],
)
def test_hostile_parts_are_refused(sent: Path, tmp_path: Path, content: bytes, said: str) -> None:
    path = repacked(sent, tmp_path / "hostile.docx", document=content)
    assert path.stat().st_size < 2**20
    with pytest.raises(AssessmentError) as refused:
        read_returned(path)
    assert said in refused.value.message and "hostile.docx" in refused.value.message
    assert refused.value.hint and "root:" not in str(refused.value)


def test_many_small_parts_that_unpack_to_much_are_refused(sent: Path, tmp_path: Path) -> None:
    path = repacked(sent, tmp_path / "bomb.docx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"word/media/{number}.png", bytes(45 * 2**20))
    with pytest.raises(AssessmentError, match="unpacks to more"):
        read_returned(path)


def broken_files(sent: Path, folder: Path) -> dict[str, Path]:
    """Files of the right name that are something else, by what they are."""
    data = sent.read_bytes()
    files = {
        "text": b"not a Word file",
        "empty": b"",
        "cut short": data[: len(data) // 2],
        "password": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    }
    for name, content in files.items():
        (folder / f"{name}.docx").write_bytes(content)
    with zipfile.ZipFile(folder / "other zip.docx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    # The first entry says that it is encrypted.
    locked = bytearray(data)
    at = data.rindex(b"PK\x01\x02")
    locked[at + 8] |= 1
    (folder / "locked.docx").write_bytes(bytes(locked))
    # Half of what is compressed is overwritten.
    spoilt = bytearray(data)
    spoilt[200 : len(data) // 2] = bytes(len(data) // 2 - 200)
    (folder / "spoilt.docx").write_bytes(bytes(spoilt))
    found = {path.stem: path for path in folder.glob("*.docx")}
    return {**found, "missing": folder / "nowhere.docx", "folder": folder}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text", "not a Word document"),
        ("empty", "not a Word document"),
        ("cut short", "not a Word document"),
        ("other zip", "not a Word document"),
        ("spoilt", "not a Word document"),
        ("password", "password"),
        ("locked", "encrypted"),
        ("missing", "cannot be opened"),
        ("folder", "cannot be opened"),
    ],
)
def test_what_is_no_word_file_is_said_plainly(
    sent: Path, tmp_path: Path, kind: str, said: str
) -> None:
    with pytest.raises(AssessmentError) as refused:
        read_returned(broken_files(sent, tmp_path)[kind])
    assert said in refused.value.message and refused.value.hint


def test_a_workbook_or_a_file_with_macros_is_no_report(sent: Path, tmp_path: Path) -> None:
    types = part_of(sent, "[Content_Types].xml").decode()
    plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    assert plain in types
    for kind in (
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    ):
        path = tmp_path / "other.docx"
        with zipfile.ZipFile(sent) as old, zipfile.ZipFile(path, "w") as new:
            for each in old.namelist():
                content = old.read(each)
                if each == "[Content_Types].xml":
                    content = types.replace(plain, kind).encode()
                new.writestr(each, content)
        with pytest.raises(AssessmentError, match="not a Word document"):
            read_returned(path)
