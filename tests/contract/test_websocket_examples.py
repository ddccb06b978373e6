"""A WebSocket message once published is read for ever."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from contracts.contract import Contract
from contracts.generate import message_schemas
from contracts.websocket.client_messages import CLIENT_MESSAGES
from contracts.websocket.server_messages import SERVER_MESSAGES, read_message
from tests.contract.examples import Example, message_examples

EXAMPLES = message_examples()
SCHEMAS = message_schemas()
CLIENTS = [each for each in EXAMPLES if each.detail_type.split(".")[0] in CLIENT_MESSAGES]
SERVERS = [each for each in EXAMPLES if each not in CLIENTS]
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e[0]}/{e[1]}")
from_client = pytest.mark.parametrize("example", CLIENTS, ids=lambda e: f"{e[0]}/{e[1]}")
from_server = pytest.mark.parametrize("example", SERVERS, ids=lambda e: f"{e[0]}/{e[1]}")


def test_every_message_has_two_examples_at_least() -> None:
    counted = [example.detail_type for example in EXAMPLES]
    assert {name for name in SCHEMAS if counted.count(f"{name}.v1") < 2} == set()
    assert set(counted) == {f"{name}.v1" for name in SCHEMAS}


@pytest.mark.parametrize("name", SCHEMAS)
def test_some_example_fills_every_field(name: str) -> None:
    told = [json.loads(each.text) for each in EXAMPLES if each.detail_type == f"{name}.v1"]
    shapes = {name: SCHEMAS[name], **SCHEMAS[name].get("$defs", {})}
    wanted = {
        (shape, field)
        for shape, model in shapes.items()
        for field, kind in model["properties"].items()
        if kind.get("type") != "null"
    }
    filled = {each for message in told for each in _filled(message, name, shapes)}
    assert wanted - filled == set()


@each_example
def test_an_example_parses_and_says_the_same_when_written(example: Example) -> None:
    read = _read(example.detail_type, example.text)
    written = json.loads(read.model_dump_json())
    told = json.loads(example.text)
    assert _within(told, written), "what was left out is written with its default"
    assert _read(example.detail_type, json.dumps(written)) == read


@each_example
def test_an_example_fits_its_json_schema(example: Example) -> None:
    assert _fits(example.detail_type, json.loads(example.text))


@each_example
def test_what_is_written_fits_the_json_schema(example: Example) -> None:
    written = _read(example.detail_type, example.text).model_dump_json()
    assert _fits(example.detail_type, json.loads(written))


@each_example
def test_model_and_schema_demand_the_same_fields(example: Example) -> None:
    """But `version`: the schema promises it, and readers bear with a message without it."""
    for where, poorer in _with_a_field_less(json.loads(example.text)):
        if where != "version":
            parses = _parses(example.detail_type, poorer)
            assert parses == _fits(example.detail_type, poorer), where


@from_server
def test_a_field_added_later_does_not_disturb_a_client(example: Example) -> None:
    newer = json.loads(example.text)
    for part in list(_objects(newer)):
        part["added_later"] = {"anything": [1]}
    assert read_message(json.dumps(newer)) == read_message(example.text)
    assert _fits(example.detail_type, newer)


@from_client
def test_a_field_that_the_service_does_not_know_is_refused(example: Example) -> None:
    message = {**json.loads(example.text), "knwon": []}
    assert not _parses(example.detail_type, message)
    assert not _fits(example.detail_type, message)


@pytest.mark.parametrize("action", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize(
    "watched",
    [
        {},
        {"transfers": None, "scope": None},
        {"transfers": ["t-1"], "scope": "mine"},
        {"transfers": ["t-1"], "conversation": "c-1"},
        {"scope": "mine", "conversation": "c-1"},
        {"conversation": "c/1"},
        {"conversation": ""},
        {"transfers": []},
        {"transfers": ["t"] * 101},
        {"transfers": ["t/1"]},
        {"scope": "yours"},
    ],
)
def test_what_is_watched_is_ids_or_a_list_or_a_conversation(
    action: str, watched: dict[str, object]
) -> None:
    message = {"action": action, **watched}
    assert not _parses(f"{action}.v1", message)
    assert not _fits(f"{action}.v1", message)


@from_server
@pytest.mark.parametrize("change", [{"version": 2}, {"type": "headline"}])
def test_a_client_refuses_what_it_cannot_know(example: Example, change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        read_message(json.dumps(json.loads(example.text) | change))


def test_a_position_of_a_transfer_says_nothing_of_a_conversation() -> None:
    known = [{"transfer_id": "t-1", "epoch": "a", "seq": 1}]
    for watched, is_taken in (({"conversation": "c-1"}, False), ({"scope": "mine"}, True)):
        message = {"action": "subscribe", "known": known, **watched}
        assert _parses("subscribe.v1", message) == is_taken
        assert _fits("subscribe.v1", message) == is_taken


def _within(told: Any, written: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether `written` says all that was told, and perhaps more fields."""
    if isinstance(told, dict) and isinstance(written, dict):
        return all(name in written and _within(each, written[name]) for name, each in told.items())
    if isinstance(told, list) and isinstance(written, list):
        pairs = zip(told, written, strict=False)
        return len(told) == len(written) and all(_within(*pair) for pair in pairs)
    return bool(told == written)


def _read(kind: str, text: str) -> Contract:
    name = kind.removesuffix(".v1")
    if name in SERVER_MESSAGES:
        return read_message(text)
    return CLIENT_MESSAGES[name].model_validate_json(text)


def _parses(kind: str, message: object) -> bool:
    try:
        _read(kind, json.dumps(message))
    except ValidationError:
        return False
    return True


def _fits(kind: str, message: object) -> bool:
    schema = SCHEMAS[kind.removesuffix(".v1")]
    checked = jsonschema.Draft202012Validator
    return bool(checked(schema, format_checker=checked.FORMAT_CHECKER).is_valid(message))


def _objects(part: object) -> Iterator[dict[str, Any]]:
    """Every JSON object inside, itself included."""
    if isinstance(part, dict):
        yield part
    for inner in (
        part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    ):
        yield from _objects(inner)


def _with_a_field_less(message: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """(the field, the message without it), for each field of each object inside."""
    for number, part in enumerate(list(_objects(message))):
        for field in part:
            poorer = json.loads(json.dumps(message))
            del list(_objects(poorer))[number][field]
            yield field, poorer


def _filled(part: Any, shape: str, shapes: dict[str, Any]) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """(model, field) of every field that is not null."""
    for field, value in part.items():
        if value is None:
            continue
        yield shape, field
        schema = shapes[shape]["properties"][field]
        options = [schema, *schema.get("anyOf", ())]
        options += [each["items"] for each in options if "items" in each]
        inner = [each["$ref"].rsplit("/", 1)[-1] for each in options if "$ref" in each]
        for each in value if isinstance(value, list) else [value]:
            if inner:
                yield from _filled(each, inner[0], shapes)
