"""What a book's `_quarto.yml` says, read once for both renderers."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import yaml

from needs_assessment.book.colour import Palette, palette
from needs_assessment.errors import AssessmentError

SETTINGS_FILE = "_quarto.yml"
EXPLANATIONS_FILE = "explanations.json"


@dataclass(frozen=True)
class BookFile:
    """One .qmd of the book; `kind` is index, chapter or appendix."""

    name: str
    kind: str


@dataclass(frozen=True)
class BookSettings:
    """Title, files in reading order, and the `assessment:` block of a book.

    A `brief` book has neither title page nor contents.
    """

    title: str
    subtitle: str
    author: str
    date: dt.date
    lang: str
    files: tuple[BookFile, ...]
    bibliography: str
    council: str
    period: str
    version: str
    status: str
    nature: str
    notice: str
    version_block: tuple[tuple[str, str], ...]
    palette: Palette
    brief: bool = False

    @property
    def timestamp(self) -> int:
        """Midnight UTC of the version's date, in seconds: the only clock a book knows."""
        midnight = dt.datetime.combine(self.date, dt.time(), tzinfo=dt.UTC)
        return int(midnight.timestamp())

    def metadata(self) -> dict:
        """The settings as templates read them: plain text, and `assessment` for our own."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "author": self.author,
            "date": self.date.isoformat(),
            "lang": self.lang,
            "bibliography": self.bibliography,
            "assessment": {
                "council": self.council,
                "period": self.period,
                "version": self.version,
                "status": self.status,
                "nature": self.nature,
                "notice": self.notice,
                "version-lines": [
                    {"label": label, "text": text} for label, text in self.version_block
                ],
                "brief": self.brief,
                "accent": self.palette.accent.removeprefix("#"),
                "accent-dark": self.palette.accent_dark.removeprefix("#"),
            },
            "files": [{"name": file.name, "kind": file.kind} for file in self.files],
        }


def read_settings(book_dir: Path) -> BookSettings:
    """The settings of the book in `book_dir`.

    Raises AssessmentError when `_quarto.yml` is missing, is not YAML, or lacks a setting.
    """
    path = book_dir / SETTINGS_FILE
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssessmentError(
            f"{path}: the book has no {SETTINGS_FILE}.", "Make the book again."
        ) from None
    except yaml.YAMLError as error:
        raise AssessmentError(
            f"{path}: this is not readable as YAML ({error}).", "Put quarto.yml right."
        ) from None
    try:
        return _settings(document)
    except (KeyError, TypeError) as error:
        raise AssessmentError(
            f"{path}: the setting {error} is missing or is not of the right kind.",
            "Compare quarto.yml with the one that came with the product, and the council's "
            "version block in params/.",
        ) from None


def _settings(document: dict) -> BookSettings:
    book, block = document["book"], document["assessment"]
    chapters = [
        BookFile(name, "index" if name == "index.qmd" else "chapter") for name in book["chapters"]
    ]
    appendices = [BookFile(name, "appendix") for name in book.get("appendices") or ()]
    return BookSettings(
        title=str(book["title"]),
        subtitle=str(book.get("subtitle") or ""),
        author=str(book["author"]),
        date=dt.date.fromisoformat(str(book["date"])),
        lang=document["lang"],
        files=(*chapters, *appendices),
        bibliography=document["bibliography"],
        council=str(block["council"]),
        period=str(block["period"]),
        version=str(block["version"]),
        status=block["status"],
        nature=block["nature"],
        notice=block.get("notice") or "",
        version_block=tuple((str(label), str(text)) for label, text in block["version_block"]),
        palette=palette(block["colour"]),
        brief=bool(block.get("brief")),
    )
