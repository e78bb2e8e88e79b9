"""Proposing a mapping for a small file, and reading the file by it."""

import re
from pathlib import Path

import yaml

from needs_assessment.council import Return
from needs_assessment.returns.mapping import Mapping
from needs_assessment.returns.proposing import Proposal, propose
from needs_assessment.returns.reading import Reading, Terms, read_file
from needs_assessment.returns.sheets import Book
from returned import AREAS, DICTIONARY

TERMS = Terms(DICTIONARY, AREAS, "E06000061", ("E06000061", "E06000062"))
RECEIVED = Return(form="theirs", partner="a partner", nature="confidential", received="2025-05-01")


def proposal_for(path: Path, sheet: str | None = None) -> Proposal:
    return propose(Book(path, path.name), path.name, "theirs", sheet, TERMS)


def mapped(proposal: Proposal) -> Mapping:
    return Mapping.model_validate(yaml.safe_load(proposal.text))


def read(path: Path, proposal: Proposal) -> Reading:
    return read_file(path, path.name, RECEIVED, mapped(proposal), TERMS)


def commented(text: str) -> list[str]:
    """The labels and headings that stand in comments."""
    lines = re.findall(r"^\s*#\s+(?:- )?(\".*)$", text, re.MULTILINE)
    return [str(yaml.safe_load(re.match(r'"(?:[^"\\]|\\.)*"', line)[0])) for line in lines]
