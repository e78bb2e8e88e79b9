"""Any council's colour gives text that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needs_assessment.book.colour import DARK_PAGE, contrast, palette
from needs_assessment.errors import AssessmentError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_text_in_a_councils_colour_passes_aa_in_light_and_dark(colour: str):
    made = palette(colour)
    assert contrast(made.accent, "#ffffff") >= 4.5
    assert contrast(made.accent_dark, DARK_PAGE) >= 4.5


def test_a_readable_colour_is_kept():
    assert palette("#12436D").accent == "#12436d"


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", ["teal", "#12", "12436D", "#12436G"])
def test_a_colour_that_is_none_is_refused(colour: str):
    with pytest.raises(AssessmentError, match="is not a colour"):
        palette(colour)
