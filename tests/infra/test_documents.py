"""Documents name what is there: files, headings, commands, routes, variables."""

from collections.abc import Callable, Iterator
from posixpath import normpath

import pytest

from tests.infra.command_mentions import unknown_calls
from tests.infra.documents import Document, documents, parse
from tests.infra.mentions import (
    broken_links,
    missing_paths,
    unknown_modules,
    unknown_routes,
    unknown_targets,
    unknown_variables,
)
from tests.infra.stack_names import unknown_names

Check = Callable[[Document], Iterator[str]]


def links(document: Document) -> Iterator[str]:
    return broken_links(document, (*documents(), document))


CHECKS: tuple[Check, ...] = (
    links,
    unknown_targets,
    unknown_modules,
    unknown_variables,
    unknown_routes,
    missing_paths,
    unknown_calls,
    unknown_names,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_documents_name_only_what_is_there(check: Check) -> None:
    found = [finding for document in documents() for finding in check(document)]
    assert found == [], "\n".join(found)


BROKEN: tuple[tuple[Check, str, str], ...] = (
    (links, "[away](docs/nothing.md)", "docs/nothing.md leads to no file"),
    (links, "![picture](docs/images/none.png)", "docs/images/none.png leads to no file"),
    (links, "[part](CONTRIBUTING.md#no-such-part)", "has no heading #no-such-part"),
    (links, "# Here\n[self](#there)", "has no heading #there"),
    (unknown_targets, "`make nonsense`", "no target 'nonsense'"),
    (unknown_targets, "```bash\ncd x && make deploy-nonsense STAGE=dev\n```", "'deploy-nonsense'"),
    (unknown_targets, "`make up FOLDER=here`", "reads no FOLDER"),
    (unknown_targets, "`SPEED=1 make SPEEDY=1 up`", "reads no SPEEDY"),
    (unknown_modules, "`python -m infra.nothing`", "no module infra.nothing"),
    (unknown_modules, "`python -m infra.prune auth --force`", "no option --force"),
    (unknown_variables, "`FILEFERRY_NOTHING=1`", "no program reads FILEFERRY_NOTHING"),
    (unknown_routes, "`POST /api/transfers`", "no route POST /api/transfers"),
    (unknown_routes, "`PATCH /api/transfer/{id}`", "no route PATCH /api/transfer/{id}"),
    (missing_paths, "`infra/lint/nothing.py`", "no infra/lint/nothing.py"),
    (missing_paths, "`services/nowhere/`", "no services/nowhere"),
    (missing_paths, "`services/<name>/nothing.py`", "no services/<name>/nothing.py"),
    (missing_paths, "`no_file_of_ours.py`", "no no_file_of_ours.py"),
    (unknown_names, "`fileferry-dev-nowhere-events`", "names anything fileferry-...nowhere-events"),
    (unknown_names, "`/fileferry/prod/api/nothing`", "names anything fileferry/...api/nothing"),
    (unknown_names, "```\naws x fileferry/$STAGE/auth/nothing\n```", "fileferry/...auth/nothing"),
    (unknown_calls, "`fileferry fly`", "`fileferry` has no command 'fly'"),
    (unknown_calls, "```\nfileferry users fly x\n```", "`fileferry users` has no command 'fly'"),
    (unknown_calls, "`ID=$(fileferry send a b --fast)`", "`fileferry send` has no option --fast"),
)


@pytest.mark.parametrize(
    ("check", "text", "finding"), BROKEN, ids=lambda each: getattr(each, "__name__", each)[:40]
)
def test_each_mistake_is_found(check: Check, text: str, finding: str) -> None:
    found = list(check(parse("README.md", text)))
    assert len(found) == 1, found
    assert finding in found[0]
    assert found[0].startswith("README.md:"), "says where"


def test_what_is_right_is_no_finding() -> None:
    text = """
# Two words, `code` & more
# Two words, `code` & more
[whole](CONTRIBUTING.md) [part](#two-words-code--more-1) [web](https://example.com/a#b)
`make deploy-<stack> STAGE=dev` `make test-auth` `make user NAME=ada ROLES=admin`
`python -m infra.prune <service> --stage dev` `GET /api/users/jane` `tests/unit/<service>`
`FILEFERRY_URL` `services/*/template.yaml` `reports/today.csv` `infra/lint/names.py::unused`
`fileferry send s3://a/b acme --dry-run --json` `fileferry COMMAND --help` `fileferry users list`
`fileferry-dev-transfer-lanes` `fileferry-<stage>-transfer` `/fileferry/$STAGE/api/rest/url`
"""
    document = parse("README.md", text)
    assert [finding for check in CHECKS for finding in check(document)] == []


def test_every_page_is_listed_by_who_reads_it() -> None:
    """The user guide lists its own pages; decisions and runbooks have lists of their own."""
    lists = ("docs/README.md", "docs/user-guide/README.md")
    told = {
        normpath(f"{each.path.parent}/{link.text.partition('#')[0]}")
        for each in documents()
        if str(each.path) in lists
        for link in each.links
    }
    pages = {str(each.path) for each in documents() if str(each.path).startswith("docs/")}
    assert {"docs/adr", "docs/runbooks/README.md"} <= told
    in_folders = {page for page in pages if page.startswith(("docs/adr/", "docs/runbooks/"))}
    assert sorted(pages - told - in_folders - set(lists)) == []
