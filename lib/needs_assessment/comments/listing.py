"""Comments and changes beside the cells they are about: for a terminal, and as a page."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from needs_assessment.book.markdown import escape
from needs_assessment.comments.record import Kept
from needs_assessment.display import chapter_title, long_date

Texts = Mapping[tuple[str, str], str]
"""What each cell says now, by chapter and cell."""

_START = 160
_BESIDE = 60


def lines(kept: Sequence[Kept], texts: Texts) -> Iterator[str]:
    """What `kept` says, by chapter and cell, for a terminal; then what has no cell."""
    for (chapter, cell), group in _by_cell(kept, texts):
        yield ""
        if cell:
            yield f"{chapter_title(chapter)}, cell {cell}: {_start(texts.get((chapter, cell), ''))}"
        else:
            yield "Not placed:"
        for each in group:
            yield from (f"  {line}" for line in _entry(each, str))


def page(kept: Sequence[Kept], texts: Texts, title: str) -> str:
    """`kept` as a Markdown page: each cell's text, and under it what was said of it."""
    parts = [
        f"# Review comments: {escape(title)}",
        "For the analyst; no part of the report. Written anew whenever comments are read or"
        " answered.",
    ]
    for (chapter, cell), group in _by_cell(kept, texts):
        parts.append(f"## {escape(f'{chapter_title(chapter)}, {cell}' if cell else 'Not placed')}")
        if text := texts.get((chapter, cell), ""):
            parts.append("\n".join(f"> {escape(line)}" for line in text.splitlines() if line))
        for each in group:
            first, *rest = _entry(each, escape)
            parts.append("\n".join([f"- {first}", *(f"  - {line.strip()}" for line in rest)]))
    return "\n\n".join(parts) + "\n"


def _by_cell(kept: Sequence[Kept], texts: Texts) -> Iterator[tuple[tuple[str, str], list[Kept]]]:
    """In the order of the report; what has no cell comes last."""
    groups: dict[tuple[str, str], list[Kept]] = {}
    for each in kept:
        where = (each.place.chapter, each.place.cell) if each.place.cell else ("", "")
        groups.setdefault(where, []).append(each)
    order = {where: number for number, where in enumerate(texts)}
    last = len(order)
    yield from sorted(
        groups.items(), key=lambda item: order.get(item[0], last if item[0][1] else last + 1)
    )


def _entry(each: Kept, write: Callable[[str], str]) -> Iterator[str]:
    """A remark in lines, indented below the first; `write` makes what was typed fit to print."""
    remark, place = each.remark, each.place
    day = f", {long_date(remark.date[:10])}" if remark.date else ""
    where = f" ({write(_where(each))})" if place.said else ""
    yield f"{remark.id}  {write(remark.author or 'Unknown')}{day}: {_state(each)}{where}"
    if remark.kind == "change":
        yield f"  Change: {write(_around(remark.text, remark.quoted))}"
    else:
        if remark.quoted:
            yield f"  On “{write(_start(remark.quoted))}”"
        yield f"  {write(_one_line(remark.text))}"
    for reply in remark.replies:
        yield f"  Reply, {write(reply.author or 'Unknown')}: {write(_one_line(reply.text))}"
    if each.answer:
        yield f"  Answer, {long_date(each.answered)}: {write(_one_line(each.answer))}"


def _where(each: Kept) -> str:
    chapter = each.place.chapter
    named = f"{chapter_title(chapter)}: " if chapter and not each.place.cell else ""
    return f"{named}{each.place.said}"


def _state(each: Kept) -> str:
    if each.answered:
        return "answered"
    return "resolved in Word" if each.remark.resolved else "open"


def _start(text: str) -> str:
    words = _one_line(text)
    return words if len(words) <= _START else f"{words[:_START].rstrip()}…"


def _around(text: str, part: str) -> str:
    """`part` of `text` with some words on either side."""
    before, _, after = text.partition(part)
    left = before[-_BESIDE:].partition(" ")[2] if len(before) > _BESIDE else before
    right = after[:_BESIDE].rpartition(" ")[0] if len(after) > _BESIDE else after
    return _one_line(
        f"{'…' if left != before else ''}{left}{part}{right}{'…' if right != after else ''}"
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
