"""A new council, or a new year: parameters, and the empty returns to send to partners."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from needs_assessment.assurance import empty_log, log_file
from needs_assessment.council import choose_period, council_names, load_council
from needs_assessment.errors import AssessmentError
from needs_assessment.files import write_atomically
from needs_assessment.periods import Period, parse_period
from needs_assessment.project import Project
from needs_assessment.reference import Area, Reference
from needs_assessment.returns import quote_template
from needs_assessment.returns.dictionary import Dictionary, load_dictionary
from needs_assessment.returns.quote_template import quote_workbook
from needs_assessment.returns.standard import is_empty_form
from needs_assessment.returns.templates import Areas, ReturnForm, form_workbook, return_forms
from needs_assessment.settings import read_yaml
from needs_assessment.statute import SEATS

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"E\d{8}")
_TAKEN = ("defaults",)

_BOARD_BLOCKS = (
    "    # The strategy of section 57, and what was commissioned, recommended and aimed at. Owners",
    "    # are roles; evidence names indicators of data/reference/indicators.yml.",
    "    # strategy:",
    "    #   title: …",
    "    #   published: YYYY-MM-DD",
    "    #   where: …",
    "    #   next_review: YYYY-MM-DD",
    "    #   consulted: [the partnership board]",
    "    #   working: …",
    "    # commissioning:",
    "    #   - {decision: …, objective: …, date: YYYY-MM-DD, evidence: [refuge.places_short]}",
    "    # recommendations:",
    "    #   - {id: …, text: …, owner: …, due: YYYY-MM-DD, evidence: [refuge.places_short]}",
    "    # progress:    # of the recommendations that the edition before made",
    "    #   - {id: …, status: on track, note: …}",
    "    # targets:",
    "    #   - {indicator: marac.rate, target: 40, direction: at least, by: YYYY-MM-DD}",
)


@dataclass(frozen=True)
class Founded:
    """What was written, as paths from the project's root, and what is to be known or checked."""

    parameters: str
    assurance: str
    returns: tuple[str, ...]
    notes: tuple[str, ...]


def found_council(
    project: Project, name_id: str, name: str, code: str, today: date, period: str | None = None
) -> Founded:
    """Writes `params/<id>.yml`, an empty assurance log, and `data/returns/<id>/<period>/` with an
    empty workbook a return.

    `period` is a financial year; without one it is the latest that is over on `today`, which
    also dates the draft. Raises AssessmentError, before anything is written, for an id, name,
    code or period that cannot be used, and when the council is there already.
    """
    name = name.strip()
    _check_id(project, name_id)
    _check_name(name)
    edition = _edition(period, today)
    reference = Reference(project.reference)
    area = _area(code.strip(), edition, reference)
    folder = project.returns(name_id) / edition.text
    parameters = project.params / f"{name_id}.yml"
    _refuse_existing(project, name_id, parameters)
    notes = _notes(project, name, area)
    dictionary = load_dictionary(project.reference)
    text = _parameters(project, name, area, edition, return_forms(dictionary), today)
    workbooks = _workbooks(dictionary, name, edition, _areas(area, reference), today)
    _write_returns(folder, workbooks)
    write_atomically(project.root / log_file(name_id), empty_log(edition.text).encode())
    write_atomically(parameters, text.encode())
    return Founded(
        project.relative(parameters),
        log_file(name_id),
        tuple(project.relative(folder / file) for file in workbooks),
        tuple(notes),
    )


def renew_forms(
    project: Project, name_id: str, today: date, period: str | None = None
) -> tuple[list[str], list[str]]:
    """The empty workbooks of an edition: written where there is none yet, and again where nobody
    has filled it in, so that they offer what the council names in its parameters. A file that
    holds anything is left as it is.

    Returns the paths written and those left, from the project's root. Raises AssessmentError for a
    council or period that there is not.
    """
    council = load_council(project, name_id)
    edition = choose_period(council, period)
    reference = Reference(project.reference)
    area = _area(council.code, edition, reference)
    dictionary = load_dictionary(project.reference).for_council(council)
    workbooks = _workbooks(dictionary, council.name, edition, _areas(area, reference), today)
    folder = project.returns(name_id) / edition.text
    folder.mkdir(parents=True, exist_ok=True)
    left = [file for file in workbooks if (folder / file).exists()]
    left = [file for file in left if not is_empty_form(folder / file)]
    written = [file for file in workbooks if file not in left]
    for file in written:
        write_atomically(folder / file, workbooks[file])
    paths = [[project.relative(folder / file) for file in files] for files in (written, left)]
    return paths[0], paths[1]


