"""From the shape of a sheet to a draft of its mapping."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from needs_assessment.returns.draft import Draft, Entry, guesses, saying
from needs_assessment.returns.layout import is_total
from needs_assessment.returns.mapping import plain
from needs_assessment.returns.matching import SURE, Match, Matcher, Target
from needs_assessment.returns.shapes import Head, Shape, is_period, names_values
from needs_assessment.returns.sheets import column_letters
from needs_assessment.returns.statistic import Terms
from needs_assessment.returns.tokens import read_token
from needs_assessment.settings import nearest

_WIDE_ROLES = ("area", "dimension", "category", "status", "note")


def draft_table(shape: Shape, matcher: Matcher, terms: Terms) -> Draft:
    """What a mapping of the table may say, with what is to be decided and checked."""
    label = shape.label
    value, measure = shape.with_role("value"), shape.with_role("measure")
    if value and not shape.periods and (measure or shape.with_role("period")):
        draft = _long(shape, matcher, value, measure or label)
    elif shape.periods:
        draft = _by_period(shape, matcher, label)
    elif shape.with_role("period"):
        draft = _by_row(shape, matcher)
    else:
        draft = _grid(shape, matcher, label)
    if shape.header_rows > 1:
        draft.fields["header_rows"] = shape.header_rows
    _add_period(draft, shape)
    _add_areas(draft, shape, terms)
    draft.rows, draft.values = _once(draft.rows), _once(draft.values)
    _add_undecided(draft, shape)
    _add_totals(draft, shape)
    if draft.ignore:
        draft.checks.append(
            "Rows that hold no figures now are ignored from now on; take off those that can: "
            f"{listed(draft.ignore)}."
        )
    return draft


def listed(texts: Iterable[str]) -> str:
    """Texts in quotation marks, each once."""
    return ", ".join(f"“{text}”" for text in dict.fromkeys(texts))


def _add_undecided(draft: Draft, shape: Shape) -> None:
    """The columns to which nothing has given a meaning."""
    used = {*draft.columns.values(), str(draft.fields.get("label_column", ""))}
    used |= {entry.label for entry in draft.values}
    for head in shape.heads:
        known = head.name in used or used & {*head.parts} or head.kind == "period"
        if not head.parts and (head.figures or head.texts) and head != shape.label:
            draft.checks.append(
                f"Column {column_letters(head.index)} has no heading but holds something: give it "
                "one in the file, or empty it."
            )
        elif head.parts and not known and not any(map(is_total, head.parts)):
            draft.undecided.append(head.name)


def _add_totals(draft: Draft, shape: Shape) -> None:
    label = shape.label
    found = [head.name for head in shape.heads if any(map(is_total, head.parts))]
    if label:
        found += [cells[label.index] for _, cells in shape.body if is_total(cells[label.index])]
    if found:
        draft.checks.append(
            f"Totals are not read unless the mapping gives them a meaning: {listed(found)}."
        )


def _by_period(shape: Shape, matcher: Matcher, label: Head | None) -> Draft:
    """A column for each period, a row for each statistic."""
    draft = Draft("wide", columns=_role_columns(shape, label))
    above = dict.fromkeys(part for head in shape.periods for part in head.other_parts)
    for part in above:
        if label and names_values(part):
            draft.values.append(Entry(part, {}))
        elif not any(map(str.isalnum, part)):
            draft.undecided.append(part)
        else:
            draft.values.append(_entry(part, *matcher.best(part)))
    if label:
        indexes = [head.index for head in shape.periods]
        _add_rows(draft, shape, matcher, label, indexes, _measures(draft.values))
    else:
        draft.open_fields["label_column"] = "no column says what the rows count"
    return draft


def _by_row(shape: Shape, matcher: Matcher) -> Draft:
    """A row for each period, a column for each statistic."""
    draft = Draft("wide", columns=_role_columns(shape, None, "period"))
    draft.values = [_entry(head.name, *matcher.best(head.name)) for head in _figures(shape)]
    _add_categories(draft, shape, matcher, draft.values)
    return draft


def _grid(shape: Shape, matcher: Matcher, label: Head | None) -> Draft:
    """A row for each label and a column for each heading, all of one period."""
    draft = Draft("wide", columns=_role_columns(shape, label))
    heads = _figures(shape)
    generic = shape.with_role("value")
    if label is None:
        draft.values = [_entry(head.name, *matcher.best(head.name)) for head in heads]
        draft.open_fields["label_column"] = "no column says what the rows count"
        return draft
    counted = {head.name: matcher.best(head.name) for head in heads}
    indexes = [head.index for head in (*heads, *([generic] if generic else []))]
    if generic or not any(target for target, _ in counted.values()):
        if generic:
            draft.values = [Entry(generic.name, {})]
        draft.values += [Entry(name, None, guesses(found)) for name, (_, found) in counted.items()]
        _add_rows(draft, shape, matcher, label, indexes)
        return draft
    draft.values = [_entry(name, *found) for name, found in counted.items()]
    _add_rows(draft, shape, matcher, label, indexes, _measures(draft.values))
    return draft


def _long(shape: Shape, matcher: Matcher, value: Head, measure: Head | None) -> Draft:
    """A row for each statistic."""
    draft = Draft("long")
    if measure:
        draft.columns["measure"] = measure.name
        words = [word for word in shape.words(measure) if not matcher.knows(word)]
        draft.rows = [_entry(word, *matcher.best(word)) for word in words]
    else:
        draft.open_fields["measure"] = "no column says what is counted"
    draft.columns |= _role_columns(shape, measure, "period")
    draft.columns["value"] = value.name
    _add_categories(draft, shape, matcher, draft.rows)
    return draft


def _role_columns(shape: Shape, label: Head | None, *further: str) -> dict[str, str]:
    return {
        head.role: head.name
        for head in shape.heads
        if head.role in (*_WIDE_ROLES, *further) and head != label
    }


def _figures(shape: Shape) -> list[Head]:
    return [head for head in shape.values if not any(map(is_total, head.parts))]


def _add_rows(
    draft: Draft,
    shape: Shape,
    matcher: Matcher,
    label: Head,
    values: list[int],
    measures: Iterable[str] = (),
) -> None:
    """What each label counts, under the heading among the rows that it stands below.

    With `measures`, labels are parts of these, which the columns name.
    """
    draft.fields["label_column"] = label.name or f"column {column_letters(label.index)}"
    rows = [
        (number, cells[label.index], any(read_token(cells[index]) for index in values))
        for number, cells in shape.body
        if cells[label.index] and not is_total(cells[label.index])
    ]
    last = max((number for number, _, filled in rows if filled), default=0)
    rows = [row for row in rows if row[0] <= last]
    section = ""
    for position, (number, text, filled) in enumerate(rows):
        if not filled and _is_section(position, rows, matcher):
            section = text
            draft.ignore.append(text)
            continue
        found = matcher.matches(text, section)
        if measures:
            found = [each for each in found if each.target.measure in measures]
        entry = _entry(text, *matcher.choose(found), f"row {number}: ")
        if measures and isinstance(entry.said, dict):
            said = {key: value for key, value in entry.said.items() if key != "measure"}
            entry = replace(entry, said=said or None)
        draft.rows.append(entry)


def _is_section(position: int, rows: list[tuple[int, str, bool]], matcher: Matcher) -> bool:
    """Whether a row without figures is a heading over the next ones, not a statistic left empty.

    It is one when it means nothing in the data dictionary, what another row means, or the measure
    that the next row is a part of.
    """
    text = rows[position][1]
    target, _ = matcher.best(text)
    if target is None:
        return True
    below = [each for _, each, filled in rows[position + 1 :] if filled]
    first = matcher.best(below[0], text)[0] if below else None
    if first and first.measure == target.measure:
        return True
    return any(matcher.best(each)[0] == target for each in below)


def _add_categories(draft: Draft, shape: Shape, matcher: Matcher, counted: list[Entry]) -> None:
    """What the words of a category column mean, among the parts of the measures counted."""
    head = shape.with_role("category")
    if head is None:
        return
    measures = _measures(counted) | {
        word for each in shape.heads for word in shape.words(each) if matcher.knows(word)
    }
    found: dict[str, list[Match]] = {}
    for word in shape.words(head):
        likely = [
            each
            for each in matcher.matches(f"{head.name} {word}", " ".join(measures))
            if each.target.category and each.target.measure in measures
        ]
        found[word] = likely
    dimensions = Counter(likely[0].target.dimension for likely in found.values() if likely)
    if "dimension" not in draft.columns:
        if len(dimensions) == 1:
            draft.fields["dimension"] = next(iter(dimensions))
        else:
            draft.open_fields["dimension"] = f"what “{head.name}” breaks the figures down by"
    for word, likely in found.items():
        if matcher.is_category(word, measures):
            continue
        sure = bool(likely) and likely[0].score >= SURE
        said = likely[0].target.category if sure else None
        draft.categories.append(Entry(word, said, "" if sure else guesses(likely[:2])))


def _add_period(draft: Draft, shape: Shape) -> None:
    """Which period the table is for, where its rows and headings do not say."""
    missing = not shape.periods and "period" not in draft.columns
    lacking = any(head.needs_year for head in shape.periods)
    if shape.period and (missing or _lacks_year(shape)):
        draft.fields["period"] = shape.period
    elif missing:
        draft.open_fields["period"] = "such as 2024-25: neither title nor headings name one"
    elif lacking:
        draft.open_fields["period"] = "such as 2024-25: the headings lack the year"


def _lacks_year(shape: Shape) -> bool:
    """Whether the headings, or a column of periods, need the year of the title or sheet."""
    head = shape.with_role("period")
    texts = [each.name for each in shape.periods] or (shape.words(head) if head else [])
    return any(not is_period(text) for text in texts)


def _add_areas(draft: Draft, shape: Shape, terms: Terms) -> None:
    """Whether the file serves several councils, and area names that are not the usual ones."""
    head = shape.with_role("area")
    if head is None or draft.columns.get("area") != head.name:
        return
    codes = {plain(area.name): code for code, area in terms.areas.items()}
    words = shape.words(head)
    known = {word: codes.get(plain(word), word if word in terms.areas else "") for word in words}
    if all(code and terms.concerns(code) for code in known.values()):
        return
    names = [area.name for area in terms.areas.values()]
    draft.areas = [
        Entry(word, None, nearest(word, names) or "which area this is")
        for word, code in known.items()
        if not code
    ]


def _measures(entries: Iterable[Entry]) -> set[str]:
    """The measures that lines name."""
    return {
        entry.said["measure"]
        for entry in entries
        if isinstance(entry.said, dict) and "measure" in entry.said
    }


def _entry(label: str, target: Target | None, likely: list[Match], where: str = "") -> Entry:
    if target:
        return Entry(label, saying(target))
    return Entry(label, None, where + guesses(likely))


def _once(entries: list[Entry]) -> list[Entry]:
    """The entries; labels that stand there twice, or that mean the same, are left to a person."""
    labels = Counter(plain(entry.label) for entry in entries)
    meanings = Counter(str(entry.said) for entry in entries if entry.said)
    sorted_out: dict[str, Entry] = {}
    for entry in entries:
        decided = entry
        if labels[plain(entry.label)] > 1:
            why = "stands in several rows: split the sheet into tables, with below"
            decided = replace(entry, said=None, why=why)
        elif entry.said and meanings[str(entry.said)] > 1:
            said = ", ".join(entry.said.values()) if isinstance(entry.said, dict) else entry.said
            decided = replace(entry, said=None, why=f"another line means {said} too")
        sorted_out.setdefault(plain(entry.label), decided)
    return list(sorted_out.values())
