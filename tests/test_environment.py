"""One set of packages, three files."""

import re
import tomllib

import yaml

from running import ROOT

# What conda-forge calls otherwise.
_CONDA_NAMES = {"python-duckdb": "duckdb"}
_PIN = re.compile(r"([A-Za-z0-9._-]+) ?==([^\s;\\]+)")


def _name(package: str) -> str:
    name = re.sub(r"[-_.]+", "-", package).lower()
    return _CONDA_NAMES.get(name, name)


def _pins(lines: list[str]) -> dict[str, str]:
    found = [_PIN.match(line) for line in lines]
    return {_name(match[1]): match[2] for match in found if match}


def _declared() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    pins = _pins(lines)
    assert len(pins) == len(lines), "every dependency is pinned"
    return pins


def test_environment_yml_holds_the_same_set() -> None:
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert content["channels"] == ["conda-forge"]
    lines = content["dependencies"]
    conda = [line for line in lines if isinstance(line, str)]
    pip = next(line["pip"] for line in lines if isinstance(line, dict))
    assert {**_pins(conda), **_pins(pip)} == _declared()
    assert any(line.startswith("quarto ") for line in conda)


def test_the_lock_holds_the_same_versions() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = _pins(lock.splitlines())
    declared = _declared()
    assert {name: locked.get(name) for name in declared} == declared


def test_the_lock_is_hashed_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--index" not in lock and "://" not in lock and "file:" not in lock
    for entry in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_what_the_build_needs_is_in_the_lock() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert _pins(build["requires"]).items() <= _declared().items()
