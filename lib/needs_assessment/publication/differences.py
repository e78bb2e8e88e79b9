"""What differs between two sets of files, byte for byte, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_WIDEST = 100
_LEAD = 30


@dataclass(frozen=True)
class Difference:
    """A file that is not the same in both, and how."""

    file: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}: {self.words}"


def differences(published: Mapping[str, bytes], rebuilt: Mapping[str, bytes]) -> list[Difference]:
    """The files that differ between what was published and what was rebuilt, by path."""
    found = []
    for name in sorted({*published, *rebuilt}):
        if name not in rebuilt:
            found.append(Difference(name, "published, but not made by the rebuild"))
        elif name not in published:
            found.append(Difference(name, "made by the rebuild, but not published"))
        elif published[name] != rebuilt[name]:
            found.append(Difference(name, first_difference(published[name], rebuilt[name])))
    return found


def first_difference(before: bytes, after: bytes) -> str:
    """Where two contents that differ begin to: the line and both texts, or else the byte."""
    try:
        old, new = before.decode("utf-8"), after.decode("utf-8")
    except UnicodeDecodeError:
        same = _common(before, after)
        return f"{len(before):,} bytes, now {len(after):,}; the same up to byte {same:,}"
    olds, news = old.split("\n"), new.split("\n")
    line = _common(olds, news)
    first = olds[line] if line < len(olds) else ""
    second = news[line] if line < len(news) else ""
    start = max(0, _common(first, second) - _LEAD)
    return f"line {line + 1} was “{_cut(first, start)}”, now “{_cut(second, start)}”"


def program_differences(published: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """How the program of now differs from the one that a `version.json` names; a line each.

    Both have the keys of `edition.program`, and `renderer`.
    """
    found = [
        f"{name} {published[key]}, now {now[key]}"
        for key, name in (("renderer", "Renderer"), ("python", "Python"))
        if published[key] != now[key]
    ]
    then, here = published["packages"], now["packages"]
    found += [
        f"{name} {then.get(name, 'was not installed')}, now {here.get(name, 'not installed')}"
        for name in sorted({*then, *here})
        if then.get(name) != here.get(name)
    ]
    if published["package_digest"] != now["package_digest"]:
        found.append("The code of needs-assessment itself has changed")
    return found


def _common(one: Any, other: Any) -> int:
    """How many items two sequences begin with in common."""
    pairs: Iterable[tuple[int, tuple[Any, Any]]] = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cut(text: str, start: int) -> str:
    cut = text[start : start + _WIDEST]
    lead = "…" if start else ""
    return f"{lead}{cut}{'…' if len(text) > start + _WIDEST else ''}".strip()
