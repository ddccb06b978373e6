"""docs/coverage.md: each line of the plan says where it is, and each thing it names is there."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from contracts.catalogue import CATALOGUE
from infra.stacks import REPOSITORY
from tests.infra.documents import Document, parse
from tests.infra.mentions import exists, is_path, is_target, routes
from tests.infra.stack_names import STAGE, named, templates

PAGE = "docs/coverage.md"
AREAS = """Functions, Tables, REST, WebSocket, Workflow, Sign-on and tokens, IAM and audit,
    Configuration, Dashboard, Alarms, Tracing, Integrations, Agent, Page, Tests, Optimisation,
    Documents, Release, Later, Targets"""
ROW = re.compile(r"^\| (?!named in the plan|-)(.+?) \| (.+) \|$")
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)]+)\)")
NOT_YET = re.compile(r"\bnot yet\b")
# Words of the plan's own, and of protocols.
OTHERS = frozenset({"T#<id>", "format=csv", "stalled", "bytes_done", "ETag"})


def page() -> str:
    return (REPOSITORY / PAGE).read_text("utf-8")


def rows(text: str) -> Iterator[tuple[int, str]]:
    """Number of the line, and what stands in the second column."""
    for number, line in enumerate(text.splitlines(), 1):
        if row := ROW.match(line):
            yield number, row.group(2)


def findings(text: str) -> Iterator[str]:
    document = parse(PAGE, text)
    for number, where in rows(text):
        if not (SPAN.search(where) or LINK.search(where) or NOT_YET.search(where)):
            yield f"{PAGE}:{number}: says neither where it is nor that it is not yet"
        for span in SPAN.findall(where):
            if not is_there(span, document):
                yield f"{PAGE}:{number}: there is no {span}"


def is_there(span: str, document: Document) -> bool:
    if is_path(span):
        return exists(span, document)
    kind, _, rest = span.partition(" ")
    if kind in ("GET", "POST", "PATCH", "DELETE"):
        return any(pattern.fullmatch(span) for pattern in routes())
    if kind == "make":
        return is_target(rest)
    if kind == "python":
        return True  # test_documents looks at modules and their options
    if STAGE in span:
        return span.rstrip("/") in named() or any(each.startswith(span) for each in named())
    return span in OTHERS or span in words() or f"{span}.v1" in {e.detail_type for e in CATALOGUE}


@cache
def words() -> frozenset[str]:
    """Names of parameters, resources, settings and metrics in all stacks, and of the workflow."""
    workflow = (REPOSITORY / "services/transfer/workflow.asl.json").read_text("utf-8")
    deployment = (REPOSITORY / "infra/sam.py").read_text("utf-8")
    return frozenset(re.findall(r"[$\w:]+", templates() + workflow + deployment))


def test_each_thing_that_the_page_names_is_there() -> None:
    found = list(findings(page()))
    assert found == [], "\n".join(found)


def test_each_area_of_the_plan_has_its_lines() -> None:
    below = {part.partition("\n")[0]: part for part in re.split(r"^## ", page(), flags=re.M)[1:]}
    assert list(below) == [area.strip() for area in AREAS.split(",")]
    assert [area for area, part in below.items() if not list(rows(part))] == []


BROKEN = (
    "nowhere",
    "`services/nowhere/handlers/api.py`",
    "`GET /api/nothing`",
    "`make nothing`",
    "`NoSuchParameter`",
    "`fileferry-<stage>-nowhere`",
    "`/fileferry/<stage>/api/nothing`",
    "`fileferry/<stage>/auth/nothing`",
    "`infra/stacks.py` and `NoSuchMetric`",
)


@pytest.mark.parametrize("where", BROKEN)
def test_what_is_not_there_is_found(where: str) -> None:
    assert len(list(findings(f"| a thing | {where} |"))) == 1


@pytest.mark.parametrize("where", ["not yet", "`InVpc` and `GET /api/me`"])
def test_what_is_there_or_owns_up_is_no_finding(where: str) -> None:
    assert list(findings(f"| a thing | {where} |")) == []
