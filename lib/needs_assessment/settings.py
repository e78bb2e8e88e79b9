"""Reading YAML settings strictly, with errors an analyst can act on."""

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from needs_assessment.errors import AssessmentError

Model = TypeVar("Model", bound=BaseModel)


class _StrictLoader(yaml.SafeLoader):
    """YAML as usual, but a key given twice is an error: PyYAML keeps the last in silence."""


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by LibYAML, where PyYAML was built with it: ten times faster, its errors terser."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.MarkedYAMLError(
                problem=f"“{key}” is given twice", problem_mark=key_node.start_mark
            )
        seen.add(key)
    return dict(loader.construct_pairs(node, deep=True))


for _loader in (_StrictLoader, _FastLoader):
    _loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _load(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_FastLoader)
    except yaml.YAMLError:
        return yaml.load(text, Loader=_StrictLoader)


def read_yaml(path: Path, name: str) -> Any:
    """The content of a YAML file; `name` is how errors call it.

    Raises AssessmentError, with the line, when the file is missing or cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AssessmentError(f"{name} is missing.", "Restore it from version control.") from None
    except UnicodeDecodeError:
        raise AssessmentError(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise AssessmentError(
            f"{name} cannot be opened: {error.strerror}.", "It must be a file you may read."
        ) from None
    try:
        return _load(text)
    except (ValueError, TypeError) as error:
        raise AssessmentError(
            f"{name} holds something that cannot be read: {error}.", "Correct the file."
        ) from None
    except yaml.reader.ReaderError as error:
        raise AssessmentError(
            f"{name} holds a character that is not text (position {error.position}).",
            "Type that line anew.",
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise AssessmentError(
            f"{name}{line}: {error.problem}.", "Correct the file and run again."
        ) from None


def validate(model: type[Model], data: Any, name: str) -> Model:
    """`data` as a `model`. Raises AssessmentError with a line for each thing wrong: file, field,
    and what is allowed."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [f"{name}: {_explain(model, detail)}." for detail in error.errors()]
        raise AssessmentError("\n".join(lines), "Correct the file and run again.") from None


def validate_entries(model: type[Model], data: Any, name: str) -> list[Model]:
    """`data`, a list of entries, as `model`s.

    Raises AssessmentError with a line for each thing wrong: file, entry, field, what is allowed.
    """
    if not isinstance(data, list):
        raise AssessmentError(f"{name} must be a list of entries.", "Each begins with a hyphen.")
    entries: list[Model] = []
    lines: list[str] = []
    for number, entry in enumerate(data, start=1):
        try:
            entries.append(model.model_validate(entry))
        except ValidationError as error:
            named = entry.get("id") if isinstance(entry, dict) else None
            where = f"{name}: entry {number}{f' ({named})' if named else ''}"
            lines += [f"{where}: {_explain(model, detail)}." for detail in error.errors()]
    if lines:
        raise AssessmentError("\n".join(lines), "Correct the file and run again.")
    return entries


def nearest(word: str, known: list[str]) -> str:
    """The known word most like `word` as a hint (“did you mean …?”), or nothing."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean “{found[0]}”?" if found else ""


def _explain(model: type[BaseModel], detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"]) or "it"
    kind = detail["type"]
    if kind == "extra_forbidden":
        known = _fields(model, detail["loc"][:-1])
        guess = nearest(str(detail["loc"][-1]), known)
        allowed = guess or f"allowed: {', '.join(known)}"
        return f"{where} is not a known field ({allowed})"
    if kind == "missing":
        return f"{where} is missing"
    if kind == "literal_error":
        return f"{where} is “{detail['input']}”; allowed: {detail['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{where} is “{detail['input']}”, not of the form {detail['ctx']['pattern']}"
    if kind == "string_type":
        return f"{where} is {detail['input']}, not text: put it in quotation marks"
    if kind in ("model_type", "dict_type"):
        return f"{where} must hold fields, each with its value"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    given = detail["input"]
    shown = f" (found “{given}”)" if isinstance(given, str | int | float | bool) else ""
    said = f"{message[0].lower()}{message[1:]}{shown}"
    return f"{where}: {said}" if detail["loc"] else said


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The field names allowed at `path` below `model`."""
    current: Any = model
    for part in path:
        fields = getattr(current, "model_fields", {})
        annotation = fields[part].annotation if part in fields else current
        current = _model_in(annotation)
    return sorted(getattr(current, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    """The pydantic model inside an annotation such as `dict[str, Edition]` or `Board | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None
