"""The forms of a date in an extract, as DuckDB reads them."""

from needs_assessment.returns.record_forms import RecordForm
from needs_assessment.returns.records_database import connect, quoted
from needs_assessment.returns.records_rows import Extract
from needs_assessment.returns.records_sql import Formats

_SAMPLE = 100

_DAYS = ("%d/%m/%y", "%d/%m/%Y", "%d-%m-%y", "%d-%m-%Y", "%d.%m.%y", "%d.%m.%Y")
_NAMED = ("%d-%b-%y", "%d-%b-%Y", "%d %b %y", "%d %b %Y", "%d %B %Y", "%d/%b/%Y")
_ISO = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f", "T%H:%M:%S.%f")


def likely_formats(extract: Extract, form: RecordForm) -> tuple[Formats, Formats]:
    """By heading: the forms of a date that the first rows are written in, and all of them,
    likeliest first. Dates of birth have a year of four digits.
    """
    born = {field.column for field in form.fields.values() if field.born}
    days = {heading for each in form.averages for heading in (each.start, each.end)}
    likely, known = {}, {}
    for heading in dict.fromkeys([form.date, *days, *born]):
        formats = date_formats(form.dates == "month first")
        if heading in born:
            formats = [each for each in formats if "%y" not in each]
        seen, known[heading] = _in_order(extract, heading, formats)
        # Without a date among the first rows, any form may still come.
        likely[heading] = seen if seen or heading == form.date else known[heading]
    return likely, known


def _in_order(
    extract: Extract, heading: str, formats: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    column = extract.column(heading)
    sample = extract.sample[:: max(len(extract.sample) // _SAMPLE, 1)]
    texts = [row[column].strip() for row in sample if len(row) > column]
    with connect(extract.path) as database:
        asked = ", ".join(
            f"count(*) FILTER (WHERE try_strptime(d, {quoted(each)}) >= DATE '1850-01-01')"
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
