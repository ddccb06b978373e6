"""Every route of the API: what the agent can reach of it with the user's token, and by which way.

The model has tools, tools have a reader, and only a confirmation has an actor. So no write happens
without a proposal that its owner has confirmed by its digest.
"""

import ast
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from contracts.route import Route
from contracts.routes import ROUTES
from runtime.guarded_http import HttpAnswer
from runtime.rest_api import RestApi
from services.agent.adapters.http_access import HttpAccess
from services.agent.adapters.http_actor import ACTS
from services.agent.adapters.http_reader import READS
from services.agent.domain.canonical import canonical, digest_of
from services.agent.domain.chat import Json
from services.agent.domain.ports import Actor, Reader
from services.agent.domain.proposal import Proposal, State
from services.agent.domain.proposed import Kind
from services.agent.domain.tool import Scene, Tool
from services.agent.domain_services.read_tools import read_tools
from tests.unit.agent.confirming import BODY, BUCKET, Confirming
from tests.unit.agent.proposals import CANCEL, FOLDER, NOON, RETRY, START, TICKET, a_proposal

MAY_ACT = {
    *{"start_transfer", "retry_transfer", "pause_transfer", "resume_transfer", "cancel_transfer"},
    "request_ticket",
}
BY_ID = {route.operation_id: route for route in ROUTES}
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)


class Wire:
    """Remembers what goes out, and answers everything with an id."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Any]] = []

    def send(
        self, method: str, url: str, headers: object, body: bytes | None, seconds: float
    ) -> HttpAnswer:
        self.sent.append((method, url.removeprefix("https://api.example"), body))
        return HttpAnswer(200, {}, b'{"id": "made-1"}')


def access_over(wire: Wire) -> HttpAccess:
    http: Any = wire
    return HttpAccess(RestApi(http, "https://api.example"))


def a_reader(wire: Wire) -> Reader:
    return access_over(wire).reader(SecretStr("t"), lambda: 9.0)


def an_actor(wire: Wire) -> Actor:
    return access_over(wire).actor(SecretStr("t"), lambda: 9.0)


def path_of(route: Route) -> dict[str, str]:
    return {part.strip("{}"): "x" for part in route.path.split("/") if part.startswith("{")}


@each_route
def test_a_reader_reaches_only_reads(route: Route) -> None:
    wire = Wire()
    if route.operation_id in READS:
        assert (route.method, READS[route.operation_id]) == ("GET", route.path)
        a_reader(wire).read(route.operation_id, path_of(route))
        assert [method for method, _, _ in wire.sent] == ["GET"]
    else:
        with pytest.raises(LookupError):
            a_reader(wire).read(route.operation_id, path_of(route))
        assert wire.sent == []


@each_route
def test_an_actor_does_only_what_a_proposal_may_do(route: Route) -> None:
    """None of it is about users, grants, keys, destinations or the agent's own routes."""
    assert (route.operation_id in ACTS) is (route.operation_id in MAY_ACT)
    if route.operation_id in ACTS:
        assert (route.method, ACTS[route.operation_id]) == ("POST", route.path)


def test_neither_table_names_a_route_that_is_not_there() -> None:
    assert READS.keys() | ACTS.keys() <= BY_ID.keys()
    assert not READS.keys() & ACTS.keys()


def every_kind() -> Iterator[Proposal]:
    for action in (START, FOLDER, RETRY, CANCEL, TICKET):
        yield a_proposal(action)
    yield a_proposal(replace(CANCEL, kind=Kind.PAUSE))
    yield a_proposal(replace(CANCEL, kind=Kind.RESUME))


def claimed(proposal: Proposal) -> Proposal:
    return proposal.claimed(proposal.digest, "me", "s-1", NOON)


@pytest.mark.parametrize("proposal", list(every_kind()), ids=lambda each: each.content.action.kind)
def test_a_claimed_proposal_is_one_write_under_its_own_key(proposal: Proposal) -> None:
    wire = Wire()
    assert an_actor(wire).act(claimed(proposal), 0) == "made-1"
    [(method, path, _)] = wire.sent
    assert method == "POST"
    assert path in {each.path.replace("{id}", "t-1") for each in map(BY_ID.get, MAY_ACT) if each}


