"""Generating a chapter's narrative: the template's variants are chosen for one council."""

import copy
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from needs_assessment.errors import AssessmentError
from needs_assessment.narrative.cells import cell_key, is_narrative
from needs_assessment.narrative.files import Notebook

# Only `{% … %}` belongs to generation. `{{ … }}` are live figures, read when the book is made,
# and `{#sec-…}` are headings' ids: Jinja gets private-use delimiters that no text holds.
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    variable_start_string="\ue000",
    variable_end_string="\ue001",
    comment_start_string="\ue002",
    comment_end_string="\ue003",
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    autoescape=False,
)


def generate(source: str, context: Mapping[str, Any], where: str) -> str:
    """The text of one narrative cell for one council.

    `{% … %}` blocks in `source` are carried out with the names in `context`; `{{ … }}` is left as
    it is. Lines at the start and end that are blank are dropped, longer gaps become one blank
    line. `where` names chapter and cell in errors. Raises AssessmentError when the template is
    wrong or uses a name that is not in `context`.
    """
    try:
        text = _ENVIRONMENT.from_string(source).render(context)
    except AssessmentError as error:
        raise AssessmentError(f"{where}: {error.message}", error.hint) from error
    except TemplateSyntaxError as error:
        raise AssessmentError(
            f"{where}, line {error.lineno}: the template's logic cannot be read: {error.message}.",
            "Correct the `{% … %}` block in the template under notebooks/.",
        ) from error
    except Exception as error:  # an expression in a template may raise anything
        raise AssessmentError(
            f"{where}: the template's logic failed: {type(error).__name__}: {error}.",
            "Correct the `{% … %}` block in the template under notebooks/.",
        ) from error
    return re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", text).strip("\n")


def generate_chapter(template: Notebook, context: Mapping[str, Any], chapter: str) -> Notebook:
    """A copy of `template` whose narrative cells hold the text generated for one council.

    Raises AssessmentError naming chapter and cell, as `generate` does.
    """
    notebook = copy.deepcopy(template)
    for cell in notebook["cells"]:
        if is_narrative(cell):
            where = f"{chapter}, cell {cell_key(cell)}"
            cell["source"] = generate(cell["source"], context, where)
    return notebook
