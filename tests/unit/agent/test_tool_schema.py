"""What a model asks is checked by the schema that it was told: against a library that knows all of
JSON Schema."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.domain.chat import Json
from services.agent.domain_services.looking import ReadTool
from services.agent.domain_services.read_tools import read_tools
from services.agent.domain_services.tool_schema import closed, wrong_with
from tests.fakes.agent_outcomes import InMemoryOutcomes
from tests.unit.agent.scenes import DAYS

TOOLS = read_tools(InMemoryOutcomes(DAYS))
KNOWN = {
    *("type", "properties", "required", "additionalProperties", "description", "enum", "pattern"),
    *("minLength", "maxLength", "minimum", "maximum", "items", "minItems", "maxItems"),
}
BOUNDS = {  # what each type has to have
    "string": {"maxLength"},
    "integer": {"minimum", "maximum"},
    "array": {"items", "maxItems"},
    "object": {"properties", "additionalProperties"},
    "boolean": set(),
}
SAMPLE = closed(
    {
        "word": {"type": "string", "maxLength": 5, "pattern": "^[a-z]+$", "description": "a-z"},
        "choice": {"type": "string", "maxLength": 5, "enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "sure": {"type": "boolean"},
        "list": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 2}},
        "in": closed({"deep": {"type": "string", "maxLength": 3}}, ["deep"]),
    },
    ["word"],
)


def schemas_in(schema: Json) -> list[Json]:
    below = [*schema.get("properties", {}).values()]
    below += [schema["items"]] if "items" in schema else []
    return [schema, *(each for one in below for each in schemas_in(one))]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_schema_is_closed_bounded_and_says_only_what_is_checked(tool: ReadTool) -> None:
    jsonschema.Draft202012Validator.check_schema(tool.schema)
    for each in schemas_in(tool.schema):
        assert each.keys() <= KNOWN
        assert BOUNDS[each["type"]] <= each.keys()
        assert each.get("additionalProperties", False) is False
        assert "pattern" not in each or "description" in each  # which says what fits


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 12)
    | st.floats(-1, 12)
    | st.sampled_from(["a", "b", "abc", "abc\n", "abcdef", "", "A"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["deep", "word", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
ASKED = st.dictionaries(st.sampled_from([*SAMPLE["properties"], "more"]), VALUES, max_size=4)


@settings(max_examples=200, deadline=None)
@given(ASKED | VALUES, st.booleans())
def test_it_takes_what_a_library_takes(asked: object, with_word: bool) -> None:
    if with_word and isinstance(asked, dict):
        asked = {"word": "abc"} | asked
    ours = wrong_with(asked, SAMPLE) is None
    theirs = jsonschema.Draft202012Validator(SAMPLE).is_valid(asked)
    ends_with_a_line = "abc\n" in str(asked.get("word")) if isinstance(asked, dict) else False
    assert ours == theirs or ends_with_a_line  # Python's $ of theirs takes a line's end


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "The input has to be of type object."),
        ({}, "word is missing. a-z"),
        ({"word": 7}, "word has to be of type string."),
        ({"word": "ABC"}, "word is 'ABC'. a-z"),
        ({"word": "abc\n"}, "word is 'abc<U+000A>'. a-z"),
        ({"word": "x" * 10_000_000}, "word has 10000000 characters. Send 0 to 5."),
        ({"word": "a", "x" * 10_000_000: 1}, "characters cut"),
        ({"word": "a", "choice": "c"}, "choice is 'c'. Send one of: a, b."),
        ({"word": "a", "count": True}, "count has to be of type integer."),
        ({"word": "a", "count": 10**400}, "count has to be from 1 to 9."),
        ({"word": "a", "list": ["a", "abc"]}, "list, entry 2, has 3 characters. Send 0 to 2."),
        ({"word": "a", "list": ["a"] * 1_000_000}, "list has 1000000 entries. Send 0 to 2."),
        ({"word": "a", "in": {"deep": "abcd"}}, "in.deep has 4 characters. Send 0 to 3."),
        ({"word": "a", "in": {}}, "in.deep is missing."),
    ],
)
def test_the_sentence_says_what_to_send(asked: object, words: str) -> None:
    said = wrong_with(asked, SAMPLE)
    assert said is not None
    assert words in said
    assert len(said) < 300
