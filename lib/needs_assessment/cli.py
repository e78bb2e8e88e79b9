"""The command `needs-assessment`. The Makefile only calls it; it works where there is no make."""

import gc
import sys

import typer

from needs_assessment.errors import AssessmentError
from needs_assessment.verbs import making, publishing, reviewing, working
from needs_assessment.verbs.options import app

# Each adds its verbs to the command.
VERBS = (making, reviewing, publishing, working)

_INTERRUPTED = 130


def main() -> None:
    """Runs a verb; an AssessmentError is printed without a traceback, Ctrl-C ends quietly."""
    # Most of what a run makes it needs to the end: to look for what it does not takes a tenth of
    # its time at Python's own pace.
    gc.set_threshold(50_000, 20, 50)
    try:
        app(standalone_mode=True)
    except AssessmentError as error:
        typer.echo(f"Error: {error.message}", err=True)
        if error.hint:
            typer.echo(f"  {error.hint}", err=True)
        sys.exit(error.status)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            typer.echo("Stopped before the report was finished. Run it again to finish.", err=True)
        raise


if __name__ == "__main__":
    main()