def latest_complete_year(today: date) -> Period:
    """The last financial year that is over on `today`."""
    end = today.year if (today.month, today.day) > (3, 31) else today.year - 1
    return parse_period(f"{end - 1}-{end % 100:02d}")


def _check_id(project: Project, name_id: str) -> None:
    if not _ID.fullmatch(name_id) or name_id in _TAKEN:
        raise AssessmentError(
            f"“{name_id}” cannot be a council's short name.",
            "It names files: small letters and digits, with single hyphens between, such as "
            "three-rivers; not defaults.",
            2,
        )
    if name_id in council_names(project):
        raise AssessmentError(
            f"There is a council “{name_id}” already: params/{name_id}.yml. Nothing was changed.",
            "Choose another short name, or add an edition to that file.",
            2,
        )


def _check_name(name: str) -> None:
    if not name or len(name) > 80 or not name.isprintable():
        raise AssessmentError(
            f"The council's name {'is missing' if not name else 'cannot be printed'}.",
            'Give it as it is to be printed, in one line of at most 80 characters: NAME="Rutland".',
            2,
        )


def _edition(text: str | None, today: date) -> Period:
    if text is None:
        return latest_complete_year(today)
    period = parse_period(text)
    if not period.is_financial_year:
        raise AssessmentError(
            f"“{text}” is not a financial year.",
            "An edition is one, from April to March: write it as 2024-25.",
            2,
        )
    if period.start > today:
        raise AssessmentError(
            f"{period.words()} has not begun on {today.day} {today:%B %Y}.",
            f"The latest year that is over is {latest_complete_year(today)}.",
            2,
        )
    return period


def _area(code: str, edition: Period, reference: Reference) -> Area:
    """The council area with that code. Raises AssessmentError when there was none in `edition`."""
    if not _CODE.fullmatch(code):
        raise AssessmentError(
            f"“{code}” is not the GSS code of a council in England.",
            "It is E and eight digits, such as E06000061; see data/reference/areas.csv.",
            2,
        )
    area = reference.areas.get(code)
    if area is None:
        raise AssessmentError(
            f"{code} is not the code of a known area.", "See data/reference/areas.csv.", 2
        )
    if area.type == "country":
        raise AssessmentError(
            f"{code} is {area.name}, not a council.", "See data/reference/areas.csv.", 2
        )
    if area.end and area.end < edition.end:
        followed = ", ".join(f"{reference.areas[each].name} ({each})" for each in area.successors)
        raise AssessmentError(
            f"{area.name} ({code}) ended on {area.end.day} {area.end:%B %Y}, before the end of "
            f"{edition.words()}.",
            f"Use its successors: {followed}; or an earlier period.",
            2,
        )
    return area


def _refuse_existing(project: Project, name_id: str, parameters: Path) -> None:
    """Raises AssessmentError when anything of this council is there already."""
    for path in (parameters, project.root / log_file(name_id), project.returns(name_id)):
        held = any(path.iterdir()) if path.is_dir() else path.exists()
        if held:
            raise AssessmentError(
                f"{project.relative(path)} is there already. Nothing was changed.",
                "Choose another short name, or move it away first.",
                2,
            )


def _workbooks(
    dictionary: Dictionary, name: str, edition: Period, areas: Areas, today: date
) -> dict[str, bytes]:
    """An empty workbook for each return, by file name."""
    forms = return_forms(dictionary)
    workbooks = {each.file: form_workbook(each, name, edition, areas, today) for each in forms}
    return {**workbooks, quote_template.FILE: quote_workbook(dictionary, name, edition, today)}


def _areas(area: Area, reference: Reference) -> Areas:
    """The council's own area and, where that is another, the county it lies in."""
    above = reference.areas.get(area.county)
    found = [area] if above is None or above == area else [area, above]
    return [(each.code, each.name) for each in found]


