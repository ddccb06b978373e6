"""Adds a consumer to the events in contracts/catalogue.py, by their place in its syntax tree."""

import ast
from collections.abc import Collection
from pathlib import Path

CATALOGUE_FILE = Path("contracts/catalogue.py")


def with_consumer(source: str, service: str, events: Collection[str]) -> str:
    lines = source.splitlines(keepends=True)
    for spec in reversed(_specs(source)):
        if ast.literal_eval(spec.args[0]) not in events:
            continue
        last = (spec.end_lineno or spec.lineno) - 1
        after = lines[last][spec.end_col_offset :]
        before = lines[spec.lineno - 1][: spec.col_offset]
        lines[spec.lineno - 1 : last + 1] = [before + _with_one_more(spec, service) + after]
    return "".join(lines)


def _specs(source: str) -> list[ast.Call]:
    """In the order of the file."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found = [each for each in calls if ast.unparse(each.func) == "EventSpec"]
    return sorted(found, key=lambda each: each.lineno)


def _with_one_more(spec: ast.Call, service: str) -> str:
    given = {str(keyword.arg): keyword for keyword in spec.keywords}
    known = ast.literal_eval(given["consumers"].value) if "consumers" in given else ()
    both = ast.parse(repr((*known, service)), mode="eval").body
    given["consumers"] = ast.keyword("consumers", both)
    return ast.unparse(ast.Call(spec.func, spec.args, list(given.values())))
