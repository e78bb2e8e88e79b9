"""Keeps the pages that Quarto makes of the sample book, so that what becomes of them is tested
where there is no Quarto: `python tests/refresh_quarto_pages.py`, with a new version of Quarto.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from book_sample import SAVED_PAGES, stage_sample
from needs_assessment.book import quarto, settings
from needs_assessment.book.outline import cited_works


def main() -> None:
    """Write the pages again, as Quarto made them but for its styles, which nothing reads."""
    with tempfile.TemporaryDirectory() as folder:
        book = stage_sample(Path(folder) / "book")
        read = settings.read_settings(book)
        quarto.stage_assets(book, read, cited_works(book, read))
        command = [str(quarto.find_quarto()), "render", "--to", "html"]
        subprocess.run(command, cwd=book, check=True)
        for page in (book / "_output").glob("*.html"):
            text = re.sub(r"<style>.*?</style>\n*", "", page.read_text("utf-8"), flags=re.DOTALL)
            (SAVED_PAGES / page.name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
