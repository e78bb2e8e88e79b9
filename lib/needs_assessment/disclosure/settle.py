"""A problem settled: a likely number where nobody knows the true one, and rows that all hold."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from needs_assessment.disclosure.problem import FAR, Problem, Row, Variable

_BROKEN = 10_000.0
_MOST = 10**7


def settle(variables: list[Variable], rows: list[Row]) -> Problem:
    """The problem of these variables and rows, each variable with a truth.

    Where returns contradict themselves, a row does not hold: readers are taken to know by how
    much, which is told them by no table, so that more is hidden rather than less. A reader who
    sees that a part is larger than its whole knows that.
    """
    variables = _with_truths(variables, rows)
    return Problem(
        tuple(_with_needs(each) for each in variables), tuple(_held(row, variables) for row in rows)
    )


def _with_truths(variables: list[Variable], rows: list[Row]) -> list[Variable]:
    """A truth for all: for unknown ones such that as many rows as possible hold, and likely."""
    unknown = [place for place, each in enumerate(variables) if each.truth is None]
    if not unknown:
        return variables
    if not any(each.hidden for each in variables):
        # Nothing has to stay possible: any number will do.
        return [
            replace(each, truth=each.least) if each.truth is None else each for each in variables
        ]
    # Many reports hide nothing, and the import takes a while.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    local = {place: number for number, place in enumerate(unknown)}
    touched = [row for row in rows if any(place in local for place, _ in row.terms)]
    count, size = len(unknown), len(touched)
    entries: list[tuple[int, int, float]] = []
    least, most = [], []
    for number, row in enumerate(touched):
        known = Fraction(0)
        for place, weight in row.terms:
            if place in local:
                entries.append((number, local[place], float(weight)))
            else:
                known += weight * (variables[place].truth or 0)
        entries += [(number, 3 * count + number, 1.0), (number, 3 * count + size + number, -1.0)]
        least.append(-np.inf if row.least is None else float(row.least - known))
        most.append(np.inf if row.most is None else float(row.most - known))
    for number, place in enumerate(unknown):
        low, high = variables[place].likely
        entries += [(size + 2 * number, number, 1.0), (size + 2 * number, count + number, 1.0)]
        entries += [
            (size + 2 * number + 1, number, 1.0),
            (size + 2 * number + 1, 2 * count + number, -1.0),
        ]
        least += [float(low), -np.inf]
        most += [np.inf, np.inf if high >= FAR else float(high)]
    lines, columns, weights = zip(*entries, strict=True)
    shape = (size + 2 * count, 3 * count + 2 * size)
    chosen = [variables[place] for place in unknown]
    result = milp(
        np.concatenate([np.zeros(count), np.ones(2 * count), np.full(2 * size, _BROKEN)]),
        integrality=np.ones(shape[1]),
        bounds=Bounds(
            np.concatenate([[float(each.least) for each in chosen], np.zeros(shape[1] - count)]),
            np.concatenate(
                [
                    [_MOST if each.most is None else float(each.most) for each in chosen],
                    np.full(shape[1] - count, _MOST),
                ]
            ),
        ),
        constraints=LinearConstraint(
            coo_array((weights, (lines, columns)), shape).tocsr(), least, most
        ),
    )
    settled = list(variables)
    for number, place in enumerate(unknown):
        truth = variables[place].least if result.x is None else Fraction(round(result.x[number]))
        settled[place] = replace(variables[place], truth=truth)
    return settled


def _with_needs(variable: Variable) -> Variable:
    """A hidden number of unknown size that is not small has to keep a range, like others."""
    truth = variable.truth
    if not variable.values or truth is None or truth in variable.values:
        return variable
    if not truth and variable.least == 0:
        return variable
    return replace(variable, values=(), span=max(variable.span, len(variable.values)))


def _held(row: Row, variables: list[Variable]) -> Row:
    now = sum((weight * (variables[place].truth or 0) for place, weight in row.terms), Fraction(0))
    if row.least is not None and now < row.least:
        return (
            replace(row, least=now, most=now)
            if row.most == row.least
            else replace(row, least=None, most=row.least - 1)
        )
    if row.most is not None and now > row.most:
        return (
            replace(row, least=now, most=now)
            if row.most == row.least
            else replace(row, least=row.most + 1, most=None)
        )
    return row
