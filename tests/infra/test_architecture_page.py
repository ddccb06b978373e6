"""The diagrams of docs/architecture.md have the names and arrows of the code."""

import json
import re

import pytest

from contracts.catalogue import CATALOGUE
from infra.stacks import REPOSITORY, all_stacks
from services.transfer.domain.status import CANCELLABLE, END_OF, UNDER_WAY, Status
from tests.infra.documents import parse

PAGE = REPOSITORY / "docs" / "architecture.md"
DEFINITION = REPOSITORY / "services" / "transfer" / "workflow.asl.json"
ARROW = re.compile(r"^\s*(\w+|\[\*\]) --> (\w+|\[\*\])", re.MULTILINE)

Arrows = set[tuple[str, str]]


def diagram(heading: str) -> str:
    """The first one below the heading."""
    below = PAGE.read_text("utf-8").split(f"# {heading}\n")[1]
    return next(each.text for each in parse("", below).blocks if each.language == "mermaid")


def arrows(text: str) -> Arrows:
    return set(ARROW.findall(text))


def test_services_are_joined_by_the_events_of_the_catalogue() -> None:
    joined = {(spec.producer, consumer) for spec in CATALOGUE for consumer in spec.consumers}
    assert arrows(diagram("Services and events")) == joined


def test_the_workflow_is_that_of_its_definition() -> None:
    assert arrows(diagram("The workflow")) == expected_of_workflow()


def expected_of_workflow() -> Arrows:
    """All arrows but those to the error handling, which every state has."""
    text = re.sub(r"\$\{\w+\}", "1", DEFINITION.read_text("utf-8"))
    definition = json.loads(text)
    found = {("[*]", definition["StartAt"])}
    for name, state in definition["States"].items():
        if state.get("End"):
            found.add((name, "[*]"))
        choices = [state.get("Next"), state.get("Default")]
        choices += [each["Next"] for each in state.get("Choices", ())]
        choices += [
            each["Next"] for each in state.get("Catch", ()) if each["ErrorEquals"] != ["States.ALL"]
        ]
        found |= {(name, each) for each in choices if each}
    return found


def test_whatever_goes_wrong_goes_where_the_page_says() -> None:
    """To HandleError, or from CleanUp and its wait to StoreOutcome."""
    definition = json.loads(re.sub(r"\$\{\w+\}", "1", DEFINITION.read_text("utf-8")))
    leads = {
        (each["Next"], name if each["Next"] != "HandleError" else "")
        for name, state in definition["States"].items()
        for each in state.get("Catch", ())
        if each["ErrorEquals"] == ["States.ALL"]
    }
    assert leads == {
        ("HandleError", ""),
        ("StoreOutcome", "CleanUp"),
        ("StoreOutcome", "CleanUpWaits"),
    }


def test_states_of_a_transfer_are_those_of_the_domain() -> None:
    found = arrows(diagram("States of a transfer"))
    assert {name for arrow in found for name in arrow} == {*Status, "[*]"}
    assert {left for left, right in found if right == "cancelling"} == CANCELLABLE
    assert {left for left, right in found if right == "failing"} == UNDER_WAY
    assert {(left, right) for left, right in found if left in END_OF} >= set(END_OF.items())


def test_every_stack_is_in_the_diagram_of_the_deployment_and_in_the_table() -> None:
    below = PAGE.read_text("utf-8").split("# How it is deployed\n")[1]
    table = {name for row in re.findall(r"^\| (`.*`) \|", below, re.M) for name in row.split("`")}
    words = set(diagram("How it is deployed").split())
    assert [each.name for each in all_stacks() if each.name not in words & table] == []


@pytest.mark.parametrize("heading", ["Services and events", "The workflow", "States of a transfer"])
def test_no_arrow_of_a_diagram_is_overlooked(heading: str) -> None:
    text = diagram(heading)
    assert len(ARROW.findall(text)) == text.count("-->") > 5
