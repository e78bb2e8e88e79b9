"""Rules: what does not hold together in partners' returns, said in words fit for an annex.

Every rule is generic: it works on any council's figures and on what the data dictionary says of
them. A rule is a function from a `Context` to flags, listed in `RULES`.
"""

from collections.abc import Callable, Iterator

import pandas as pd

from needs_assessment.flags import Flag
from needs_assessment.periods import Period
from needs_assessment.reference import Area
from needs_assessment.returns.dictionary import Dictionary
from needs_assessment.returns.rules.averages import check_bases
from needs_assessment.returns.rules.course import (
    check_jumps,
    check_missing,
    check_other_period,
    check_scaled,
)
from needs_assessment.returns.rules.expected import check_expected
from needs_assessment.returns.rules.figures import Context, Figures, Hides, read_figures
from needs_assessment.returns.rules.shares import check_hundred, check_shares
from needs_assessment.returns.rules.statements import (
    check_copied,
    check_meaning,
    check_no_value,
    check_repeats,
    check_targets,
)
from needs_assessment.returns.rules.totals import (
    check_categories,
    check_made_of,
    check_parts_of,
    check_within_year,
)

RULES: tuple[Callable[[Context], Iterator[Flag]], ...] = (
    check_categories,
    check_made_of,
    check_within_year,
    check_parts_of,
    check_shares,
    check_hundred,
    check_bases,
    check_expected,
    check_scaled,
    check_missing,
    check_other_period,
    check_jumps,
    check_repeats,
    check_copied,
    check_no_value,
    check_targets,
    check_meaning,
)


def read_context(
    observations: pd.DataFrame,
    earlier: pd.DataFrame,
    *,
    dictionary: Dictionary,
    areas: dict[str, Area],
    own_area: str,
    edition: Period,
    folder: str,
    hides: Hides,
    caveats: dict[str, str] | None = None,
) -> Context:
    """What the rules look at in the returns of one edition.

    `observations` and `earlier` (statements that later ones replaced) are frames with
    `observations.COLUMNS`. `folder` is where the edition's own returns lie, as observations name
    it. `hides` says whether disclosure control hides a figure, or a number made from figures.
    `caveats`: by file, what is said wherever its figures are shown.
    """
    return Context(
        figures=Figures(read_figures(observations), dictionary),
        earlier=read_figures(earlier),
        dictionary=dictionary,
        areas=areas,
        own_area=own_area,
        edition=edition,
        folder=f"{folder.rstrip('/')}/",
        hides=hides,
        caveats=caveats or {},
    )


def run_rules(context: Context) -> list[Flag]:
    """What the rules find in an edition's own returns, in the light of all; each finding once.

    No sentence gives a figure that is hidden, nor a number from which it follows.
    """
    found = dict.fromkeys(flag for rule in RULES for flag in rule(context))
    return [flag for flag in found if flag.file.startswith(context.folder)]
