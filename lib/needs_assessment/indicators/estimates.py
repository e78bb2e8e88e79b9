"""Estimates, shortfalls, costs and what partners printed: numbers that are no count or share."""

from fractions import Fraction

from needs_assessment.display import round_half_up
from needs_assessment.indicators.basis import Basis, UnavailableError
from needs_assessment.indicators.definition import Definition, read_term
from needs_assessment.indicators.prevalence import choose_survey
from needs_assessment.indicators.result import Indicator
from needs_assessment.indicators.statistics import Statistic
from needs_assessment.reference import Population, Survey


def status_of(*statistics: Statistic | None) -> str:
    """`approximate` when one of the statistics is, else `ok`."""
    states = {each.status for each in statistics if each}
    return "approximate" if "approximate" in states else "ok"


def product(entry: Definition, basis: Basis) -> Indicator:
    """A count that only follows, approximately, from a base and a reported share of it."""
    base = basis.statistic(entry.denominator)
    share = basis.reported(entry.share or "")
    if base.value is None or share is None or share.value is None:
        raise UnavailableError("neither the count nor a share to derive it from was returned")
    value = base.value * share.value / 100
    return Indicator(entry, "approximate", value, numerator=share, denominator=base)


def reported(entry: Definition, basis: Basis) -> Indicator:
    """A result as a partner printed it."""
    statistic = basis.reported(entry.reported or "")
    if statistic is None or statistic.value is None:
        name = basis.dictionary[entry.reported or ""].name
        raise UnavailableError(f"no return gives: {name}")
    return Indicator(entry, "reported", statistic.value, numerator=statistic)


def shortfall(entry: Definition, basis: Basis) -> Indicator:
    """How far a number falls short of a recommended one: in %, or in the entry's unit.

    Negative when it is above.
    """
    actual = basis.statistic(entry.numerator, apart=entry.apart)
    if actual.value is None:
        raise UnavailableError("the number there is is only known within bounds")
    if entry.population:
        population = basis.population(entry.population)
        populations: tuple[Population, ...] = (population,)
        inputs: tuple[Statistic, ...] = ()
        needed = _recommended(entry, basis, population)
        status = status_of(actual)
    else:
        cases = basis.statistic(entry.need)
        if cases.value is None:
            raise UnavailableError("the number of cases is only known within bounds")
        populations, inputs = (), (cases,)
        needed = cases.value / _level(basis, entry.level)
        status = status_of(actual, cases)
    if entry.unit == "%":
        if not needed:
            raise UnavailableError("nothing is recommended, so there is nothing to fall short of")
        value = 100 * (1 - actual.value / needed)
    else:
        value = needed - actual.value
    return Indicator(
        entry,
        status,
        value,
        numerator=actual,
        populations=populations,
        recommended=needed,
        inputs=inputs,
    )


def estimate(entry: Definition, basis: Basis) -> Indicator:
    """A prevalence estimate, a recommended number, or a product of a base and a share."""
    if entry.survey:
        return _survey_estimate(entry, basis)
    if entry.share:
        return product(entry, basis)
    if entry.population is None:
        cases = basis.statistic(entry.numerator)
        if cases.value is None:
            raise UnavailableError("the number of cases is only known within bounds")
        value = cases.value / _level(basis, entry.level)
        return Indicator(entry, status_of(cases), value, numerator=cases)
    population = basis.population(entry.population)
    derived = population.basis == "derived" or entry.significant is not None
    value = _recommended(entry, basis, population)
    return Indicator(entry, "approximate" if derived else "ok", value, populations=(population,))


def cost(entry: Definition, basis: Basis) -> Indicator:
    """A total as published; what a published total is made of; or victims times a unit cost."""
    if entry.unit_cost:
        return _remade(entry, basis)
    if entry.survey is None:
        return reported(entry, basis)
    victims = _survey_estimate(entry, basis)
    prices = basis.edition.cost
    unit = _level(basis, entry.level)
    factor = Fraction(str(prices.factor)) if prices.factor else Fraction(1)
    return Indicator(
        entry,
        "approximate",
        (victims.value or Fraction(0)) * unit * factor,
        populations=victims.populations,
        surveys=victims.surveys,
    )


def _remade(entry: Definition, basis: Basis) -> Indicator:
    """Population times the share of victims that a published total implies, to one decimal of a
    per cent, times the cost for each: what the total can be made of.
    """
    assert entry.population and entry.unit_cost
    total, unit = basis.statistic(entry.numerator), basis.reported(entry.unit_cost)
    if total.value is None or unit is None or not unit.value:
        raise UnavailableError("no return gives a total and the cost for each victim")
    population = basis.population(entry.population)
    share = Fraction(round_half_up(100 * total.value / unit.value / population.persons, 1)) / 100
    return Indicator(
        entry,
        "approximate",
        population.persons * share * unit.value,
        numerator=unit,
        populations=(population,),
        inputs=(total,),
    )


def shares(entry: Definition, basis: Basis) -> tuple[Statistic, Statistic, Fraction]:
    """One group's number, the number known, and the group's share of the population.

    Raises UnavailableError when one of them is missing.
    """
    term = read_term(entry.numerator[0])
    part = basis.statistic(entry.numerator)
    whole = basis.whole(entry.denominator, part)
    if entry.unknown:
        whole = basis.less(whole, [f"{term.measure}[{term.dimension}={entry.unknown}]"])
    if whole.value is not None and whole.value <= 0:
        raise UnavailableError("nobody's group is known")
    share = basis.known_share([read_term(text) for text in entry.against], entry.unknown or "")
    return part, whole, share


def _survey_estimate(entry: Definition, basis: Basis) -> Indicator:
    found = [pair for area in basis.areas for pair in _surveys(entry, basis, area)]
    value = sum(
        (population.persons * Fraction(str(survey.percent)) / 100 for survey, population in found),
        Fraction(0),
    )
    inputs: tuple[Statistic, ...] = ()
    if entry.less:
        known = basis.statistic(entry.less)
        if known.value is None:
            raise UnavailableError("the number known is only known within bounds")
        value, inputs = value - known.value, (known,)
    return Indicator(
        entry,
        "approximate",
        value,
        populations=tuple(population for _, population in found),
        surveys=tuple(dict.fromkeys(survey for survey, _ in found)),
        inputs=inputs,
    )


def _surveys(entry: Definition, basis: Basis, area: str) -> list[tuple[Survey, Population]]:
    found = choose_survey(
        basis.reference,
        area,
        basis.period,
        basis.edition.prevalence.survey,
        basis.edition.populations.prevalence,
        entry.survey or "",
    )
    if found is None:
        raise UnavailableError(
            "no verified survey percentage has an age band for which a population of this area "
            "is held"
        )
    if entry.survey_sex == "any":
        return found
    chosen = [pair for pair in found if pair[0].sex == entry.survey_sex]
    if not chosen:
        raise UnavailableError("the estimate is for all persons: no estimate by sex can be made")
    return chosen


def _recommended(entry: Definition, basis: Basis, population: Population) -> Fraction:
    number = population.persons * _level(basis, entry.level) / entry.per
    return number / _level(basis, entry.then) if entry.then else number


def _level(basis: Basis, benchmark: str | None) -> Fraction:
    assert benchmark
    return Fraction(str(basis.level(benchmark).value))
