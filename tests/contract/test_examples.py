"""An event once published is read for ever."""

import json
import re
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from contracts.catalogue import CATALOGUE, EventSpec, encode, parse
from contracts.generate import event_schemas
from contracts.openapi import Json
from tests.contract.examples import FOLDER, Example, digests, examples, published

EXAMPLES = examples()
SCHEMAS = event_schemas()
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e[0]}/{e[1]}")


def test_no_published_example_was_changed_or_removed_and_every_example_is_listed() -> None:
    assert digests(FOLDER) == published(), (
        "An example in contracts/examples stays as it was published. List a new one in PUBLISHED:"
        " cd contracts/examples && sha256sum <file> >> PUBLISHED"
    )


def test_every_event_has_a_full_and_a_minimal_example() -> None:
    names = {(example.detail_type, example.name.split("-", 1)[1]) for example in EXAMPLES}
    for spec in CATALOGUE:
        assert {(spec.detail_type, "full.json"), (spec.detail_type, "minimal.json")} <= names


def test_examples_are_numbered() -> None:
    assert all(re.fullmatch(r"\d+-[a-z0-9-]+\.json", example.name) for example in EXAMPLES)


@each_example
def test_an_example_parses(example: Example) -> None:
    event = parse(example.detail_type, example.text)
    assert event.meta.event_id == json.loads(example.text)["meta"]["event_id"]


@each_example
def test_an_example_that_is_read_and_written_says_the_same(example: Example) -> None:
    event = parse(example.detail_type, example.text)
    detail_type, detail = encode(event)
    assert detail_type == example.detail_type
    assert parse(detail_type, detail) == event


@each_example
def test_an_example_fits_its_json_schema(example: Example) -> None:
    jsonschema.validate(json.loads(example.text), SCHEMAS[example.detail_type])


@each_example
def test_model_and_schema_demand_the_same_fields(example: Example) -> None:
    whole = json.loads(example.text)
    for part in ("meta", "data"):
        for field in whole[part]:
            poorer = {**whole, part: {k: v for k, v in whole[part].items() if k != field}}
            assert _parses(example.detail_type, poorer) == _fits(example.detail_type, poorer), field


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.detail_type)
def test_the_newest_full_example_fills_every_field(spec: EventSpec) -> None:
    *_, full = (e for e in EXAMPLES if e[0] == spec.detail_type and e.name.endswith("-full.json"))
    shapes = SCHEMAS[spec.detail_type]["$defs"]
    assert _left_out(json.loads(full.text)["data"], shapes[spec.model.__name__], shapes) == []


@each_example
def test_a_field_added_later_does_not_disturb_a_reader(example: Example) -> None:
    newer = json.loads(example.text)
    inner = [each for each in newer["data"].values() if isinstance(each, dict)]
    for part in (newer, newer["meta"], newer["data"], *inner):
        part["added_later"] = {"anything": [1]}
    assert parse(example.detail_type, newer) == parse(example.detail_type, example.text)
    jsonschema.validate(newer, SCHEMAS[example.detail_type])


def _left_out(filled: dict[str, Any], shape: Json, shapes: Json, path: str = "") -> list[str]:
    """Fields of the shape, and of those inside it, that are not filled."""
    missing = [f"{path}{name}" for name in shape["properties"] if name not in filled]
    for name, value in filled.items():
        inner = shape["properties"][name].get("$ref")
        if inner is not None:
            deeper = shapes[inner.rsplit("/", 1)[-1]]
            missing += _left_out(value, deeper, shapes, f"{path}{name}.")
    return missing


def _parses(detail_type: str, detail: object) -> bool:
    try:
        parse(detail_type, json.dumps(detail))
    except ValidationError:
        return False
    return True


def _fits(detail_type: str, detail: object) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMAS[detail_type]).is_valid(detail))
