"""What the structure of a tagged PDF still needs after Typst has made it.

Typst tags column headers only, and pandoc's Typst writer does not say which cells head a row, so
a screen reader would read a number without the agency or the year it belongs to.
"""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, String


def finish_pdf(path: Path) -> None:
    """Tag the first cell of every body row as that row's header, and drop headings without words.

    Other cells of a row name it among their headers. The file at `path` is replaced; the same
    file gives the same bytes.
    """
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        tree = pdf.Root.StructTreeRoot
        names = NameTree(tree.IDTree) if "/IDTree" in tree else NameTree.new(pdf)
        tree.IDTree = names.obj
        _mark_row_headers(tree, names)
        _drop_empty_headings(tree)
        pdf.save(path, deterministic_id=True)


def children(element: Dictionary) -> list[Dictionary]:
    """The structure elements directly inside `element`, in reading order."""
    inside = element.get("/K", Array())
    inside = inside if isinstance(inside, Array) else [inside]
    return [kid for kid in inside if isinstance(kid, Dictionary) and "/S" in kid]


def _mark_row_headers(tree: Dictionary, names: NameTree) -> None:
    marked = 0
    for table in _elements(tree, Name.Table):
        for row in _body_rows(table):
            cells = children(row)
            if not cells or Name.TD != cells[0].S:
                continue
            marked += 1
            identifier = f"row{marked}"
            head, *others = cells
            head.S = Name.TH
            head.ID = String(identifier)
            _table_attributes(head).Scope = Name.Row
            names[identifier] = head
            for cell in others:
                attributes = _table_attributes(cell)
                attributes.Headers = Array([*attributes.get("/Headers", []), String(identifier)])


def _drop_empty_headings(tree: Dictionary) -> None:
    for document in children(tree):
        document.K = Array(
            [
                kid
                for kid in document.K
                if not (isinstance(kid, Dictionary) and kid.get("/S") == Name.H1 and _is_empty(kid))
            ]
        )


def _is_empty(element: Dictionary) -> bool:
    inside = element.get("/K", Array())
    return isinstance(inside, Array) and len(inside) == 0


def _elements(element: Dictionary, tag: Name) -> Iterator[Dictionary]:
    for kid in children(element):
        if tag == kid.S:
            yield kid
        yield from _elements(kid, tag)


def _body_rows(table: Dictionary) -> Iterator[Dictionary]:
    for part in children(table):
        if Name.TR == part.S:
            yield part
        elif Name.TBody == part.S:
            yield from children(part)


def _table_attributes(cell: Dictionary) -> Dictionary:
    """The attribute dictionary of `cell` that its table owns, made where there is none."""
    owned = cell.get("/A", Array())
    owned = owned if isinstance(owned, Array) else Array([owned])
    for attributes in owned:
        if attributes.get("/O") == Name.Table:
            return attributes
    owned.append(Dictionary(O=Name.Table))
    cell.A = owned
    return cell.A[-1]
