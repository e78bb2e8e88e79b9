"""The results of a run beside the report: indicators, tables, checks.

None holds a wall clock, a host, a user or an absolute path. `results.workbook` is imported where a
workbook is made: most runs use the last one again.
"""

from needs_assessment.results.records import (
    as_json,
    checks_json,
    indicators_json,
)
from needs_assessment.results.tidy import indicators_csv

__all__ = [
    "as_json",
    "checks_json",
    "indicators_csv",
    "indicators_json",
]
