"""People at a terminal are told commands, where the API's sentences name routes."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

import services.agent.domain.errors as agent_errors
import services.transfer.domain.errors as transfer_errors
from cli.advice import advice

ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b")


def modules() -> Iterator[ModuleType]:
    yield agent_errors
    for found in pkgutil.iter_modules(transfer_errors.__path__):
        yield importlib.import_module(f"{transfer_errors.__name__}.{found.name}")


def sentences() -> Iterator[str]:
    for module in modules():
        for each in vars(module).values():
            message = getattr(each, "message", None)
            if isinstance(message, str):
                yield message


NAMING_ROUTES = sorted({each for each in sentences() if ROUTE.search(each)})


@pytest.mark.parametrize("sentence", NAMING_ROUTES)
def test_no_route_is_left(sentence: str) -> None:
    shown = advice(sentence)
    assert not ROUTE.search(shown)
    assert "`fileferry " in shown


def test_some_sentences_name_routes() -> None:
    assert len(NAMING_ROUTES) > 5


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a key (see POST /api/destinations/acme/test)",
         "a key (see `fileferry destinations test acme`)"),
        ("Choose another id, or change it with PATCH.",
         "Choose another id, or change it with `fileferry destinations update`."),
        ("Log in with POST /api/login.", "Log in with `fileferry login`."),
        ("GET /api/metrics\u202e", "GET /api/metrics<U+202E>"),
    ],
)  # fmt: skip
def test_a_sentence_names_the_command(said: str, shown: str) -> None:
    assert advice(said) == shown
