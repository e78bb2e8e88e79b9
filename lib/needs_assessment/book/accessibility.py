"""The accessibility statement, as the regulations of 2018 ask of a public body's pages."""

from needs_assessment.book.markdown import escape
from needs_assessment.disclosure.protected import ProtectedStore
from needs_assessment.display import long_date

_TESTED = (
    "The page's code is tested by machine against WCAG 2.2 at level AA with axe, in light and dark "
    "colours, with its panels open, on a wide screen and at 320 pixels (400% zoom).",
    "Searching, the explanations of numbers, enlarged charts and panels are tested by keyboard.",
    "The PDF is written to the standard PDF/UA-1; the program that writes it refuses charts "
    "without a description and headings out of order.",
    "The colours of charts are tested for contrast, and as people see them who confuse colours.",
)
_LIMITS = (
    "Machines find only part of the barriers there can be. It is not known that anybody has read "
    "this report with a screen reader, a screen magnifier or voice control, so we do not claim "
    "that it meets the standard in full.",
    "Charts are pictures. Each has a description in words, and the tables and text give the "
    "numbers, but not every point of every chart stands in a table.",
    "Tables with many columns scroll sideways on a small screen.",
    "The workbook has not been tested with assistive software.",
)


def accessibility_page(store: ProtectedStore) -> str:
    """The statement: what was tested, what is not known, whom to tell, who enforces the law. It is
    short enough for a page.
    """
    council, edition = store.data["council"], store.data["edition"]
    name = escape(council["council"])
    return "\n\n".join(
        [
            "# Accessibility statement {#sec-accessibility}",
            f"This report of {name} is meant to be read by as many people as possible. The Public "
            "Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations "
            "2018 apply to it. This statement belongs to version "
            f"{escape(edition['version']['number'])} of the report, dated "
            f"{long_date(edition['version']['date'])}.",
            "## What readers can do {#sec-accessibility-features}",
            "- Read the web page with the keyboard alone, or as plain text without scripts.\n"
            "- Zoom to 400% without reading sideways, except in wide tables and charts.\n"
            "- Choose light or dark colours and more contrast; the page follows what the device "
            "asks for.\n"
            "- Read a description of each chart, and the same report as a tagged PDF.",
            "## What was tested {#sec-accessibility-tested}",
            "The program that makes this report is tested each time it is changed:",
            _list(_TESTED),
            "## What is not accessible, or not known {#sec-accessibility-limits}",
            _list(_LIMITS),
            "## Tell us of a problem {#sec-accessibility-contact}",
            _contact(council),
            "The Equality and Human Rights Commission enforces these regulations. Whoever is not "
            "content with the answer to a complaint can turn to the Equality Advisory and Support "
            "Service.",
        ]
    )


def _contact(council: dict[str, str]) -> str:
    if council["contact"]:
        return (
            "Tell us if you cannot read part of this report, or need it in another format such as "
            f"large print, easy read, audio or braille: {escape(council['contact'])}."
        )
    return (
        "The council has not yet named whom to ask for another format, or to tell of a barrier. "
        "It must be named before this report is published."
    )


def _list(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)
