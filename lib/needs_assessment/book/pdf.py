"""What Typst leaves out of a tagged PDF: the first cell of a row is its header.

Typst tags column headers only, and pandoc's Typst writer does not say which cells head a row, so
a screen reader would read a number without the agency or the year it belongs to.
"""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, String


def mark_row_headers(path: Path) -> int:
    """Tag the first cell of every body row in the PDF at `path` as that row's header.

    Other cells of the row name it among their headers. The file is replaced; the same file gives
    the same bytes. Returns the number of rows marked.
    """
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        tree = pdf.Root.StructTreeRoot
        names = NameTree(tree.IDTree) if "/IDTree" in tree else None
        if names is None:
            names = NameTree.new(pdf)
            tree.IDTree = names.obj
        marked = 0
        for table in _elements(tree, Name.Table):
            for row in _body_rows(table):
                if (cells := children(row)) and cells[0].S == Name.TD:
                    marked += 1
                    _mark(cells, f"row{marked}", names)
        pdf.save(path, deterministic_id=True)
    return marked


def children(element: Dictionary) -> list[Dictionary]:
    """The structure elements directly inside `element`, in reading order."""
    inside = element.get("/K", Array())
    inside = inside if isinstance(inside, Array) else [inside]
    return [kid for kid in inside if isinstance(kid, Dictionary) and "/S" in kid]


def _elements(element: Dictionary, tag: Name) -> Iterator[Dictionary]:
    for kid in children(element):
        if kid.S == tag:
            yield kid
        yield from _elements(kid, tag)


def _body_rows(table: Dictionary) -> Iterator[Dictionary]:
    for part in children(table):
        if part.S == Name.TR:
            yield part
        elif part.S == Name.TBody:
            yield from children(part)


def _mark(cells: list[Dictionary], identifier: str, names: NameTree) -> None:
    head = cells[0]
    head.S = Name.TH
    head.ID = String(identifier)
    _table_attributes(head).Scope = Name.Row
    names[identifier] = head
    for cell in cells[1:]:
        attributes = _table_attributes(cell)
        attributes.Headers = Array([*attributes.get("/Headers", []), String(identifier)])


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
