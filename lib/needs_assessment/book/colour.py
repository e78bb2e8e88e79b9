"""A council's colour made readable: contrast as WCAG 2.2 measures it."""

import re
from dataclasses import dataclass

from needs_assessment.errors import AssessmentError

# One step above the 4.5:1 that WCAG 2.2 AA asks of text, so that links also stand out on the
# tinted panels and the dark page, which are not quite white and black.
TEXT_CONTRAST = 5.5
DARK_PAGE = "#12171c"
_STEP = 0.04


@dataclass(frozen=True)
class Palette:
    """Colours drawn from a council's own, as `#rrggbb`.

    `accent` is readable on white, and white on it; `accent_dark` is readable on the dark page.
    """

    accent: str
    accent_dark: str


def palette(colour: str) -> Palette:
    """The readable palette of a council's `colour` (`#rrggbb`).

    Raises AssessmentError when `colour` is not written so.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", str(colour)):
        raise AssessmentError(
            f"The council's colour {colour!r} is not a colour.",
            'Write it as a hash and six digits in params/, for example "#12436D".',
        )
    return Palette(
        accent=_readable(colour, "#ffffff", towards="#000000"),
        accent_dark=_readable(colour, DARK_PAGE, towards="#ffffff"),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`one` with `share` (0 to 1) of `other` mixed in."""
    channels = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def _readable(colour: str, background: str, towards: str) -> str:
    share = 0.0
    while contrast(mixed := mix(colour, towards, share), background) < TEXT_CONTRAST:
        share += _STEP
    return mixed


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
