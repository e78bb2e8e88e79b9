"""Proposing the form of an extract with a row for each person or event, from its headings alone."""

import re
from collections.abc import Iterable

from needs_assessment.returns.draft import quoted

_PEOPLE = "victim|suspect|client|person|offender|perpetrator|child|pupil"
_NUMBERS = r"no|number|ref(?:erence)?|id|urn"
_PERSON = re.compile(rf"({_PEOPLE})(?:s|'s)?[ _.]*(?:{_NUMBERS})\b", re.IGNORECASE)
_RECORD = re.compile(
    rf"(?:crime|incident|log|case|occurrence|referral|assessment|custody)[ _.]*(?:{_NUMBERS})"
    r"(?:[ _.]*(?:no|number))?\.?|ref(?:erence)?(?:[ _.]*(?:no|number))?\.?|urn|uid|id",
    re.IGNORECASE,
)
_FREE_TEXT = re.compile(
    r"summary|description|details|(?:free[ _]text )?(?:comments?|notes?)|m\.?o", re.IGNORECASE
)
# In an extract, a name is somebody's.
_FREE_TEXT_OR_NAME = re.compile(rf"{_FREE_TEXT.pattern}|names?", re.IGNORECASE)
_PRIVATE = re.compile(
    r"\b(?:d\.?o\.?b|date[ _]of[ _]birth|birth[ _]date|surname|fore[ _]?names?|initials|nhs"
    rf"|(?:first|last|full|middle|given|family|{_PEOPLE})(?:'s)?[ _]?names?|post[ _]?code|address"
    r"|(?:tele)?phone|mobile|e-?mail)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b(?:date|dated|reported|recorded|created|received|completed)\b", re.I)
_AREA = re.compile(
    r"(?:local )?(?:area|council|authority|district|borough|la)(?:[ _](?:code|name))?", re.I
)


def is_identifying(heading: str) -> bool:
    """Whether only a file with a row for each person or event has such a heading."""
    heading = heading.strip()
    if _FREE_TEXT.fullmatch(heading):
        return False
    return bool(_RECORD.fullmatch(heading) or _PERSON.search(heading) or _PRIVATE.search(heading))


def propose_records(form: str, file: str, headings: Iterable[str]) -> str:
    """A form of the layout `records`, as YAML, to be completed by a person.

    What identifies people stands under `leave_out`; what is counted only a person can say.
    """
    left = list(dict.fromkeys(heading.strip() for heading in headings if heading.strip()))
    people = _take(left, _PERSON)
    private = [*_take(left, _PRIVATE), *_take(left, _FREE_TEXT_OR_NAME, whole=True)]
    records = _take(left, _RECORD, whole=True)
    dates = _take(left, _DATE)
    areas = _take(left, _AREA, whole=True)
    lines = [
        f"# Proposed from the headings of {file} alone; nothing of its rows was looked at.",
        "# Complete the lines in comments: which rows are one record, what each code means, and",
        "# what is counted.",
        f"name: {form}",
        "layout: records",
        _given("record", f"[{', '.join(map(quoted, records))}]" if records else ""),
        _given("date", quoted(dates[0]) if dates else ""),
    ]
    lines += [f"#   another date: {quoted(heading)}" for heading in dates[1:]]
    if areas:
        lines += [f"area: {quoted(areas[0])}", "# areas:", '#   "as the file says it": E0…']
    lines += [f"#   another area: {quoted(heading)}" for heading in areas[1:]]
    names = {heading: _person(heading) for heading in people}
    if names:
        lines += ["people:"]
        lines += [f"  {name}: {{columns: [{quoted(head)}]}}" for head, name in names.items()]
    if left:
        lines += ["# fields:"]
        for heading in left:
            name = re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_") or "field"
            lines += [f"#   {name}:", f"#     column: {quoted(heading)}", "#     codes: {…: …}"]
    if private:
        lines += ["leave_out:", *(f"  - {quoted(heading)}" for heading in private)]
    lines += ["# counts:", "#   - {measure: …, of: records}"]
    lines += [f"#   - {{measure: …, of: {name}}}" for name in names.values()]
    return "\n".join(lines) + "\n"


def _person(heading: str) -> str:
    found = _PERSON.search(heading)
    word = found[1].lower() if found else "person"
    return {"person": "people", "child": "children"}.get(word, f"{word}s")


def _given(name: str, value: str) -> str:
    return f"{name}: {value}" if value else f"# {name}: …"


def _take(headings: list[str], form: re.Pattern[str], whole: bool = False) -> list[str]:
    """The headings of a form, taken out of the list."""
    fits = form.fullmatch if whole else form.search
    found = [heading for heading in headings if fits(heading)]
    headings[:] = [heading for heading in headings if heading not in found]
    return found