def _write_returns(folder: Path, workbooks: dict[str, bytes]) -> None:
    """Puts the workbooks into `folder`, all of them or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for file, content in workbooks.items():
            write_atomically(beside / file, content)
        beside.chmod(0o755)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _parameters(
    project: Project, name: str, area: Area, edition: Period, forms: list[ReturnForm], today: date
) -> str:
    """The text of `params/<id>.yml`. What only the council can say stands there as a comment."""
    defaults: dict[str, Any] = read_yaml(project.params / "defaults.yml", "params/defaults.yml")
    populations = defaults["populations"]
    lines = [
        f"# {area.name}, {area.type_words}. The board and the returns stand below as comments:",
        "# complete them and take the # and the space after it away. Files of other councils in",
        "# params/ show how it looks when it is done.",
        f"name: {_scalar(name)}",
        "# The authority's name in full.",
        f"council: {_scalar(name)}",
        f"code: {area.code}",
        "",
        "# What only you can name, for returns to be broken down by: name it, then run make forms.",
        "# categories:",
        *(
            f"#   {each}: {{{each}_a: …, {each}_b: …}}"
            for each in load_dictionary(project.reference).named_by_council()
        ),
        "",
        "editions:",
        f'  "{edition}":',
        "    version:",
        '      number: "0.1"',
        "      status: draft",
        f"      date: {today.isoformat()}",
        "      full_assessment: null",
        "      amended: null",
        "      next_refresh: null",
        "      next_full: null",
        "      approved_by: null  # a role, not a name; with approved_on, needed to publish",
        "      approved_on: null",
        "    # Which population estimate each group of indicators divides by.",
        "    populations:",
        *(f"      {group}: {estimate}" for group, estimate in populations.items()),
        "    # The partnership board under section 58: roles, never named persons.",
        "    # board:",
        "    #   appointed: true",
        "    #   meets: quarterly",
        "    #   members:",
        *(f"    #     - {{seat: {seat}, role: …}}" for seat in SEATS),
        *_BOARD_BLOCKS,
        f"    # The returns in data/returns/, folder {edition}: complete one when its partner has",
        "    # sent it. The nature is confidential, published or illustrative, the quality poor,",
        "    # sufficient, high or not stated.",
        "    # returns:",
    ]
    listed = [(form.file, "standard", form.partner) for form in forms]
    listed.append((quote_template.FILE, quote_template.FORM, quote_template.PARTNER))
    for file, form, partner in listed:
        lines += [
            f"    #   {file}:",
            f"    #     form: {form}",
            f"    #     partner: {_scalar(partner)}",
            "    #     nature: confidential",
            "    #     received: YYYY-MM-DD",
            "    #     quality: not stated",
        ]
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    """Text as a YAML value, in quotes where it needs them."""
    dumped = yaml.safe_dump(text, allow_unicode=True, width=10_000)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _notes(project: Project, name: str, area: Area) -> list[str]:
    """What the analyst should know of the area, and check."""
    notes = []
    if not area.relevant:
        above = area.county_name if area.county != area.code else ""
        notes.append(
            f"{area.name} is {area.type_words}, not a relevant local authority under section 61 "
            "of the Domestic Abuse Act 2021: the duties of Part 4 are not its own"
            + (f", they lie with the upper-tier authority ({above})." if above else ".")
        )
    if not _alike(name, area.name):
        notes.append(
            f"{area.code} is {area.name} in data/reference/areas.csv, and the name given is "
            f"{name}: make sure that the code is the right one."
        )
    same = [other for other in council_names(project) if _code_of(project, other) == area.code]
    return notes + [f"params/{other}.yml has the same code, {area.code}." for other in same]


def _code_of(project: Project, council: str) -> str:
    """The code in a council's settings; none where they cannot be read: that is not for here."""
    try:
        return load_council(project, council).code
    except AssessmentError:
        return ""


def _alike(given: str, known: str) -> bool:
    """Whether two names of an area share a word that tells areas apart."""
    common = {"and", "of", "the", "city", "council", "county", "borough", "district", "london"}
    first, second = (set(re.findall(r"[a-z]+", each.lower())) - common for each in (given, known))
    return bool(first & second)
