"""Which of Papermill's engines runs the chapters."""

import os
import tempfile
from collections.abc import Mapping

from needs_assessment.errors import AssessmentError

WARM, STOCK = "warm", "stock"
# The fork server listens at an address in the folder for temporary files, and the system takes
# none of more than 107 characters; its own part of it is under 40.
_LONGEST_FOLDER = 65


def choose_engine(environment: Mapping[str, str]) -> str:
    """`warm`, or `stock` where the variable ENGINE asks for it, the system cannot fork, or the
    path of the folder for temporary files is too long for a fork server.

    Raises AssessmentError for any other value of ENGINE.
    """
    wanted = environment.get("ENGINE") or WARM
    if wanted not in (WARM, STOCK):
        raise AssessmentError(f"ENGINE is {wanted!r}.", "It can be warm (the default) or stock.")
    can_fork = hasattr(os, "fork") and len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER
    return wanted if can_fork else STOCK
