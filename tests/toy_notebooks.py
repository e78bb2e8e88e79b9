"""Small notebooks for tests, in the shape of a chapter's template."""


def title(text="MARAC", section="sec-marac"):
    return markdown("title", f"# {text} {{#{section}}}")


def markdown(cell_id, source, **metadata):
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata, "source": source}


def narrative(cell_id, source):
    return markdown(cell_id, source, tags=["narrative"], needs_assessment={"id": cell_id})


def code(cell_id, source, *tags):
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def parameters(source='council = "north"\nperiod = "2024-25"'):
    return code("parameters", source, "parameters")


def injected(council="west"):
    source = f'# Parameters\ncouncil = "{council}"\nperiod = "2024-25"\n'
    return code("injected-parameters", source, "injected-parameters")


def notebook(*cells, chapter="marac", measures=("marac.cases",), **reads):
    return {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "needs_assessment": {"chapter": chapter, "measures": list(measures), **reads},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def sources(book):
    """The texts of a notebook by cell id, in order."""
    return {cell["id"]: cell["source"] for cell in book["cells"]}
