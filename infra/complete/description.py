"""Reads the section `Service` of a short template.

Our own words are in lower case. A word with a capital is CloudFormation's and is passed on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.complete.names import TemplateWrong, dashed, snake
from infra.complete.trigger import Trigger, read_trigger
from infra.templates import Template

PUBLISH = "Publish"  # a grant that every service may name without describing it
# A function with such a trigger answers its failures, and Lambda counts no error.
ANSWERING = ("api", "authorizer", "events", "outbox", "queue")
OF_SERVICE = {"table", "settings", "environment", "grants", "functions", "queues"}
OF_TABLE = {"id", "indexes"}
OF_FUNCTION = {"trigger", "table", "rows", "reads", "may", "vpc", "unwatched", "blamed"}
READS = ("GetItem", "BatchGetItem", "ConditionCheckItem", "Query")
TABLE_ACTIONS = {
    *("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
    *("Query", "Scan"),
}


@dataclass(frozen=True)
class Table:
    """`indexes` has the attributes of each index's key, by the index's name."""

    id: str
    indexes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Function:
    """`name` is in PascalCase. `table` has actions on the table, and 'Query/<index>' for an index.
    `rows` are the partitions that it may touch, as `T#*`; none stands for all. `reads` are those
    that it may only read. `unwatched` says why the canary's alarm does not count its errors.
    `blamed` says that the alarm counts what the runtime counts against a version, as it does for
    functions that answer their failures."""

    name: str
    trigger: Trigger
    table: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    vpc: bool = False
    unwatched: str = ""
    blamed: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.name}Function"

    @property
    def module(self) -> str:
        return snake(self.name)

    @property
    def purpose(self) -> str:
        return dashed(self.name)


@dataclass(frozen=True)
class Service:
    name: str
    functions: tuple[Function, ...]
    table: Table | None = None
    settings: tuple[str, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    grants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)  # that no function reads

    @property
    def publishes(self) -> bool:
        return self.has("outbox") or any(PUBLISH in each.may for each in self.functions)

    def has(self, *kinds: str) -> bool:
        return any(function.trigger.kind in kinds for function in self.functions)


def read_service(name: str, written: Any, own: Template) -> Service:  # noqa: ANN401 - YAML
    """`own` is the rest of the template. Raises TemplateWrong."""
    if not re.fullmatch(r"[a-z]+", name):
        raise TemplateWrong(f"services/{name}: call it by a word of a-z, as AWS names hold it.")
    known_keys(name, written, OF_SERVICE)
    written = mapping(name, written)
    table = _table(name, written.get("table"))
    grants = mapping(f"{name}: grants", written.get("grants"))
    functions = tuple(
        _function(name, each, mapping(f"{name}: {each}", said), table, {PUBLISH, *grants})
        for each, said in mapping(f"{name}: functions", written.get("functions")).items()
    )
    if not functions:
        raise TemplateWrong(f"{name}: Service has no functions. Write at least one.")
    unused = set(grants) - {grant for each in functions for grant in each.may}
    if unused:
        raise TemplateWrong(f"{name}: no function may {', '.join(sorted(unused))}. Remove it.")
    settings = tuple(written.get("settings", ()))
    if missing := [each for each in settings if each not in own.get("Parameters", {})]:
        raise TemplateWrong(f"{name}: the setting {missing[0]} is no parameter. Declare it there.")
    environment = mapping(f"{name}: environment", written.get("environment"))
    queues = mapping(f"{name}: queues", written.get("queues"))
    return Service(name, functions, table, settings, environment, grants, queues)


def known_keys(where: str, written: Any, known: set[str]) -> None:  # noqa: ANN401 - YAML
    """Raises TemplateWrong for a key that nobody reads."""
    words = ", ".join(sorted(known))
    if unknown := sorted(set(mapping(where, written)) - known):
        raise TemplateWrong(f"{where}: {unknown[0]!r} means nothing. Known are {words}.")


def mapping(where: str, written: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    """A missing value is an empty mapping. Raises TemplateWrong for anything but a mapping."""
    if not isinstance(written, dict | None):
        raise TemplateWrong(f"{where}: {written!r} is no mapping. Write `name: value` lines there.")
    return written or {}


def _table(service: str, written: Any) -> Table | None:  # noqa: ANN401 - YAML
    if written is None:
        return None
    known_keys(f"{service}: table", written, OF_TABLE)
    indexes = {}
    for name, keys in mapping(f"{service}: indexes", written.get("indexes")).items():
        if not isinstance(keys, list) or len(keys) != 2:
            raise TemplateWrong(
                f"{service}: index {name!r} has keys {keys!r}. Write [hash, range], two attributes."
            )
        indexes[name] = (keys[0], keys[1])
    return Table(written.get("id", f"{service.capitalize()}Table"), indexes)


def _function(
    service: str, name: str, said: Mapping[str, Any], table: Table | None, grants: set[str]
) -> Function:
    where = f"{service}: {name}"
    if not re.fullmatch(r"([A-Z][a-z]+)+", name):
        raise TemplateWrong(f"{where}: write it in PascalCase, as LaneWorker for lane_worker.py.")
    properties = {key: value for key, value in said.items() if key[:1].isupper()}
    ours = {key: value for key, value in said.items() if key not in properties}
    known_keys(where, ours, OF_FUNCTION)
    if unknown := [each for each in ours.get("may", ()) if each not in grants]:
        raise TemplateWrong(
            f"{where}: no grant is called {unknown[0]!r}. There are {', '.join(sorted(grants))}."
        )
    function_trigger = read_trigger(where, ours.get("trigger"))
    function = Function(
        name,
        function_trigger,
        tuple(ours.get("table", ())),
        tuple(ours.get("rows", ())),
        tuple(ours.get("reads", ())),
        tuple(ours.get("may", ())),
        ours.get("vpc", False),
        ours.get("unwatched", ""),
        ours.get("blamed", function_trigger.kind in ANSWERING),
        properties,
    )
    _check_table(where, function, table)
    return function


def _check_table(where: str, function: Function, table: Table | None) -> None:
    if table is None and (function.table or function.trigger.kind == "outbox"):
        raise TemplateWrong(f"{where}: the service has no table. Describe one under `table`.")
    if function.reads and not function.rows:
        raise TemplateWrong(
            f"{where}: `reads` limits nothing without `rows`. Write the partitions that it changes."
        )
    known = TABLE_ACTIONS | {f"Query/{index}" for index in (table.indexes if table else ())}
    if unknown := [each for each in function.table if each not in known]:
        raise TemplateWrong(
            f"{where}: {unknown[0]!r} is nothing to do with the table."
            f" Choose of {', '.join(sorted(known))}."
        )
