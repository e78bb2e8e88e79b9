"""The questions put to DuckDB about an extract.

Each row becomes hashed references, a month and category numbers (`t`); counts are asked of that.
No text of the extract goes any further. Nothing is ever written to disk: DuckDB is given no
folder to spill to and runs out of memory instead, and the rows are then read again in parts, those
whose references fall into each part at a time. The extract itself is the store that does not fit
into memory. So nothing can be left behind, however the program ends.

References are hashed with a key drawn for each run and never kept. MD5 serves as a fast mixing
function of 128 bits, wide enough for millions of references never to collide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from needs_assessment.periods import Period
from needs_assessment.returns.record_forms import (
    RECORDS,
    Average,
    Coded,
    Count,
    Grain,
    RecordForm,
)
from needs_assessment.returns.records_database import quoted
from needs_assessment.returns.records_rows import Extract

Formats = Mapping[str, tuple[str, ...]]
"""By heading: the forms of a date that are tried, likeliest first."""

_BUFFER = 1 << 23
_EARLIEST = 1900 * 12
_OLDEST = 120
_NO_DAY = -(2**31)
"""Stands for an empty cell where the number of a day belongs."""
_BLANKS = " \t\r\n\u00a0\u200b\ufeff"


_GRAINS: dict[Grain, str] = {"month": "m", "quarter": "m // 3", "year": "NULL"}


@dataclass(frozen=True)
class Questions:
    """The statements for one extract and form, and part `part` of `parts`.

    `own_words`: what stands in the area's column for the council's own rows; `other_words`: for
    rows to leave out. `key`: of this run.
    """

    form: RecordForm
    extract: Extract
    period: Period
    own_words: tuple[str, ...]
    other_words: tuple[str, ...]
    formats: Formats
    key: str
    parts: int = 1
    part: int = 0

    @cached_property
    def units(self) -> dict[str, list[str]]:
        """What is told apart, and by which headings: records first, then people."""
        return {
            RECORDS: self.form.record,
            **{name: people.columns for name, people in self.form.people.items()},
        }

    @cached_property
    def months(self) -> tuple[int, int]:
        """The first and the last month of the edition, as year × 12 + month − 1."""
        start, end = self.period.start, self.period.end
        return start.year * 12 + start.month - 1, end.year * 12 + end.month - 1

    def column(self, heading: str) -> int:
        return self.extract.column(heading)

    def from_file(self) -> str:
        """Every row of the text file, as DuckDB reads it: fast, and checked afterwards."""
        names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(self.extract.headings)))
        return (
            f"read_csv({quoted(str(self.extract.path))}, columns={{{names}}}, auto_detect=false, "
            f"header=false, skip={self.extract.header}, delim={quoted(self.extract.delimiter)}, "
            f"quote='\"', escape='\"', buffer_size={_BUFFER})"
        )

    def classified(self, source: str, exact: bool) -> str:
        """`source` with each row that matters in terms of the form; the others all the same.

        Columns: `mine`, whether it matters (another council's row does not); `a`, whether it is
        the council's own, null where that cannot be told; `h0`, `h1`… the hashed references of
        `units`, null where empty; `p0`, `p1`… whether they fall into this part; `m` its month;
        `f0`, `f1`… category numbers, null where the form does not map what stands there; `s0`,
        `e0`, `s1`… the days that averages lie between, null where there is no date.

        `exact` adds the row's number `r` and what is looked at for problems, `y…` and `x…`, and
        trims blanks that are not spaces.
        """
        columns = [f"{expression} AS {name}" for name, expression in self._expressions.items()]
        kept = ["r", *self._looked_at] if exact else []
        texts = [f"trim(coalesce(c{index}, '')) AS x{index}" for index in self._references]
        trim = f"trim(coalesce({{}}, ''), {quoted(_BLANKS)})" if exact else "trim(coalesce({}, ''))"
        texts += [f"lower({trim.format(f'c{index}')}) AS y{index}" for index in self._coded_columns]
        texts += [f"{trim.format(f'c{index}')} AS d{index}" for index in self._dated_columns]
        row = ["r"] if exact else []
        return (
            f"SELECT {', '.join([*kept, 'mine', *columns])} FROM ("
            f"SELECT *, ({self._mine}) AS mine FROM ("
            f"SELECT {', '.join([*row, *texts])} FROM {source}))"
        )

    @property
    def load(self) -> str:
        """Makes `t` of the file: equal rows once, with their number `n`."""
        names = ", ".join(["mine", *self._expressions])
        return (
            f"CREATE TEMP TABLE t AS SELECT {names}, count(*) AS n "
            f"FROM ({self.classified(self.from_file(), exact=False)}) GROUP BY ALL"
        )

    def load_batch(self, first: bool) -> str:
        """Adds the rows of `seen` to `t`, equal ones once, or makes it of the first of them."""
        names = ", ".join(["mine", *self._expressions])
        start = "CREATE TEMP TABLE t AS" if first else "INSERT INTO t"
        return f"{start} SELECT {names}, count(*) AS n FROM seen GROUP BY ALL"

    @property
    def summary(self) -> str:
        """Of `t`: rows, those that matter, whether any is at fault, or outside the period, and
        whether any lacks each kind of people in turn."""
        first, last = self.months
        conditions = [
            " OR ".join(f"({condition})" for _, _, condition, _ in self.checks),
            f"mine AND a AND m NOT BETWEEN {first} AND {last}",
            *(
                f"{self.usable} AND h{number} IS NULL"
                for number in range(1, len(self.form.people) + 1)
            ),
        ]
        asked = ", ".join(f"coalesce(bool_or({each}), false)" for each in conditions)
        return f"SELECT sum(n), coalesce(sum(n) FILTER (WHERE mine AND p0), 0), {asked} FROM t"

    @property
    def faults(self) -> str:
        """Of `seen`: (kind, name, whether the cell is empty, hash of its text, first row, rows)."""
        return " UNION ALL ".join(
            f"SELECT {quoted(kind)}, {quoted(name)}, {text} = '' AS blank, "
            f"md5_number(concat({quoted(self.key)}, if({text} = '', r::VARCHAR, {text}))) AS text, "
            f"min(r), count(*) FROM seen WHERE ({condition}) AND p0 GROUP BY blank, text"
            for kind, name, condition, text in self.checks
        )

    @property
    def months_seen(self) -> str:
        """The months with records."""
        return f"SELECT DISTINCT m FROM t WHERE {self.usable}"

    @cached_property
    def checks(self) -> list[tuple[str, str, str, str]]:
        """What can be wrong with a row: (kind, name, condition, the text that is at fault)."""
        first, last = self.months
        date = f"d{self.column(self.form.date)}"
        own = "mine AND a"
        found = []
        if self.form.area:
            found.append(("area", "", "mine AND a IS NULL", f"y{self.column(self.form.area)}"))
        found.append(("record", "", f"{own} AND h0 IS NULL", "''"))
        found.append(("date", "", f"{own} AND (m IS NULL OR m < {_EARLIEST})", date))
        if self.form.outside == "report":
            outside = f"{own} AND m >= {_EARLIEST} AND m NOT BETWEEN {first} AND {last}"
            found.append(("outside", "", outside, "''"))
        for number, (name, people) in enumerate(self.form.people.items(), start=1):
            if people.blank == "report":
                found.append(("people", name, f"{own} AND h{number} IS NULL", "''"))
        for number, (name, field) in enumerate(self.form.fields.items()):
            text = f"y{self.column(field.column)}"
            found.append(("field", name, f"{own} AND f{number} IS NULL", text))
        for number, average in enumerate(self.form.averages):
            counted = " AND ".join([own, *self._where(average.where)])
            for heading, day in ((average.start, f"s{number}"), (average.end, f"e{number}")):
                blank = f" OR {day} = {_NO_DAY}" if average.blank == "report" else ""
                condition = f"{counted} AND ({day} IS NULL{blank})"
                found.append(("day", heading, condition, f"d{self.column(heading)}"))
            known = f"s{number} <> {_NO_DAY} AND e{number} <> {_NO_DAY}"
            late = f"{counted} AND {known} AND e{number} < s{number}"
            found.append(("order", average.measure, late, "''"))
        return found

    @property
    def usable(self) -> str:
        """The rows of `t` that are counted."""
        first, last = self.months
        return f"mine AND a AND h0 IS NOT NULL AND m BETWEEN {first} AND {last}"

    @property
    def resolve(self) -> str:
        """Makes `r` of `t`: each record once, its earliest month (and its last), its categories
        listed first, its earliest days."""
        days = "".join(
            f", min(nullif({day}, {_NO_DAY})) AS {day}"
            for number in range(len(self.form.averages))
            for day in (f"s{number}", f"e{number}")
        )
        return (
            f"CREATE TEMP TABLE r AS SELECT min(m) AS m, max(m) AS last"
            f"{self._least(self._of_records)}{days} FROM t WHERE {self.usable} AND p0 GROUP BY h0"
        )

    def count(self, count: Count) -> str:
        """How many there are: (when, categories…, number, whether any had several).

        When: the month, the quarter (year × 4 + quarter − 1), or null for the year.
        """
        names = list(self.form.fields)
        by = [names.index(field) for field in count.by.values()]
        where = self._where(count.where)
        when = _GRAINS[count.each]
        if count.of == RECORDS:
            inner = f"SELECT {when} AS q, * FROM r WHERE {' AND '.join(['true', *where])}"
            moved = f"{when} <> {when.replace('m', 'last')}"
            several = " OR ".join([moved, *(f"g{each} > f{each}" for each in by)])
        else:
            inner = self._people(count, by, where, when)
            several = " OR ".join(["false", *(f"g{each} > f{each}" for each in by)])
        fields = "".join(f", f{each}" for each in by)
        return (
            f"SELECT q{fields}, count(*), coalesce(bool_or({several}), false) "
            f"FROM ({inner}) GROUP BY q{fields}"
        )

    def average(self, average: Average) -> str:
        """Between two days of each record: (when, days in all, number of records)."""
        number = self.form.averages.index(average)
        days = [f"s{number}", f"e{number}"]
        where = [*(f"{day} IS NOT NULL" for day in days), *self._where(average.where)]
        return (
            f"SELECT {_GRAINS[average.each]} AS q, sum(e{number} - s{number}), count(*) FROM r "
            f"WHERE {' AND '.join(where)} GROUP BY q"
        )

    def _where(self, chosen: dict[str, list[str]]) -> list[str]:
        names = list(self.form.fields)
        return [
            f"f{names.index(field)} IN ({', '.join(map(str, self._numbers(field, categories)))})"
            for field, categories in chosen.items()
        ]

    def _people(self, count: Count, by: list[int], where: list[str], when: str) -> str:
        """Each person once, in the category listed first."""
        number = list(self.units).index(count.of)
        rows = " AND ".join([self.usable, f"p{number}", f"h{number} IS NOT NULL", *where])
        fields = [list(self.form.fields)[each] for each in by]
        if count.at_least == 1:
            return (
                f"SELECT h{number}, {when} AS q{self._least(fields)} FROM t WHERE {rows} "
                f"GROUP BY h{number}, q"
            )
        again = "".join(f", min(f{each}) AS f{each}, max(g{each}) AS g{each}" for each in by)
        return (
            f"SELECT h{number}, q{again} FROM (SELECT h{number}, h0, {when} AS q"
            f"{self._least(fields)} FROM t WHERE {rows} GROUP BY h{number}, h0, q) "
            f"GROUP BY h{number}, q HAVING count(*) >= {count.at_least}"
        )

    def _least(self, fields: list[str]) -> str:
        """The first and the last known category (`f…`, `g…`) of each field within a group."""
        names = list(self.form.fields)
        text = ""
        for name in fields:
            number, field = names.index(name), self.form.fields[name]
            known = f"f{number}"
            if field.blank:
                known = f"nullif(f{number}, {field.categories.index(field.blank)})"
            text += f", min(f{number}) AS f{number}, max({known}) AS g{number}"
        return text

    @property
    def _of_records(self) -> list[str]:
        """The fields that counts and averages of records need."""
        counts = [count for count in self.form.counts if count.of == RECORDS]
        used = {field for count in counts for field in (*count.by.values(), *count.where)}
        used |= {field for average in self.form.averages for field in average.where}
        return [field for field in self.form.fields if field in used]

    def _numbers(self, field: str, chosen: list[str]) -> list[int]:
        categories = self.form.fields[field].categories
        return [categories.index(category) for category in chosen]

    @cached_property
    def _references(self) -> list[int]:
        columns = {self.column(each) for headings in self.units.values() for each in headings}
        return sorted(columns)

    @cached_property
    def _coded_columns(self) -> list[int]:
        headings = [field.column for field in self.form.fields.values()]
        area = [self.form.area] if self.form.area else []
        return sorted({self.column(each) for each in (*area, *headings)})

    @cached_property
    def _dated_columns(self) -> list[int]:
        return sorted({self.column(heading) for heading in self.formats})

    @property
    def _looked_at(self) -> list[str]:
        coded = [f"y{index}" for index in self._coded_columns]
        return [*coded, *(f"d{index}" for index in self._dated_columns)]

    def _day(self, heading: str) -> str:
        """The date that stands under a heading, null where there is none."""
        formats = ", ".join(map(quoted, self.formats[heading]))
        return f"try_strptime(d{self.column(heading)}, [{formats}])"

    @property
    def _area(self) -> str:
        if not self.form.area:
            return "true"
        text = f"y{self.column(self.form.area)}"
        own = ", ".join(quoted(word.strip().lower()) for word in self.own_words)
        other = ", ".join(quoted(word.strip().lower()) for word in self.other_words)
        left_out = f"WHEN {text} IN ({other}) THEN false " if other else ""
        return f"CASE WHEN {text} IN ({own}) THEN true {left_out}END"

    @property
    def _mine(self) -> str:
        """Not another council's, not to be left out, and in this part by any of its references."""
        conditions = [f"({self._area}) IS NOT FALSE"]
        for field, chosen in self.form.keep.items():
            numbers = ", ".join(map(str, self._numbers(field, chosen)))
            category = self._category(self.form.fields[field])
            conditions.append(f"({category} IN ({numbers})) IS NOT FALSE")
        parts = [self._in_part(headings) for headings in self.units.values()]
        return " AND ".join([*conditions, f"({' OR '.join(parts)})"])

    def _in_part(self, headings: list[str]) -> str:
        if self.parts == 1:
            return "true"
        return f"hash({self._reference(headings)}) % {self.parts} = {self.part}"

    def _reference(self, headings: list[str]) -> str:
        texts = [f"x{self.column(each)}" for each in headings]
        return texts[0] if len(texts) == 1 else f"concat_ws(chr(31), {', '.join(texts)})"

    @cached_property
    def _expressions(self) -> dict[str, str]:
        found = {"a": self._area}
        for number, headings in enumerate(self.units.values()):
            texts = ", ".join(f"x{self.column(each)}" for each in headings)
            hashed = f"md5_number(concat({quoted(self.key)}, {self._reference(headings)}))"
            found[f"h{number}"] = f"CASE WHEN concat({texts}) <> '' THEN {hashed} END"
            found[f"p{number}"] = self._in_part(headings)
        found["m"] = (
            f"(datediff('month', DATE '2000-01-01', {self._day(self.form.date)}) + 24000)::INTEGER"
        )
        for number, field in enumerate(self.form.fields.values()):
            found[f"f{number}"] = self._category(field)
        for number, average in enumerate(self.form.averages):
            for name, heading in ((f"s{number}", average.start), (f"e{number}", average.end)):
                day = f"datediff('day', DATE '2000-01-01', {self._day(heading)})::INTEGER"
                empty = f"d{self.column(heading)} = ''"
                found[name] = f"CASE WHEN {empty} THEN {_NO_DAY} ELSE {day} END"
        return {name: f"CASE WHEN mine THEN {each} END" for name, each in found.items()}

    def _category(self, field: Coded) -> str:
        """The number of the category that stands in a field."""
        text = f"y{self.column(field.column)}"
        cases = ""
        for number, category in enumerate(field.categories):
            codes = [code for code, meant in field.codes.items() if meant == category]
            words = [code.strip().lower() for code in codes]
            words += [""] if category == field.blank else []
            if words:
                cases += f"WHEN {text} IN ({', '.join(map(quoted, words))}) THEN {number} "
        if field.limits:
            known, age = f"regexp_full_match({text}, '[0-9]{{1,3}}')", f"{text}::USMALLINT"
            if field.born:
                born, on = self._day(field.column), self._day(self.form.date)
                age = f"date_sub('year', {born}, {on})"
                known = f"{born} <= {on} AND {age} <= {_OLDEST}"
            bands = " ".join(
                f"WHEN {age} BETWEEN {youngest} AND {oldest} "
                f"THEN {field.categories.index(category)}"
                for youngest, oldest, category in field.limits
            )
            cases += f"WHEN {known} THEN CASE {bands} END "
        return f"(CASE {cases}END)::UTINYINT"
