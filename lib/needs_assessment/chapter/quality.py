"""Data quality as a chapter shows it: the returns, and the questions they leave open."""

from typing import Any

import pandas as pd


def quality_frame(entries: list[dict[str, Any]]) -> pd.DataFrame:
    """A row per return: partner, rating on three levels, who checked it (a role), the period and
    area covered, how complete it is, when it came, and what was suppressed. All in words.
    """
    rows = [
        {
            "Return": each["file"],
            "Partner": each["partner"],
            "Rating": f"{each['level']} ({each['rating']})" if each["level"] else each["rating"],
            "Checked by": each["checked_by"] or "not stated",
            "Period": each["periods"] or "none",
            "Area": each["areas"] or "none",
            "Complete": each["completeness"],
            "Received": each["timeliness"],
            "Suppressed": each["suppression"],
        }
        for each in entries
    ]
    return _indexed(rows, "Return")


def missing_frame(entries: list[dict[str, Any]]) -> pd.DataFrame:
    """A row for each thing that a return should hold and does not, by return."""
    rows = [
        {"Return": each["file"], "Missing": text} for each in entries for text in each["missing"]
    ]
    return _indexed(rows, "Return")


def questions_frame(entries: list[dict[str, Any]], chapter: str | None) -> pd.DataFrame:
    """The gap register: a row per question that the returns leave open, of all chapters or one."""
    rows = [
        {
            "Question": each["question"],
            "Chapter": "MARAC" if each["chapter"] == "marac" else each["chapter"].capitalize(),
            "Answered": each["answered"].capitalize(),
            "What is missing": f"{'. '.join(each['missing'])}.",
            "Who could share it": "; ".join(each["holders"]),
        }
        for each in entries
        if chapter in (None, each["chapter"])
    ]
    return _indexed(rows, "Question")


def _indexed(rows: list[dict[str, str]], index: str) -> pd.DataFrame:
    """A frame of the rows by `index`; empty when there are none."""
    return pd.DataFrame(rows).set_index(index) if rows else pd.DataFrame()
