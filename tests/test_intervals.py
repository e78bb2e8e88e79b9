"""Confidence intervals against the reference values of PHEindicatormethods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.indicators import funnel, intervals


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


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_difference_of_two_proportions(
    counts: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    """Method 10 of Newcombe 1998 (Statistics in Medicine 17: 873-890).

    The values were computed apart from the program: in decimals of 50 digits, the limits of each
    proportion found by halving an interval until the score test just rejects. `score_limits` does
    so again here.
    """
    assert intervals.difference(*counts) == pytest.approx(expected, abs=5e-5)
    now, now_total, before, before_total = counts
    (low, high), (below, above) = score_limits(now, now_total), score_limits(before, before_total)
    first, second = now / now_total, before / before_total
    apart = (
        first - second - ((first - low) ** 2 + (above - second) ** 2) ** 0.5,
        first - second + ((high - first) ** 2 + (second - below) ** 2) ** 0.5,
    )
    assert intervals.difference(*counts) == pytest.approx(apart, abs=1e-9)


def score_limits(count: int, total: int) -> tuple[float, float]:
    """The least and the greatest proportion that the score test at 5% does not reject, by search
    and not by formula; 1.959963984540054 is the 97.5% point of the normal distribution.
    """
    share = count / total

    def end(outside: float) -> float:
        inside = share
        for _ in range(200):
            middle = (inside + outside) / 2
            error = 1.959963984540054**2 * middle * (1 - middle) / total
            inside, outside = (
                (middle, outside) if (share - middle) ** 2 <= error else (inside, middle)
            )
        return inside

    return (end(0.0) if count else 0.0), (end(1.0) if count < total else 1.0)


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 400), st.integers(1, 400))
def test_a_difference_lies_in_its_interval(now: int, rest: int, before: int, other: int) -> None:
    totals = now + rest, before + other
    lower, upper = intervals.difference(now, totals[0], before, totals[1])
    assert lower <= now / totals[0] - before / totals[1] <= upper
    back = intervals.difference(before, totals[1], now, totals[0])
    assert back == pytest.approx((-upper, -lower), abs=1e-12)


groups = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 5000)).map(
        lambda pair: funnel.Observed(pair[0], pair[0] + pair[1] + 1)
    ),
    min_size=2,
    max_size=12,
)


@given(groups, st.sampled_from(["proportion", "rate"]))
def test_smoothed_values_lie_between_own_and_overall(
    observed: list[funnel.Observed], kind: funnel.Statistic
) -> None:
    average = funnel.overall(observed)
    for one, smooth in zip(observed, funnel.shrink(observed, kind), strict=True):
        own = one.count / one.base
        assert min(own, average) - 1e-12 <= smooth <= max(own, average) + 1e-12


def test_small_groups_are_drawn_in_the_most() -> None:
    """Two groups with the same rate: the one with the smaller base ends nearer to the whole."""
    observed = [funnel.Observed(*pair) for pair in ((80, 1000), (8, 100), (20, 1000), (60, 2000))]
    average, smooth = funnel.overall(observed), funnel.shrink(observed, "rate")
    assert abs(smooth[1] - average) < abs(smooth[0] - average) < abs(0.08 - average)


@pytest.mark.parametrize("kind", ["proportion", "rate"])
@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_control_limits_are_where_a_group_starts_to_differ(
    kind: funnel.Statistic, confidence: float
) -> None:
    average, base = 0.06, 1500.0
    for side, end in enumerate(funnel.limits(average, base, kind, confidence)):
        outwards = -1 if side == 0 else 1
        for step, differs in ((0.002, True), (-0.002, False)):
            count = (end + outwards * step) * base
            word, far = funnel.position(funnel.Observed(count, base), average, kind)
            assert (far if confidence > 0.95 else word != "similar") == differs
