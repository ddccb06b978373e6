"""What was broken off goes on, and nothing else begins meanwhile."""

from typing import Any

import pytest

from infra.releases import deploying
from infra.releases.cloudformation import NotTold
from infra.releases.deploying import RollbackUnfinished, StillChanging
from infra.releases.pointers import pointers_of
from tests.infra.rollback.site import AUTH, NAME, STAGE, Broken, Failed, Site

pytestmark = pytest.mark.slow  # an emulator, and functions in it


@pytest.mark.parametrize(
    ("service", "call", "calls_before"),
    [
        ("stepfunctions", "update_state_machine_alias", 0),
        ("lambda", "update_alias", 0),
        ("lambda", "update_alias", 1),
        ("ssm", "put_parameter", 0),
        ("ssm", "put_parameter", 1),
        ("cloudformation", "update_stack", 0),
        ("ssm", "delete_parameter", 0),
    ],
)
def test_a_rollback_that_was_broken_off_goes_on_to_the_same_release(
    site: Site, service: str, call: str, calls_before: int
) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, service, call, calls_before))
    site.rollback()
    assert site.live == 2
    assert site.history.begun() is None
    site.deploy(4)
    assert site.live == 4


def test_nothing_is_deployed_into_an_unfinished_rollback(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, "lambda", "update_alias", 1))
    with pytest.raises(RollbackUnfinished, match="make rollback-auth STAGE=dev"):
        site.deploy(3)


def test_what_somebody_else_deployed_meanwhile_is_not_told_as_gone_back(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, "cloudformation", "get_template", 0))
    [alias] = [each for each in pointers_of(NAME, site.clients) if each.name.endswith("-api")]
    newest = site.history.all()[-1].versions[alias.name]

    class Overtaken(Broken):
        def __call__(self, service: str) -> Any:  # noqa: ANN401
            if service == "cloudformation" and next(self.left) == 0:
                alias.move(newest)
            return self.site.clients(service)

    with pytest.raises(NotTold, match="somebody else moved fileferry-dev-auth-api"):
        site.rollback(clients=Overtaken(site, "", "", 1))


def test_a_rollback_that_cannot_be_told_is_ended_by_force(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, "cloudformation", "get_template", 0))
    stuck = Failed(site, "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(NotTold, match="can not be updated"):
        site.rollback(clients=stuck)
    assert site.history.begun() is not None
    site.rollback(clients=stuck, force=True)
    assert site.history.begun() is None


def test_no_deployment_begins_in_the_middle_of_another(site: Site) -> None:
    site.deploy(1)
    known = site.history.all()
    with pytest.raises(StillChanging, match="is UPDATE_IN_PROGRESS"):
        deploying.begin(AUTH, STAGE, Failed(site, "UPDATE_IN_PROGRESS"))
    assert site.history.all() == known


def test_a_deployment_that_died_before_its_end_is_finished_by_the_next_command(site: Site) -> None:
    site.deploy(1)
    deploying.begin(AUTH, STAGE, site.clients)
    site.update(2)  # and here the machine is switched off
    site.rollback()
    assert site.live == 1
    assert [each.left for each in site.history.all()] == [False, True]
