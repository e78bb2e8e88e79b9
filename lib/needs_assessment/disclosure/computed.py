"""Everything computed for a report, as it may be shown."""

from typing import Any

from needs_assessment.disclosure.board import Protect, complete_indicator
from needs_assessment.disclosure.groups import protect_group
from needs_assessment.indicators.report import Computed


def protect_computed(computed: Computed, protect: Protect) -> dict[str, list[dict[str, Any]]]:
    """The store's keys `indicators`, `breakdowns`, `scenarios` (refuge places on each population:
    `estimate`, `short` in places, `below` in %) and `county` (`name`, `code`, `indicators`).

    `protect` makes the entry of one indicator of `computed.every()`, hidden where it must be.
    """
    return {
        "indicators": [complete_indicator(each, protect) for each in computed.indicators],
        "breakdowns": [protect_group(each, protect) for each in computed.groups],
        "scenarios": [
            {
                "estimate": each.estimate,
                "short": complete_indicator(each.in_places, protect),
                "below": complete_indicator(each.in_percent, protect),
            }
            for each in computed.scenarios
        ],
        "county": [
            {
                "name": part.name,
                "code": part.code,
                "indicators": [complete_indicator(each, protect) for each in part.indicators],
            }
            for part in computed.county
        ],
    }
