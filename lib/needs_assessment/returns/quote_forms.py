"""The form on which survivors' words are returned: a row for each quote, with consent."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LAYOUT = "quotes"
HEADINGS = (
    "theme",
    "quote",
    "consent",
    "how consent was given",
    "date of consent",
    "wording agreed",
)
YES = "yes"
EXAMPLE = ("Example: being_believed", "This row shows how; it is not read.", "no", "", "", "no")
"""The row that shows how in an empty workbook. It holds nobody's words."""


class QuoteForm(BaseModel):
    """A form with a row for each quote. `headings`: what stands over the columns, in this order:
    theme, quote, consent, how it was given, on which day, and whether the wording was agreed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    layout: Literal["quotes"]
    headings: tuple[str, ...] = Field(HEADINGS, min_length=len(HEADINGS), max_length=len(HEADINGS))
