"""Each alarm has a runbook, and what a runbook names exists."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import click
import pytest

from cli.app import app
from infra.lint.alarms import ALARMS, SCALING
from infra.lint.metrics import NAMESPACES, SOCKETS
from infra.lint.options import with_every_option
from infra.lint.physical import name_of, text_of, texts_of
from infra.observability.signals import SIGNALS
from infra.stacks import REPOSITORY
from tests.infra.deployments import optional_expansions, real_deployments
from tests.infra.resources import TEMPLATES

FOLDER = REPOSITORY / "docs" / "runbooks"
PARTS = ["Meaning", "Impact", "First five minutes", "Diagnosis", "Mend", "Escalate"]
# The others are begun by a person, and no alarm can tell when.
NOT_OF_ALARMS = {"README", "failover"}
RUNBOOKS = sorted(path for path in FOLDER.glob("*.md") if path.stem not in NOT_OF_ALARMS)
LINK = re.compile(r"Runbook: \S*docs/runbooks/([a-z-]+)\.md$")
# Alarms of a service's own stack roll its canaries back. Their descriptions are of the releases.
OF_RELEASES = "-canary-"
OF_EVERY_CALL = {"--output", "--profile", "--query", "--region"}
AWS_OWN = {"logs": {"tail"}}  # commands of the AWS command line that are no operation
OTHER_NAMES = {"deploy": "codedeploy"}  # by which the command line knows a service
# Words in PascalCase that are no metric and no parameter.
OTHER_WORDS = {"AccessDenied", "NotAuthorized", "Disabled", "LastRotatedDate", "NextRotationDate"}


@cache
def alarms_by_runbook() -> dict[str, set[str]]:
    """The names of alarms with every option on, as <stage>, by the runbook that they link to."""
    found: dict[str, set[str]] = {}
    for expansion in optional_expansions():
        scaling = {logical_id for logical_id, _ in expansion.of_kind(SCALING)}
        for logical_id, alarm in expansion.of_kind(*ALARMS):
            if scaling.intersection(texts_of(expansion, alarm.get("AlarmActions", []))):
                continue  # it sets the number of workers and tells nobody
            name = name_of(expansion, logical_id)
            linked = LINK.search(text_of(expansion, alarm["AlarmDescription"]))
            book = linked[1] if linked else "canary" if OF_RELEASES in name else ""
            assert book, f"{name}: its description links to no runbook"
            found.setdefault(book, set()).add(name)
    return found


def stage() -> str:
    return with_every_option(real_deployments())[-1].stage


def test_each_alarm_has_a_runbook_and_each_runbook_an_alarm() -> None:
    assert set(alarms_by_runbook()) == {path.stem for path in RUNBOOKS}


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_names_its_alarms_and_no_others(path: Path) -> None:
    line = path.read_text().splitlines()[1]
    patterns = [
        re.compile(re.sub(r"<[a-z]+>", "[a-z0-9-]+", each.replace("<stage>", stage())))
        for each in re.findall(r"`([^`]+)`", line)
    ]
    names = alarms_by_runbook()[path.stem]
    assert line.startswith("Alarms: ")
    for name in names:
        assert any(pattern.fullmatch(name) for pattern in patterns), name
    for pattern in patterns:
        assert any(pattern.fullmatch(name) for name in names), pattern.pattern


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_has_every_part(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    for part in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert len(part.strip()) > 20, part
    assert max(map(len, text.splitlines())) <= 200


@cache
def words_of_make() -> frozenset[str]:
    text = (REPOSITORY / "Makefile").read_text()
    named = re.findall(r"^([a-z][a-z-]*%?):", text, re.MULTILINE)
    patterns = [name.replace("%", "") for name in named if name.endswith("%")]
    stacks = [pattern + stack for pattern in patterns for stack in (*TEMPLATES, "<service>")]
    return frozenset([*named, *stacks])


def commands(text: str) -> Iterator[list[str]]:
    """The words of every command in a block or between backticks."""
    blocks = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^```bash\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for line in (*lines, *re.findall(r"`([^`\n]+)`", prose)):
        if line.split(" ")[0] in ("make", "aws", "fileferry", "python") and " " in line:
            yield line.split()


def problems(text: str) -> list[str]:
    """What a runbook names that does not exist."""
    found = [f"{word}: no command" for words in commands(text) for word in _unknown(words)]
    found += [f"{name}: no metric or parameter" for name in _unknown_names(text)]
    found += [f"{phrase}: nobody logs it" for phrase in _unknown_phrases(text)]
    return found


def _unknown(words: list[str]) -> Iterator[str]:
    match words:
        case ["make", target, *_]:
            if target not in words_of_make():
                yield f"make {target}"
        case ["aws", service, operation, *options]:
            yield from _unknown_to_aws(service, operation, options)
        case ["fileferry", name, *more]:
            context = click.Context(app)
            command = app.get_command(context, name)
            if command is None:
                yield f"fileferry {name}"
            elif isinstance(command, click.Group) and not {*more[:1]} <= {
                *command.list_commands(context)
            }:
                yield f"fileferry {name} {more[0]}"
        case ["python", "-m", module, *_]:
            if not (REPOSITORY / (module.replace(".", "/") + ".py")).is_file():
                yield f"python -m {module}"


@cache
def session() -> botocore.session.Session:
    return botocore.session.get_session()


def _unknown_to_aws(service: str, operation: str, options: list[str]) -> Iterator[str]:
    if operation in AWS_OWN.get(service, ()):
        return
    service = OTHER_NAMES.get(service, service)
    if service not in session().get_available_services():
        yield f"aws {service}"
        return
    model = session().get_service_model(service)
    by_name = {dashed(name): name for name in model.operation_names}
    if operation not in by_name:
        yield f"aws {service} {operation}"
        return
    shape = model.operation_model(by_name[operation]).input_shape
    known = OF_EVERY_CALL | {f"--{dashed(name)}" for name in (shape.members if shape else ())}
    for option in options:
        if option.startswith("--") and option.replace("--no-", "--") not in known:
            yield f"aws {service} {operation} {option}"


def dashed(name: str) -> str:
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return parts.lower()


@cache
def known_names() -> frozenset[str]:
    aws = [name for each in (*NAMESPACES.values(), SOCKETS) for name in each.metrics]
    parameters = [name for each in TEMPLATES.values() for name in each.get("Parameters", {})]
    return frozenset([*aws, *(each.name for each in SIGNALS), *parameters, *OTHER_WORDS])


def _unknown_names(text: str) -> Iterator[str]:
    for word in re.findall(r"`([A-Z][a-z]+(?:[A-Z][A-Za-z]+)+|[45]XX[A-Za-z]+)`", text):
        if word not in known_names():
            yield word


@cache
def sources() -> str:
    folders = ("services", "runtime", "infra")
    paths = [path for folder in folders for path in (REPOSITORY / folder).rglob("*.py")]
    return "\n".join(path.read_text() for path in paths)


def _unknown_phrases(text: str) -> Iterator[str]:
    for phrase in re.findall(r'\$\.message = "([^"]+)"', text):
        if f'"{phrase}"' not in sources():
            yield phrase


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_what_a_runbook_names_exists(path: Path) -> None:
    assert not problems(path.read_text())
    for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
        assert (path.parent / target).is_file(), target


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```bash\nmake alarm STAGE=dev\n```", "make alarm: "),
        ("`make deploy-transfr STAGE=dev`", "make deploy-transfr"),
        ("`aws sqs purge-queues --queue-url x`", "aws sqs purge-queues"),
        ("`aws sqs purge-queue --queue x`", "--queue: no command"),
        ("`aws squeues purge-queue`", "aws squeues"),
        ("`fileferry retri x`", "fileferry retri"),
        ("`fileferry destinations lst`", "fileferry destinations lst"),
        ("`python -m infra.redrives x`", "infra.redrives"),
        ("counts `StandingStil`", "StandingStil: no metric"),
        ("counts `5XXErrors`", "5XXErrors: no metric"),
        ('`x` { $.message = "not swept" }', "not swept: nobody logs it"),
    ],
)
def test_what_does_not_exist_is_found(text: str, told: str) -> None:
    assert any(told in each for each in problems(text)), problems(text)
