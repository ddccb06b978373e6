"""Makes all slightly wrong versions of a module, each as its whole text."""

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import TypeVar, cast

N = TypeVar("N", bound=ast.AST)
OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
}
OTHER_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
NO_CONTEXT = "__import__('contextlib').nullcontext()"


@dataclass(frozen=True)
class Mutant:
    """`text` is the whole module's. `line` is the first that differs, counted from 1."""

    path: str
    line: int
    what: str
    text: str

    def diff(self, original: str) -> str:
        lines = (original.splitlines(), self.text.splitlines())
        changes = islice(unified_diff(*lines, lineterm="", n=1), 2, None)  # without the names
        return "\n".join([f"{self.path}:{self.line}: {self.what}", *changes])


def mutants_of(path: str, source: str) -> Sequence[Mutant]:
    """In the order of their lines. Docstrings, messages and annotations are left as they are."""
    edits = sorted(_edits(ast.parse(source)), key=lambda edit: _begin(edit[0]))
    found = {_applied(path, source, *edit): None for edit in edits}
    return [mutant for mutant in found if mutant.text != source]


Edit = tuple[ast.AST, str, str]  # the replaced node, the new text, and the words for it


def _applied(path: str, source: str, node: ast.AST, text: str, what: str) -> Mutant:
    lines = source.encode().splitlines(keepends=True)
    (first, begin), (last, end) = _begin(node), _end(node)
    before = b"".join(lines[: first - 1]) + lines[first - 1][:begin]
    after = lines[last - 1][end:] + b"".join(lines[last:])
    return Mutant(path, first, what, (before + text.encode() + after).decode())


def _edits(node: ast.AST) -> Iterator[Edit]:
    for child in _code_below(node):
        yield from _edits(child)
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    if isinstance(node, ast.expr):
        yield from _of_expression(node)
    if isinstance(node, ast.With):
        for item in node.items:
            if item.optional_vars is None:
                yield item.context_expr, NO_CONTEXT, "context removed"
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield from _of_handled(node.type)
    if isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield test, "True", "filter removed"


def _code_below(node: ast.AST) -> Iterator[ast.AST]:
    left_out: list[ast.AST | None] = []
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        left_out += node.decorator_list
    if isinstance(node, ast.FunctionDef):
        left_out.append(node.returns)
    if isinstance(node, ast.AnnAssign | ast.arg):
        left_out.append(node.annotation)
    for child in ast.iter_child_nodes(node):
        text = isinstance(child, ast.JoinedStr | ast.Import | ast.ImportFrom)
        if not text and not any(child is each for each in left_out):
            yield child


def _of_statement(node: ast.stmt) -> Iterator[Edit]:
    removed = _removed(node)
    if removed:
        yield node, "pass", f"{removed} removed"
    match node:
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield node, "return None", "nothing returned"
        case ast.Continue():
            yield node, "break", "break for continue"
        case ast.AugAssign():
            yield from _swapped(node, node.op, lambda new, op: setattr(new, "op", op))
        case ast.If(test=test) | ast.While(test=test):
            yield from _negated(test)


def _removed(node: ast.stmt) -> str | None:
    """What is lost with it, where the module still runs without."""
    match node:
        case ast.Expr(value=ast.Call()):
            return "call"
        case ast.Raise() | ast.Return(value=None) | ast.Break() | ast.Continue():
            return type(node).__name__.lower()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return "assignment"
        case ast.Assign(targets=[ast.Tuple(elts=[*_, ast.Attribute()])]):
            return "assignments"
    return None


def _of_expression(node: ast.expr) -> Iterator[Edit]:
    match node:
        case ast.Compare(ops=[op]):
            yield from _swapped(node, op, lambda new, op: setattr(new, "ops", [op]))
        case ast.BinOp(op=op):
            yield from _swapped(node, op, lambda new, op: setattr(new, "op", op))
        case ast.BoolOp():
            for at in range(len(node.values)):
                yield node, _without(node, "values", at), "operand removed"
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node, ast.unparse(node.operand), "sign removed"
        case ast.Constant(value=bool() | int() | float() as value):
            yield node, str(not value if isinstance(value, bool) else value + 1), "constant"
        case ast.IfExp():
            yield from _negated(node.test)
        case ast.Call(func=ast.Name(id=name)):
            yield from _of_call(node, name)


def _of_call(node: ast.Call, name: str) -> Iterator[Edit]:
    if name in OTHER_CALLS:
        yield node.func, OTHER_CALLS[name], "other call"
    if name == "replace":
        for at in range(len(node.keywords)):
            yield node, _without(node, "keywords", at), "change removed"


def _of_handled(kind: ast.expr) -> Iterator[Edit]:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    for at in range(len(kinds)):
        left = [ast.unparse(each) for each in kinds[:at] + kinds[at + 1 :]]
        yield kind, f"({', '.join(left)}{',' if left else ''})", "not handled"


def _negated(test: ast.expr) -> Iterator[Edit]:
    """Where no comparison in it has its turn."""
    if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
        yield test, ast.unparse(ast.UnaryOp(ast.Not(), test)), "condition negated"


def _swapped(node: N, op: ast.AST, put: Callable[[N, ast.AST], object]) -> Iterator[Edit]:
    other = OPPOSITES.get(type(op))
    if other is not None:
        new = deepcopy(node)
        put(new, other())
        yield node, ast.unparse(new), "operator"


def _without(node: ast.AST, many: str, at: int) -> str:
    new = deepcopy(node)
    left = getattr(new, many)
    del left[at]
    one_operand = isinstance(new, ast.BoolOp) and len(left) == 1
    return ast.unparse(left[0] if one_operand else new)


def _begin(node: ast.AST) -> tuple[int, int]:
    located = cast(ast.expr, node)
    return located.lineno, located.col_offset


def _end(node: ast.AST) -> tuple[int, int]:
    located = cast(ast.expr, node)
    return located.end_lineno or located.lineno, located.end_col_offset or 0
