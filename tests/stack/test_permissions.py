"""Every route for every kind of caller, and what of other people's things each of them sees."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import pytest

from contracts.routes import ROUTES
from tests.stack.people import EVERYTHING, NOTHING
from tests.stack.permission_calls import CALLS
from tests.stack.permission_table import rows
from tests.stack.running import BUCKET, Running
from tests.stack.world import GRANTED, WHO, World, create, wish

AT_ONCE = 3  # each call under way has a function's process of its own
OPERATIONS = {route.operation_id: route for route in ROUTES}


@pytest.fixture(scope="module")
def world(running: Running) -> Iterator[World]:
    world = create(running)
    yield world
    world.end_transfers()


@pytest.fixture(scope="module")
def statuses(world: World) -> dict[str, dict[str, int]]:
    """What each row's call really answered, by row and caller."""

    def ask(row: str) -> dict[str, int]:
        return {who: status_of(world, row, who) for who in WHO}

    def ask_all(rows: Sequence[str]) -> list[dict[str, int]]:
        return [ask(row) for row in rows]

    # of two changes of one user at the same moment one is refused
    users = [row for row in CALLS if "/api/users" in OPERATIONS[row.partition(":")[0]].path]
    groups = [users, *([row] for row in CALLS if row not in users)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(ask_all, groups))
    return dict(zip(chain(*groups), chain(*found), strict=True))


def status_of(world: World, row: str, who: str) -> int:
    sent = CALLS[row](world, who)
    token = sent.token or world.token(who)
    answer = world.running.door.call(sent.method, sent.path, token, sent.body)
    assert leads_to(row, sent.method, sent.path), f"{row} calls {sent.method} {sent.path}"
    if answer.is_error:
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        assert answer.json()["status"] == answer.status_code
    return answer.status_code


def leads_to(row: str, method: str, path: str) -> bool:
    """Whether a row is about the route that it is named after."""
    route = OPERATIONS[row.partition(":")[0]]
    pattern = re.sub(r"\{\w+\}", "[^/]+", route.path)
    return method == route.method and bool(re.fullmatch(pattern, path.partition("?")[0]))


def test_every_route_has_a_row_and_every_row_a_call() -> None:
    assert {row.partition(":")[0] for row in rows()} == set(OPERATIONS)
    assert set(rows()) == set(CALLS)


@pytest.mark.parametrize("row", rows())
def test_each_caller_gets_the_answer_of_the_table(
    statuses: Mapping[str, Mapping[str, int]], row: str
) -> None:
    assert statuses[row] == rows()[row]


@pytest.mark.parametrize(("role", "status"), [("operator", 202), ("admin", 202), ("auditor", 403)])
def test_operators_and_admins_with_grants_may_send_and_auditors_never(
    world: World, role: str, status: int
) -> None:
    person = world.running.people.create(f"granted-{role}", role, grants=EVERYTHING)
    token = world.running.door.token(person)
    answer = world.running.door.call("POST", "/api/transfer", token, wish())
    assert answer.status_code == status, answer.text


def test_lists_show_what_one_may_see_and_nothing_else(world: World) -> None:
    def listed(who: str, what: str, name: str) -> set[str]:
        answer = world.running.door.call("GET", f"/api/{what}?limit=1000", world.tokens[who])
        assert answer.status_code == 200, answer.text
        return {each[name] for each in answer.json()[what.partition("?")[0]]}

    assert listed("owner", "destinations", "id") == {"partner"}
    assert listed("other", "destinations", "id") == set()
    assert listed("auditor", "destinations", "id") >= {"partner", "not-granted"}
    assert listed("owner", "buckets", "name") == {BUCKET}
    for who in ("other", "operator", "auditor", "admin"):
        assert listed(who, "buckets", "name") == set()


def test_a_history_holds_ones_own_transfers_and_those_with_a_role_see_all(world: World) -> None:
    def owners(who: str, query: str = "") -> set[str]:
        path = f"/api/history?limit=1000{query}"
        transfers = world.running.door.call("GET", path, world.tokens[who]).json()["transfers"]
        return {each["owner"] for each in transfers}

    world.running.ferry.send(BUCKET, f"{GRANTED}file", "partner", if_exists="keep_both")
    assert owners("owner") == {"owner"}
    assert owners("other") == set()
    assert owners("auditor", "&owner=owner") == {"owner"}
    for who in ("operator", "auditor", "admin"):
        assert owners(who, "&owner=*") >= {"owner", world.running.people.admin.name}


def test_a_transfer_that_is_not_ones_own_looks_like_one_that_does_not_exist(world: World) -> None:
    mine = wish()
    sent = world.running.door.call("POST", "/api/transfer", world.tokens["owner"], mine).json()
    problems = []
    for transfer_id in (sent["id"], "none-such"):
        path = f"/api/transfer/{transfer_id}"
        answer = world.running.door.call("GET", path, world.tokens["other"])
        problems.append(without_names(answer.json(), transfer_id))
    assert problems[0] == problems[1]


def without_names(problem: dict[str, Any], name: str) -> dict[str, Any]:
    kept = {each: value for each, value in problem.items() if each != "request_id"}
    return {each: str(value).replace(name, "...") for each, value in kept.items()}


def test_what_was_started_may_be_watched_and_ended_without_grants_but_not_go_on(
    world: World,
) -> None:
    door, people = world.running.door, world.running.people
    person = people.create("once-granted", grants=EVERYTHING)
    before = door.token(person)
    path = f"/api/transfer/{door.call('POST', '/api/transfer', before, wish()).json()['id']}"
    assert door.call("POST", f"{path}/pause", before).status_code == 202
    people.change(person, grants=NOTHING)
    token = door.token(person)
    assert door.call("GET", path, token).status_code == 200
    assert door.call("POST", "/api/transfer", token, wish()).status_code == 403
    assert door.call("POST", f"{path}/resume", token).status_code == 403
    assert door.call("POST", f"{path}/cancel", token).status_code == 202
