"""Code that an analyst added between the template's: it may use its names, not change them.

A name given another meaning would make the template's later cells show other numbers under the
same captions.
"""

import ast
import contextlib
from collections.abc import Iterator, Sequence, Set

from needs_assessment.narrative.cells import Cell, cell_key
from needs_assessment.narrative.notes import Note


def changed_names(cells: Sequence[Cell], own: Set[str]) -> Iterator[Note]:
    """An error for each name that a cell in `own` changes and template code below it uses."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for number, cell in enumerate(code):
        if cell["id"] not in own:
            continue
        for name in sorted(_Names(cell["source"]).changed):
            users = [
                cell_key(each)
                for each in code[number + 1 :]
                if each["id"] not in own and name in _Names(each["source"]).used
            ]
            if users:
                yield Note(
                    "error",
                    cell["id"],
                    f"your code changes “{name}”, which {users[0]} uses below: it would show"
                    " something else. Give your own a name that the chapter does not have.",
                )


class _Names(ast.NodeVisitor):
    """The names of the chapter that code changes, and those it uses.

    `changed`: given another meaning, or their object changed; imports change none. Names that live
    inside a comprehension or a function alone are in neither.
    """

    def __init__(self, source: str) -> None:
        self.changed: set[str] = set()
        self.used: set[str] = set()
        self._inner: frozenset[str] = frozenset()
        # What is not plain Python is for the kernel to judge.
        with contextlib.suppress(SyntaxError, ValueError):
            self.visit(ast.parse(source))

    def visit_Name(self, node: ast.Name) -> None:
        if node.id not in self._inner:
            (self.used if isinstance(node.ctx, ast.Load) else self.changed).add(node.id)

    def generic_visit(self, node: ast.AST) -> None:
        outer = self._inner
        match node:
            case ast.Attribute() | ast.Subscript() if not isinstance(node.ctx, ast.Load):
                self._change(node)
            case ast.Call(func=ast.Attribute()) if any(k.arg == "inplace" for k in node.keywords):
                self._change(node.func)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._inner = outer.union(*(_stored(each.target) for each in node.generators))
            case ast.FunctionDef() | ast.Lambda():
                arguments = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
                self._inner = outer | arguments | _stored(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.changed.add(node.name)
        super().generic_visit(node)
        self._inner = outer

    def _change(self, node: ast.expr) -> None:
        """Note the name at the beginning of `frame.loc[0]`, or `frame.index.name`."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name) and node.id not in self._inner:
            self.changed.add(node.id)


def _stored(node: ast.AST) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
