"""CloudWatch's metric math, as far as our alarms use it. Its syntax is also Python's.

A series has a value for each period, oldest first, and None where there was no datum.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Series = Sequence[float | None]

_OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def value_of(expression: str, metrics: Mapping[str, Series], periods: int) -> Series:
    """Raises ValueError for what is not known here."""
    tree = ast.parse(expression, mode="eval").body
    found: Series = _of(tree, metrics, periods)
    return found


def _of(node: ast.expr, metrics: Mapping[str, Series], periods: int) -> Any:  # noqa: ANN401
    """A series; of METRICS() and of a list, several."""
    if isinstance(node, ast.Constant):
        return [node.value] * periods
    if isinstance(node, ast.Name):
        return metrics[node.id]
    if isinstance(node, ast.List):
        return [_of(each, metrics, periods) for each in node.elts]
    if isinstance(node, ast.BinOp):
        both = (_of(node.left, metrics, periods), _of(node.right, metrics, periods))
        return _each(_OPERATORS[type(node.op)], *both)
    if isinstance(node, ast.Compare):
        both = (_of(node.left, metrics, periods), _of(node.comparators[0], metrics, periods))
        return _each(_OPERATORS[type(node.ops[0])], *both)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "METRICS":
            return list(metrics.values())
        given = [_of(each, metrics, periods) for each in node.args]
        if node.func.id in _FUNCTIONS:
            return _FUNCTIONS[node.func.id](*given)
    raise ValueError(f"{ast.unparse(node)} is metric math that infra/local does not know.")


def _each(act: Callable[[float, float], float], left: Series, right: Series) -> Series:
    """A period without a value, or with a division by zero, has no value."""
    return [
        None
        if one is None or two is None or (act is operator.truediv and two == 0)
        else act(one, two)
        for one, two in zip(left, right, strict=True)
    ]


def _if(condition: Series, then: Series, otherwise: Series) -> Series:
    return [
        None if holds is None else (yes if holds else no)
        for holds, yes, no in zip(condition, then, otherwise, strict=True)
    ]


def _fill(series: Any, filling: Series) -> Any:  # noqa: ANN401 - one series, or several
    if series and isinstance(series[0], list):
        return [_fill(each, filling) for each in series]
    return [fill if each is None else each for each, fill in zip(series, filling, strict=True)]


def _together(act: Callable[[Sequence[float]], float]) -> Callable[[Sequence[Series]], Series]:
    def of(several: Sequence[Series]) -> Series:
        columns = [[v for v in column if v is not None] for column in zip(*several, strict=True)]
        return [act(column) if column else None for column in columns]

    return of


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "IF": _if,
    "FILL": _fill,
    "SUM": _together(sum),
    "MAX": _together(max),
    "MIN": _together(min),
}
