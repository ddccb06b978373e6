"""The pages that deploy a whole stage name every stack of it, in the order of their deployment."""

import re

import pytest

from infra.stacks import ONCE, all_stacks
from tests.infra.documents import documents

PAGES = ("README.md", "docs/deployment.md", "docs/aws-first-run.md")
LOOP = re.compile(r"^for stack in ([a-z ]+); do make deploy-\$stack\b", re.MULTILINE)
# By GitHub's deployments alone; and while there are long files alone.
OPTIONAL = {*ONCE, "worker"}


def deployed_by(text: str) -> list[str]:
    """Those of the loops, one after the other."""
    return [stack for loop in LOOP.findall(text) for stack in loop.split()]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_deploys_every_stack_and_in_order(path: str) -> None:
    page = next(each for each in documents() if str(each.path) == path)
    order = [stack.name for stack in all_stacks()]
    found = deployed_by("\n".join(block.text for block in page.blocks))
    assert sorted({*order} - {*found, "account"} - OPTIONAL) == [], "are left out"
    services = {stack.name for stack in all_stacks() if stack.is_service}
    alone = [name for name in found if name not in services]
    assert alone == [name for name in order if name in alone], "stand in another order"
    assert found[-1] == "observability", "it watches what is there"


def test_undoing_removes_every_stack_of_a_stage() -> None:
    page = next(each for each in documents() if str(each.path) == "docs/deployment.md")
    removed = [
        loop.split()
        for block in page.blocks
        for loop in re.findall(
            r"^for stack in ([a-z ]+); do\n +aws cloudformation", block.text, re.M
        )
    ]
    kept = {*ONCE, "account"}
    assert [sorted(each) for each in removed] == [
        sorted({stack.name for stack in all_stacks()} - kept)
    ]
