"""The style, scripts and data that go into the built-in page."""

import json
import re
from pathlib import Path

from needs_assessment.book.pandoc import ASSETS
from needs_assessment.book.settings import EXPLANATIONS_FILE, BookSettings

SCRIPTS = ("page", "page-dialogs", "page-figures", "page-search", "page-numbers")
_LIVE = re.compile(r'data-id="([^"]+)"')


def page_head(settings: BookSettings) -> str:
    """The styles of the page, and the script that chooses among them before anything is drawn."""
    return "\n".join(
        [
            f"<style>\n{_asset('page.css')}{_council_style(settings)}</style>",
            _optional_style("dark", "(prefers-color-scheme: dark)"),
            _optional_style("contrast", "(prefers-contrast: more)"),
            f"<script>\n{_asset('page-display.js')}</script>",
        ]
    )


def page_tail(book_dir: Path, settings: BookSettings) -> str:
    """The explanations of the numbers on the page, and its scripts."""
    scripts = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    return f"{_explanations(book_dir, settings)}<script>\n{scripts}</script>"


def _optional_style(name: str, when: str) -> str:
    css = _asset(f"page-{name}.css")
    return f'<style id="style-{name}" media="screen and {when}">\n{css}</style>'


def _explanations(book_dir: Path, settings: BookSettings) -> str:
    """The explanations of the figures that the book marks, as data; nothing for a book without."""
    path = book_dir / EXPLANATIONS_FILE
    if not path.is_file():
        return ""
    known = json.loads(path.read_text(encoding="utf-8"))
    texts = [(book_dir / file.name).read_text(encoding="utf-8") for file in settings.files]
    used = dict.fromkeys(key for text in texts for key in _LIVE.findall(text) if key in known)
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
