"""The style, scripts and data that go into the built-in page, and beside Quarto's pages."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from needs_assessment.book.pandoc import ASSETS
from needs_assessment.book.settings import EXPLANATIONS_FILE, BookSettings

SCRIPTS = ("page", "page-dialogs", "page-figures", "page-search", "page-numbers")
# The styles that lie over the first as the device says, or as chosen under Display.
OPTIONAL_STYLES = {
    "dark": "screen and (prefers-color-scheme: dark)",
    "contrast": "screen and (prefers-contrast: more)",
}
_LIVE = re.compile(r'data-id="([^"]+)"')


def page_head(settings: BookSettings) -> str:
    """The styles of the page, and the script that chooses among them before anything is drawn."""
    files = page_files(settings)
    return "\n".join(
        [
            f"<style>\n{files['page.css']}</style>",
            *(
                f'<style id="style-{name}" media="{media}">\n{files[f"page-{name}.css"]}</style>'
                for name, media in OPTIONAL_STYLES.items()
            ),
            f"<script>\n{files['page-display.js']}</script>",
        ]
    )


def page_tail(book_dir: Path, settings: BookSettings) -> str:
    """The explanations of the numbers on the page, and its scripts."""
    known = read_explanations(book_dir)
    texts = [(book_dir / file.name).read_text(encoding="utf-8") for file in settings.files]
    used = dict.fromkeys(key for text in texts for key in _LIVE.findall(text) if key in known)
    told = explanations_element(known, used) if known else ""
    return f"{told}<script>\n{page_files(settings)['page.js']}</script>"


def page_files(settings: BookSettings) -> dict[str, str]:
    """The styles and scripts of a page, by the names of the files they can be kept in."""
    return {
        "page.css": _asset("page.css") + _council_style(settings),
        **{f"page-{name}.css": _asset(f"page-{name}.css") for name in OPTIONAL_STYLES},
        "page-display.js": _asset("page-display.js"),
        "page.js": "\n".join(_asset(f"{name}.js") for name in SCRIPTS),
    }


def read_explanations(book_dir: Path) -> dict[str, Any]:
    """What stands behind the figures that a book marks, by id; nothing for a book without."""
    path = book_dir / EXPLANATIONS_FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def explanations_element(known: Mapping[str, Any], used: Iterable[str]) -> str:
    """The explanations that a page uses, as data in an element of it."""
    data = json.dumps({key: known[key] for key in used}, ensure_ascii=False, separators=(",", ":"))
    # Nothing in a text can end the element or begin another.
    escaped = data.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    return f'<script type="application/json" id="explanations">{escaped}</script>\n'


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _council_style(settings: BookSettings) -> str:
    """The council's colours, and the notice at the head of every printed page."""
    colours = settings.palette
    style = f":root {{ --accent: {colours.accent}; --accent-dark: {colours.accent_dark}; }}\n"
    return style + (
        "@page { size: A4; margin: 2.4cm 2cm 2cm; "
        f"@top-left {{ content: {_css_string(settings.title)}; font: 8pt sans-serif; }} "
        f"@top-right {{ content: {_css_string(settings.notice)}; font: bold 8pt sans-serif; }} "
        "@bottom-right { content: counter(page); font: 8pt sans-serif; } }\n"
    )


def _css_string(text: str) -> str:
    escaped = "".join(c if c.isalnum() or c in " .,;:()" else f"\\{ord(c):06x}" for c in text)
    return f'"{escaped}"'
