"""How wide a text is in Arial: the face of the Word document and of the workbook."""

from functools import lru_cache

BOLD = 1.12
"""About how much wider bold letters are."""

# In thousandths of the size, as the face's metrics have them.
_ARIAL = {
    sign: width
    for width, signs in {
        222: "ijl'|‘’",
        278: " .,:;/\\!tfI[]\u00a0",
        333: "()r-“”",
        500: "ckvxyszJ",
        611: "FTZ",
        667: "ABEKPSVXY&",
        722: "CDHNRUw",
        778: "GOQ",
        833: "mM",
        889: "%",
        944: "W",
        1000: "…—",
    }.items()
    for sign in signs
}
_OTHER = 556


# Cells and words of a report's tables are the same again and again.
@lru_cache(maxsize=50_000)
def text_width(text: str) -> float:
    """The width of a text on one line, in units of the size of its letters."""
    return sum(_ARIAL.get(sign, _OTHER) for sign in text) / 1000
