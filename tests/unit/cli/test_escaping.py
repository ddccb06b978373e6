"""Nothing that a name holds can steer a terminal or hide."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.escaping import escaped, escaped_lines
from contracts.browse_api import FilesPage
from contracts.transfer_events import S3Object
from contracts.transfer_views import TransfersPage
from tests.unit.cli import answers
from tests.unit.cli.api import Api, refused
from tests.unit.cli.conftest import Run

# The first texts wait for tables of Unicode, which a busy machine is slow to make.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY = st.text(st.characters())  # half pairs, too: json.loads makes them of "\ud800"
STEERING = "\x1b\x07\x00\n\r\t\x7f\x9b\u202e\u2066\u200b\u200f\u2028\ufeff\U000e0041\u3164\ufe0f"


@unhurried
@given(ANY)
def test_what_is_shown_has_only_characters_that_show(text: str) -> None:
    shown = escaped(text)
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert "\n" not in shown
    shown.encode()  # any stream can take it


@unhurried
@given(ANY)
def test_escaping_twice_changes_nothing_more(text: str) -> None:
    assert escaped(escaped(text)) == escaped(text)


@unhurried
@given(
    st.text(
        st.characters(categories=["L", "N", "P"], exclude_characters="\u3164\u115f\u1160\uffa0")
    )
)
def test_letters_digits_and_signs_stay(text: str) -> None:
    assert escaped(text) == text


@unhurried
@given(ANY)
def test_lines_stay_lines(text: str) -> None:
    assert all(line == escaped(line) for line in escaped_lines(text).split("\n"))


@pytest.mark.parametrize("character", STEERING)
def test_each_character_that_steers_is_spelled(character: str) -> None:
    assert escaped(f"a{character}b") == f"a<U+{ord(character):04X}>b"


NAME = f"a{STEERING}b"


@pytest.mark.parametrize("args", ["list", "status t-1", "ls s3://exports/", "whoami",
                                  "destinations list", "destinations show acme"])  # fmt: skip
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_command_prints_them(run: Run, args: str, form: list[str]) -> None:
    source = S3Object(bucket="exports", key=NAME)
    failed = answers.failure(code=NAME, message=NAME)
    api = Api(
        list_transfers=TransfersPage(
            transfers=(answers.summary(source=source, target_path=NAME, failure=failed),),
            cursor=None,
        ),
        read_transfer=answers.transfer(source=source, label=NAME, failure=failed, warnings=(NAME,)),
        list_files=FilesPage(files=(answers.file(NAME),), folders=(NAME,), cursor=None),
        read_me=answers.me(name=NAME),
        list_destinations=answers.destinations_page(name=NAME),
        read_destination=answers.destination(name=NAME, base_path=NAME),
    )
    result = run(api, *args.split(), *form)
    assert result.exit_code == 0, result.output
    assert not set(STEERING) - set("\n\t") & set(result.output)
    assert "U+202E" in result.output or "\\u202e" in result.output


def test_neither_does_an_error(run: Run) -> None:
    result = run(Api(read_me=lambda call: refused(403, "no", NAME)), "whoami")
    assert not set(STEERING) - set("\n") & set(result.output)
