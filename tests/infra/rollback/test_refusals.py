"""A rollback that would do harm is refused, and says why."""

from dataclasses import replace

import pytest

from infra.releases.history import History
from infra.releases.pointers import pointers_of
from infra.releases.rollback import RollbackRefused, rollback
from infra.stacks import find_stack
from tests.infra.rollback.site import NAME, STAGE, Failed, Site

pytestmark = pytest.mark.slow  # an emulator, and functions in it


def test_a_release_that_cannot_do_the_work_is_refused_and_forced(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    first, second = site.history.all()
    assert first.facts
    facts = {**first.facts, "stores": ["AuthTable", "LostQueue"], "steps": [], "consumes": []}
    site.history.write(replace(first, facts=facts))
    newer = {**first.facts, "steps": ["Compress"], "consumes": ["TransferPaused.v1"]}
    site.history.write(replace(second, facts=newer))
    with pytest.raises(RollbackRefused) as refused:
        site.rollback()
    told = str(refused.value)
    assert "uses LostQueue, which the newer release removed" in told
    assert "does not know TransferPaused.v1" in told
    assert "the step Compress" in told
    assert "FORCE=1" in told
    assert site.live == 2
    site.rollback(force=True)
    assert site.live == 1


def test_an_event_that_another_service_waits_for_has_to_be_published(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    first, second = site.history.all()
    assert first.facts
    site.history.write(replace(first, facts={**first.facts, "publishes": []}))
    assert "UserChanged.v1" in first.facts["publishes"]
    notify = History(find_stack("notify"), STAGE, site.clients("ssm"))
    consuming = {"consumes": ["UserChanged.v1"]}
    notify.write(replace(second, number=1, facts=consuming, versions={"x": "1"}))
    try:
        with pytest.raises(RollbackRefused, match=r"publish UserChanged.v1, which notify waits"):
            site.rollback()
    finally:
        for each in notify.all():
            notify.forget(each)


def test_a_version_that_is_gone_is_noticed_before_anything_moves(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    name = f"{NAME}-sweep"
    gone = site.history.all()[0].versions[name]
    site.clients("lambda").delete_function(FunctionName=name, Qualifier=gone)
    with pytest.raises(RollbackRefused, match=f"{name}:{gone}"):
        site.rollback()
    assert site.live == 2


def test_what_was_moved_by_hand_is_no_release(site: Site) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    [alias] = [each for each in pointers_of(NAME, site.clients) if each.name.endswith("-api")]
    alias.move(site.history.all()[0].versions[alias.name])
    site.history.write(replace(site.history.all()[2], left=True))
    site.history.write(replace(site.history.all()[1], facts=None))
    with pytest.raises(RollbackRefused, match="is no release"):
        rollback_by_hand(site)
    site.rollback(force=True)
    assert site.live == 2


def test_a_stack_that_takes_no_update_is_mended_first_or_forced(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    stuck = Failed(site, "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(RollbackRefused, match="continue-update-rollback --stack-name"):
        site.rollback(clients=stuck)
    assert site.live == 2
    assert site.history.begun() is None
    site.rollback(clients=stuck, force=True)
    assert site.live == 1
    site.deploy(3)
    assert site.live == 3, "no rollback is unfinished"


def test_stacks_without_releases_say_what_to_do_instead(site: Site) -> None:
    with pytest.raises(RollbackRefused, match="make deploy-bus STAGE=dev"):
        rollback(find_stack("bus"), STAGE, site.clients)
    with pytest.raises(RollbackRefused, match="publish --stage dev --release"):
        rollback(find_stack("console"), STAGE, site.clients)
    with pytest.raises(RollbackRefused, match="newest routes"):
        rollback(find_stack("api"), "local", site.clients)
    with pytest.raises(RollbackRefused, match="There is no stack fileferry-dev-notify"):
        rollback(find_stack("notify"), STAGE, site.clients)


def rollback_by_hand(site: Site) -> None:
    """With the stack in a state in which nothing that is live can be taken for a deployment."""
    site.rollback(clients=Failed(site))
