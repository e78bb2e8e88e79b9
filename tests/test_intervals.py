"""Confidence intervals against the reference values of PHEindicatormethods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.indicators import intervals


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (65, 50.163187710, 82.849138546),
        (1, 0.025317808, 5.571643391),
        (5, 1.623486390, 11.668332079),
        (20, 12.211428835, 30.889880369),
    ],
)
def test_poisson(count: int, lower: float, upper: float) -> None:
    assert intervals.poisson(count) == pytest.approx((lower, upper), abs=1e-8)


def test_rate_of_222_in_3215() -> None:
    lower, upper = intervals.poisson(222)
    scale = 100_000 / 3215
    assert 222 * scale == pytest.approx(6905.132192846, abs=1e-8)
    assert (lower * scale, upper * scale) == pytest.approx(
        (6026.574877653, 7875.729370872), abs=1e-6
    )


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (65, 0.552544433, 0.736357518),
        (1, 0.001767432, 0.054486196),
        (5, 0.021543679, 0.111750469),
        (20, 0.133366933, 0.288829166),
    ],
)
def test_wilson(count: int, lower: float, upper: float) -> None:
    assert intervals.wilson(count, 100) == pytest.approx((lower, upper), abs=1e-9)


def test_change_of_published_counts() -> None:
    lower, upper = intervals.change(617, 559) or (0, 0)
    assert (100 * lower, 100 * upper) == pytest.approx((-1.6, 23.8), abs=0.05)
    assert intervals.change(0, 5) is None


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_wilson_holds_its_proportion(count: int, rest: int) -> None:
    total = count + rest
    lower, upper = intervals.wilson(count, total)
    assert -1e-12 <= lower <= count / total <= upper <= 1 + 1e-12


@given(st.integers(0, 10**6))
def test_wider_confidence_is_a_wider_interval(count: int) -> None:
    near, far = intervals.poisson(count), intervals.poisson(count, 0.998)
    assert far[0] <= near[0] <= count <= near[1] <= far[1]


def test_what_is_no_proportion_is_refused() -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        intervals.wilson(5, 4)
    with pytest.raises(ValueError, match="not a count"):
        intervals.poisson(-1)
