"""Where an error is: the file, sheet and row that its message starts with."""

import re
from pathlib import Path

from needs_assessment.errors import AssessmentError
from needs_assessment.flags import Flag
from needs_assessment.project import Project

_FOLDERS = ("data/returns", "data/reference", "params", "notebooks", "reports")
_SHEET = re.compile(r", sheet “([^”]*)”")
_ROW = re.compile(r", (?:row|line) (\d+)")
_ROWS = re.compile(r", rows (\d+)")


def flag_error(project: Project, subject: str, error: AssessmentError) -> Flag:
    """The error as a flag. A message that starts with a file's path gives up file, sheet and row
    to their own fields; the rest becomes the sentence.
    """
    file, rest = _split(project, error.message)
    sheet = row = None
    if file and (sheet := _SHEET.match(rest)):
        rest = rest[sheet.end() :]
    if file and (row := _ROW.match(rest)):
        rest = rest[row.end() :]
    elif file:
        # The first of several rows; the sentence goes on to name them all.
        row = _ROWS.match(rest)
    return Flag(
        severity="error",
        rule="cannot be used",
        subject=subject,
        sentence=f"{_sentence(rest)} {_capital(error.hint)}".strip(),
        file=file,
        sheet=sheet[1] if sheet else "",
        row=int(row[1]) if row else None,
    )


def _split(project: Project, message: str) -> tuple[str, str]:
    """The path that a message starts with, and the rest. Names may hold spaces and commas: the
    longest that exists is taken, else what stands before the first comma, colon or space.
    """
    if not message.startswith((*(f"{each}/" for each in _FOLDERS), "quarto.yml")):
        return "", message
    ends = [found.start() for found in re.finditer(r"[,: ]|$", message)]
    for end in reversed(ends):
        if _is_file(project.root / message[:end].rstrip(".")):
            return message[:end], message[end:]
    return message[: ends[0]], message[ends[0] :]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # longer than any name can be
        return False


def _sentence(rest: str) -> str:
    """What is left of a message as a sentence of its own."""
    if re.match(r" (is|has|cannot|lacks|holds|names)\b", rest):
        return f"The file{rest}"
    return _capital(rest.lstrip(" ,:"))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
