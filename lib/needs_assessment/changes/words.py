"""How a change is said: one way in the page and in the terminal."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from needs_assessment.changes.moves import CORRECTED, NO_CLEAR_CHANGE, NOT_TESTED, Move
from needs_assessment.changes.parts import Part
from needs_assessment.display import format_number, join_words, round_half_up

ABSENT = "not in this edition"


def name_words(move: Move) -> str:
    """The name of an indicator with its unit: “Recorded crimes (per 1,000 people)”."""
    name, unit = move.entry["name"], move.entry["unit"]
    told = unit in ("%", "£", "") or unit.casefold() in name.casefold()
    return name if told else f"{name} ({unit})"


def value_words(move: Move) -> tuple[str, str]:
    """What the published version and the draft print."""
    return (
        move.published["display"] if move.published else ABSENT,
        move.draft["display"] if move.draft else ABSENT,
    )


def change_words(move: Move) -> str:
    """The change, with its share of what was published where it is tested: “+58 (+10.4%)”."""
    if move.change is None:
        return ""
    said = amount_words(move, move.change)
    if not move.relative or not move.published:
        return said
    return f"{said} ({_percent(float(move.change) / move.published['value'])})"


def reading_words(move: Move) -> str:
    """How the change is to be read, with its interval, and what it does beside the benchmark."""
    said = move.word.capitalize()
    if move.word == CORRECTED:
        said = "Corrected: both are of the same period"
    elif move.interval:
        ends = [
            _percent(end) if move.relative else amount_words(move, Fraction(end), unit=False)
            for end in move.interval
        ]
        points = "" if move.relative or move.entry["unit"] != "%" else " points"
        said += f" (95% interval {ends[0]} to {ends[1]}{points})"
    return ". ".join(filter(None, [said, _benchmark_words(move)]))


def cause_words(move: Move, unknown: bool) -> str:
    """What the change is put down to; of several parts each with its size, which add up to it."""
    if not move.shown:
        return "Not shown: a version hides it"
    if move.change is None or (unknown and not move.change):
        return ""
    if unknown or move.parts is None:
        return "Not known"
    if len(move.parts) == 1:
        return part_words(move.parts[0])
    return "; ".join(f"{part_words(part)} {amount_words(move, part.amount)}" for part in move.parts)


def main_words(move: Move, unknown: bool) -> str:
    """A move in a line: “Repeat MARAC cases: 194 to 230, higher (new data)”."""
    old, new = value_words(move)
    name, causes = name_words(move), cause_words(move, unknown)
    if not move.shown:
        return f"{name}: {old} to {new}; a version hides it, so nothing is said of the change"
    if move.change is None and (ABSENT in (old, new) or _gone(move) or _came(move)):
        return f"{name}: {'was ' + old if _gone(move) or new == ABSENT else new}, {move.word}"
    return f"{name}: {old} to {new}, {move.word}{f' ({causes})' if causes else ''}"


def _gone(move: Move) -> bool:
    return bool(move.draft) and move.draft["status"] == "unavailable"


def _came(move: Move) -> bool:
    return bool(move.published) and move.published["status"] == "unavailable"


def counted(moves: Iterable[Move]) -> str:
    """How many moves are read as what: “3 higher, 4 without a clear change”; or “none”."""
    said = Counter(move.word for move in moves)
    named = {NO_CLEAR_CHANGE: "without a clear change", "the same": "with causes that cancel out"}
    order = ("higher", "lower", NO_CLEAR_CHANGE, CORRECTED, NOT_TESTED)
    words = sorted(said, key=lambda word: order.index(word) if word in order else len(order))
    return ", ".join(f"{said[word]} {named.get(word, word)}" for word in words) or "none"


def part_words(part: Part) -> str:
    """The causes of a part: more than one where they cannot be told apart."""
    if not part.causes:
        return "not known"
    together = join_words([*part.causes], last="or")
    return f"{together} (not told apart)" if len(part.causes) > 1 else together


def amount_words(move: Move, amount: Fraction, *, unit: bool = True) -> str:
    """A signed amount in the unit of the indicator, at its decimals; one too small for them says
    so.
    """
    sort = move.entry["unit"]
    points = " points" if sort == "%" and unit else ""
    pounds = "£" if sort == "£" else ""
    if amount and not round_half_up(amount, move.decimals):
        least = format_number(Fraction(1, 10**move.decimals), move.decimals, unit=pounds)
        return f"{'up' if amount > 0 else 'down'} by under {least}{points}"
    return format_number(amount, move.decimals, unit=pounds, signed=True) + points


def _benchmark_words(move: Move) -> str:
    old, new = move.published, move.draft
    if not old or not new or not move.shown:
        return ""
    said = []
    for entry in (old, new):
        figures = entry["figures"]
        compared = entry["benchmark"] and entry["benchmark"]["comparison"]
        said.append(f"{figures['comparison']} {figures['benchmark']}" if compared else "")
    if said[0] == said[1] or not all(said):
        return ""
    return f"Beside “{new['figures']['benchmark_name']}”: was {said[0]}, is {said[1]}"


def _percent(share: float) -> str:
    return format_number(100 * share, 1, unit="%", signed=True)
