"""Intervals and funnels beside PHStatsMethods, the Department of Health's own package."""

import random
import warnings

import pandas as pd
import pytest

from needs_assessment.indicators import funnel, intervals

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import PHStatsMethods

CONFIDENCES = [0.95, 0.998]
ENDS = ["lower_95_ci", "upper_95_ci", "lower_99_8_ci", "upper_99_8_ci"]
WORDS = {"High": "higher", "Low": "lower", "Not": "similar"}


@pytest.fixture(scope="module")
def inputs() -> pd.DataFrame:
    """Counts from 1 up and bases, small and large, across the change of method at 10."""
    chance = random.Random(20251122)
    rows = [(count, 10**power) for count in range(1, 25) for power in (2, 4)]
    rows += [(n := chance.randint(1, 5000), n + chance.randint(0, 10**6)) for _ in range(150)]
    return pd.DataFrame(rows, columns=["count", "base"])


def test_wilson_agrees(inputs: pd.DataFrame) -> None:
    oracle = PHStatsMethods.ph_proportion(
        inputs.copy(), "count", "base", confidence=CONFIDENCES, metadata=False
    )
    for row in oracle.to_dict("records"):
        ours = [end for c in CONFIDENCES for end in intervals.wilson(row["count"], row["base"], c)]
        assert ours == pytest.approx([row[end] for end in ENDS], rel=1e-9, abs=1e-12)


def test_poisson_agrees(inputs: pd.DataFrame) -> None:
    oracle = PHStatsMethods.ph_rate(
        inputs.copy(), "count", "base", confidence=CONFIDENCES, metadata=False, multiplier=1000
    )
    for row in oracle.to_dict("records"):
        scale = 1000 / row["base"]
        ours = [scale * end for c in CONFIDENCES for end in intervals.poisson(row["count"], c)]
        assert ours == pytest.approx([row[end] for end in ENDS], rel=1e-9)


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_groups_outside_control_limits_agree(kind: funnel.Statistic) -> None:
    chance = random.Random(8)
    for _ in range(8):
        bases = [chance.randint(20, 4000) for _ in range(12)]
        groups = [(max(1, round(base * chance.uniform(0.02, 0.12))), base) for base in bases]
        frame = pd.DataFrame(groups, columns=["count", "base"])
        extra = {}
        if kind == "rate":
            frame["rate"] = 1000 * frame["count"] / frame["base"]
            extra = {"rate": "rate", "rate_type": "crude", "multiplier": 1000}
        judged = PHStatsMethods.assign_funnel_significance(
            frame, "count", kind, denom_col="base", **extra
        )
        observed = [funnel.Observed(count, base) for count, base in groups]
        average = funnel.overall(observed)
        for one, said in zip(observed, judged["significance"], strict=True):
            word, far = funnel.position(one, average, kind)
            assert word == WORDS[said.split()[0]]
            assert far == said.endswith("(0.001)")