@pytest.mark.parametrize("proposal", list(every_kind()), ids=lambda each: each.content.action.kind)
def test_nothing_goes_out_for_a_proposal_that_nobody_has_claimed(proposal: Proposal) -> None:
    wire, mine = Wire(), claimed(proposal)
    others = [replace(mine, state=state) for state in State if state is not State.CONFIRMING]
    for each in (proposal, replace(mine, claim=None), *others):
        with pytest.raises(ValueError, match="nothing of it is done"):
            an_actor(wire).act(each, 0)
    assert wire.sent == []


def test_nothing_goes_out_for_a_text_that_the_digest_is_not_of() -> None:
    wire, mine = Wire(), claimed(a_proposal())
    other = canonical(replace(mine.content, action=replace(START, if_exists="replace")))
    somebody = canonical(replace(mine.content, owner="joe"))
    for each in (
        replace(mine, canonical=other),
        replace(mine, digest=digest_of(other)),
        replace(mine, canonical=somebody, digest=digest_of(somebody)),
    ):
        with pytest.raises(ValueError, match=r"is not what|of another one"):
            an_actor(wire).act(each, 0)
    with pytest.raises(ValueError, match="no step"):
        an_actor(wire).act(mine, 1)
    assert wire.sent == []


def test_what_goes_out_is_what_the_digest_is_of_whatever_else_is_in_memory() -> None:
    wire, mine = Wire(), claimed(a_proposal())
    other = replace(mine.content, action=replace(START, if_exists="replace"))
    an_actor(wire).act(replace(mine, content=other), 0)
    assert b'"if_exists": "fail"' in wire.sent[0][2]
    assert mine.digest.encode() in wire.sent[0][2]


def test_a_tool_gets_a_reader_and_neither_an_actor_nor_the_token() -> None:
    told = {each.name: str(each.type) for each in fields(Scene)}
    assert "reader" in told
    assert not any(
        "Actor" in each or "Secret" in each or "Access" in each for each in told.values()
    )


def wishes(schema: Json) -> Iterator[dict[str, Any]]:
    """For each field with its values: handles of all kinds, and whatever fits the schema."""
    handles = ["obj_1", "obj_2", "fold_1", "bkt_1", "dest_1", "tra_1", "tick_1", "page_1"]
    values: dict[str, list[Any]] = {}
    for name, field in schema["properties"].items():
        if "enum" in field:
            values[name] = list(field["enum"])
        elif field["type"] == "string":
            values[name] = [each for each in handles if f"^{each.split('_')[0]}_" in str(field)]
            values[name] = values[name] or ["x", "POST", "../confirm"]
        elif field["type"] == "array":
            values[name] = [["obj_1"], ["obj_1", "obj_2"]]
        else:
            values[name] = [True] if field["type"] == "boolean" else [field.get("minimum", 1)]
    yield {}
    yield {name: each[0] for name, each in values.items()}
    for name, each in values.items():
        required = {other: values[other][0] for other in schema.get("required", ())}
        yield from (required | {name: value} for value in each)
        for other, more in values.items():
            if other != name:
                yield from (required | {name: value, other: more[-1]} for value in each)


def test_no_tool_writes_whatever_the_model_asks_of_it() -> None:
    it = Confirming()
    it.world.buckets.put(BUCKET, "daily/b.csv", BODY)
    transfer = it.world.request(BODY)
    it.listed()
    before = it.world.transfers.read(transfer.id)
    tools: list[Tool] = [*read_tools(it.ports.outcomes), it.propose_tool]
    proposed = 0
    for tool in tools:
        for asked in wishes(tool.schema):
            proposed += it.use(tool.name, asked).proposal_id is not None
    assert len(it.http.sent) > 200
    assert {method for method, _ in it.http.sent} == {"GET"}
    assert proposed > 5
    assert it.transfers() == [before]
    assert it.tickets.tickets.tickets == {}


def calls_in(path: Path) -> set[str]:
    """Names of the methods that are called in a module."""
    tree = ast.parse(path.read_text())
    return {
        each.func.attr
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    }


def test_only_a_confirmation_asks_for_an_actor() -> None:
    acting = {
        path.as_posix()
        for path in Path("services/agent").rglob("*.py")
        if calls_in(path) & {"actor", "act"}
    }
    assert acting == {"services/agent/use_cases/confirm_proposal.py"}
