"""Whatever a model asks of any tool: nothing is raised, nothing is asked that does not fit, and the
sentence says what to do."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.routes import ROUTES
from services.agent.adapters.http_reader import READS
from services.agent.domain.handles import HandleKind
from services.agent.domain_services.cleaning import MOST_BYTES
from services.agent.domain_services.looking import ReadTool
from services.agent.domain_services.read_tools import read_tools
from services.agent.domain_services.tool_schema import wrong_with
from tests.fakes.agent_outcomes import InMemoryOutcomes
from tests.unit.agent.scenes import DAYS, Conversation
from tests.unit.cli.answers import me

TOOLS = read_tools(InMemoryOutcomes(DAYS))
LONG = "x" * 10_000_000
NAMES = sorted({name for tool in TOOLS for name in tool.schema["properties"]})
HANDLES = [f"{kind}_{n}" for kind in HandleKind for n in (0, 1, 7)]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(HANDLES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
ASKED = st.dictionaries(st.sampled_from(NAMES) | st.text(), VALUES, max_size=4)


def talking() -> Conversation:
    """With a handle of each kind, and an API that answers nothing but who the user is."""
    talk = Conversation()
    talk.reader.answers["read_me"] = me()
    for kind, same in (
        (HandleKind.BUCKET, {"bucket": "b-1"}),
        (HandleKind.FOLDER, {"bucket": "b-1", "prefix": "in/"}),
        (HandleKind.OBJECT, {"bucket": "b-1", "key": "k"}),
        (HandleKind.DESTINATION, {"destination_id": "acme"}),
        (HandleKind.TRANSFER, {"transfer_id": "t-1"}),
        (HandleKind.TICKET, {"ticket_id": "k-1"}),
    ):
        talk.knows(kind, **same)
    return talk


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
@settings(max_examples=40, deadline=None)
@given(asked=ASKED | VALUES)
def test_nothing_is_raised_and_nothing_unfit_is_asked(tool: ReadTool, asked: Any) -> None:  # noqa: ANN401 - hostile
    talk = talking()
    outcome = talk.run(tool.name, asked)
    assert len(json.dumps(outcome.told, ensure_ascii=False).encode()) <= MOST_BYTES
    assert not outcome.failed or outcome.told["problem"]
    if asked is not None and wrong_with(asked, tool.schema):
        assert outcome.failed
        assert talk.reader.asked == []


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
@pytest.mark.parametrize("value", [LONG, [LONG], {LONG: LONG}, "tra_99", "..", None, 10**400])
def test_each_field_refuses_what_it_cannot_be(tool: ReadTool, value: Any) -> None:  # noqa: ANN401 - hostile
    for name in tool.schema["properties"]:
        talk = talking()
        outcome = talk.run(tool.name, {name: value})
        if outcome.failed:
            assert len(outcome.told["problem"]) < 400
        else:
            assert name in ("named", "starts_with"), name  # free text of a few characters


def test_reading_has_no_route_that_writes_or_tells_secrets() -> None:
    routes = {each.operation_id: each for each in ROUTES}
    assert {routes[operation].method for operation in READS} == {"GET"}
    assert not [each for each in READS if "audit" in each or "user" in each or "key" in each]


def test_each_tool_has_a_name_and_a_description_for_a_model() -> None:
    names = [tool.name for tool in TOOLS]
    assert len(set(names)) == len(names)
    for tool in TOOLS:
        assert tool.name.replace("_", "").isalpha()
        assert 30 < len(tool.description) < 400


def test_what_is_told_of_all_tools_is_small() -> None:
    """It is sent with each call of the model."""
    told = [{"name": t.name, "description": t.description, "schema": t.schema} for t in TOOLS]
    assert len(json.dumps(told)) < 10_000
