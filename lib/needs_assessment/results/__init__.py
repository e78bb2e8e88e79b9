"""The results of a run beside the report: indicators, tables, checks, provenance.

None holds a wall clock, a host, a user or an absolute path.
"""

from needs_assessment.results.records import (
    as_json,
    checks_json,
    indicators_json,
    provenance_json,
)
from needs_assessment.results.tidy import indicators_csv
from needs_assessment.results.workbook import tables_xlsx

__all__ = [
    "as_json",
    "checks_json",
    "indicators_csv",
    "indicators_json",
    "provenance_json",
    "tables_xlsx",
]
