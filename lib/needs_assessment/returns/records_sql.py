"""The questions put to DuckDB about an extract.

Each row becomes hashed references, a month and category numbers (`t`); counts are asked of that.
No text of the extract goes any further. Nothing is ever written to disk: DuckDB is given no
folder to spill to and runs out of memory instead, and the rows are then read again in parts, those
whose references fall into each part at a time. The extract itself is the store that does not fit
into memory. So nothing can be left behind, however the program ends.

References are hashed with a key drawn for each run and never kept. MD5 serves as a fast mixing
function of 128 bits, wide enough for millions of references never to collide.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from needs_assessment.periods import Period
from needs_assessment.returns.record_forms import RECORDS, Coded, Count, RecordForm
from needs_assessment.returns.records_rows import Extract

MEMORY = "1GB"
_MOST_THREADS = 4
_BUFFER = 1 << 23
_SAMPLE = 100
_EARLIEST = 1900 * 12
_BLANKS = " \t\r\n\u00a0\u200b\ufeff"

_DAYS = ("%d/%m/%y", "%d/%m/%Y", "%d-%m-%y", "%d-%m-%Y", "%d.%m.%y", "%d.%m.%Y")
_NAMED = ("%d-%b-%y", "%d-%b-%Y", "%d %b %y", "%d %b %Y", "%d %B %Y", "%d/%b/%Y")
_ISO = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f", "T%H:%M:%S.%f")


def connect(extract: Path, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A database in memory that may read the extract and no other file, and write none.

    It does not spill, print, log or load extensions.
    """
    database = duckdb.connect(
        config={
            "temp_directory": "",
            "memory_limit": memory,
            "threads": min(os.cpu_count() or 1, _MOST_THREADS),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    database.execute("SET enable_progress_bar = false")
    database.execute(f"SET allowed_paths = [{quoted(str(extract))}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def likely_formats(extract: Extract, form: RecordForm) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms of a date that the first rows are written in, and all of them, likeliest first."""
    column = extract.column(form.date)
    sample = extract.sample[:: max(len(extract.sample) // _SAMPLE, 1)]
    texts = [row[column].strip() for row in sample if len(row) > column]
    formats = date_formats(form.dates == "month first")
    with connect(extract.path) as database:
        asked = ", ".join(
            f"count(*) FILTER (WHERE try_strptime(d, {quoted(each)}) >= DATE '1900-01-01')"
            for each in formats
        )
        found = database.execute(f"SELECT {asked} FROM (SELECT unnest(?) AS d)", [texts])
        fits = dict(zip(formats, found.fetchall()[0], strict=True))
    likely = sorted((each for each in formats if fits[each]), key=lambda each: -fits[each])
    # A year of four digits is also read from two, as in the year 24: two digits go first.
    paired = [pair for each in likely for pair in (each.replace("%Y", "%y"), each)]
    known = [each for each in (*paired, *formats) if each in fits]
    return tuple(likely), tuple(dict.fromkeys(known))


def date_formats(month_first: bool) -> list[str]:
    """The forms of a date that partners use, as DuckDB writes them; short years come first."""
    days = [each.replace("%d", "%%").replace("%m", "%d").replace("%%", "%m") for each in _DAYS]
    dates = [*(days if month_first else _DAYS), *_NAMED]
    short = [each for each in dates if "%y" in each]
    long = [each for each in dates if "%Y" in each]
    return [day + time for time in _TIMES for day in (*short, *long, *_ISO)]


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Questions:
    """The statements for one extract and form, and part `part` of `parts`.

    `own_words`: what stands in the area's column for the council's own rows; `other_words`: for
    rows to leave out. `formats`: those tried for dates, likeliest first. `key`: of this run.
    """

    form: RecordForm
    extract: Extract
    period: Period
    own_words: tuple[str, ...]
    other_words: tuple[str, ...]
    formats: tuple[str, ...]
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
        `f0`, `f1`… category numbers, null where the form does not map what stands there.

        `exact` adds the row's number `r` and what is looked at for problems, `y…` and `x…`, and
        trims blanks that are not spaces.
        """
        columns = [f"{expression} AS {name}" for name, expression in self._expressions.items()]
        kept = ["r", *self._looked_at] if exact else []
        texts = [f"trim(coalesce(c{index}, '')) AS x{index}" for index in self._references]
        trim = f"trim(coalesce({{}}, ''), {quoted(_BLANKS)})" if exact else "trim(coalesce({}, ''))"
        texts += [f"lower({trim.format(f'c{index}')}) AS y{index}" for index in self._coded_columns]
        date = self.column(self.form.date)
        texts.append(f"{trim.format(f'c{date}')} AS d{date}")
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
    def quarters(self) -> str:
        """The quarters with records."""
        return f"SELECT DISTINCT m // 3 FROM t WHERE {self.usable}"

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
        return found

    @property
    def usable(self) -> str:
        """The rows of `t` that are counted."""
        first, last = self.months
        return f"mine AND a AND h0 IS NOT NULL AND m BETWEEN {first} AND {last}"

    @property
    def resolve(self) -> str:
        """Makes `r` of `t`: each record once, its earliest month, its categories listed first."""
        return (
            f"CREATE TEMP TABLE r AS SELECT min(m) AS m, min(m) // 3 <> max(m) // 3 AS moved"
            f"{self._least(self._of_records)} FROM t WHERE {self.usable} AND p0 GROUP BY h0"
        )

    def count(self, count: Count) -> str:
        """How many there are: (quarter or null, categories…, number, whether any had several)."""
        names = list(self.form.fields)
        by = [names.index(field) for field in count.by.values()]
        where = [
            f"f{names.index(field)} IN ({', '.join(map(str, self._numbers(field, chosen)))})"
            for field, chosen in count.where.items()
        ]
        quarter = "m // 3" if count.each == "quarter" else "NULL"
        if count.of == RECORDS:
            inner = f"SELECT {quarter} AS q, * FROM r WHERE {' AND '.join(['true', *where])}"
            several = " OR ".join(["moved", *(f"g{each} > f{each}" for each in by)])
        else:
            inner = self._people(count, by, where, quarter)
            several = " OR ".join(["false", *(f"g{each} > f{each}" for each in by)])
        fields = "".join(f", f{each}" for each in by)
        return (
            f"SELECT q{fields}, count(*), coalesce(bool_or({several}), false) "
            f"FROM ({inner}) GROUP BY q{fields}"
        )

    def _people(self, count: Count, by: list[int], where: list[str], quarter: str) -> str:
        """Each person once, in the category listed first."""
        number = list(self.units).index(count.of)
        rows = " AND ".join([self.usable, f"p{number}", f"h{number} IS NOT NULL", *where])
        fields = [list(self.form.fields)[each] for each in by]
        if count.at_least == 1:
            return (
                f"SELECT h{number}, {quarter} AS q{self._least(fields)} FROM t WHERE {rows} "
                f"GROUP BY h{number}, q"
            )
        again = "".join(f", min(f{each}) AS f{each}, max(g{each}) AS g{each}" for each in by)
        return (
            f"SELECT h{number}, q{again} FROM (SELECT h{number}, h0, {quarter} AS q"
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
        """The fields that counts of records need."""
        counts = [count for count in self.form.counts if count.of == RECORDS]
        used = {field for count in counts for field in (*count.by.values(), *count.where)}
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

    @property
    def _looked_at(self) -> list[str]:
        coded = [f"y{index}" for index in self._coded_columns]
        return [*coded, f"d{self.column(self.form.date)}"]

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
        date = f"d{self.column(self.form.date)}"
        formats = ", ".join(map(quoted, self.formats))
        found["m"] = (
            f"(datediff('month', DATE '2000-01-01', try_strptime({date}, [{formats}])) "
            "+ 24000)::INTEGER"
        )
        for number, field in enumerate(self.form.fields.values()):
            found[f"f{number}"] = self._category(field)
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
            bands = " ".join(
                f"WHEN {text}::USMALLINT BETWEEN {youngest} AND {oldest} "
                f"THEN {field.categories.index(category)}"
                for youngest, oldest, category in field.limits
            )
            cases += f"WHEN regexp_full_match({text}, '[0-9]{{1,3}}') THEN CASE {bands} END "
        return f"(CASE {cases}END)::UTINYINT"
