"""A rollback is one act, and CloudFormation learns of it."""

import pytest

from infra.prune import prune
from infra.releases.pointers import pointers_of
from infra.releases.rollback import RollbackRefused
from tests.infra.rollback.site import AUTH, NAME, STAGE, Site

pytestmark = pytest.mark.slow  # an emulator, and functions in it


def test_all_goes_back_at_once_and_the_next_deployment_begins_there(site: Site) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    assert site.answers() == [3, 3, 3]
    site.rollback()
    assert site.answers() == [2, 2, 2]
    assert any("-> " in line for line in site.said)
    assert "auth on dev is back at release 2" in " ".join(site.said)
    site.deploy(3)
    assert site.answers() == [3, 3, 3], "the same code deployed again is live again"
    site.rollback()
    site.deploy(4)
    site.rollback()
    assert site.live == 2, "nobody goes back to what was left"


def test_a_second_rollback_goes_on_and_not_forth_again(site: Site) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    site.rollback()
    site.rollback()
    assert site.live == 1
    with pytest.raises(RollbackRefused, match="no release of auth on dev before"):
        site.rollback()
    assert site.live == 1


def test_an_execution_in_flight_ends_on_the_version_that_it_began_with(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    begun = site.start()
    site.rollback()
    after = site.start()
    site.deploy(3)
    assert (site.ended(begun), site.ended(after)) == (2, 1)


def test_old_versions_go_and_those_that_one_may_go_back_to_stay(site: Site) -> None:
    for release in range(1, 10):
        site.deploy(release)
        prune(AUTH, STAGE, site.clients)
    kept = [each.versions for each in site.history.all()]
    assert len(kept) == 5
    for alias in pointers_of(NAME, site.clients):
        assert all(alias.has(versions[alias.name]) for versions in kept)
        assert not alias.has("1")
    for release in (8, 7, 6, 5):
        site.rollback()
        assert site.live == release


def test_a_template_too_long_for_a_call_goes_through_the_bucket(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.releases.cloudformation.LONGEST_BODY", 100)
    site.deploy(1)
    site.deploy(2)
    site.rollback()
    assert site.live == 1
    site.deploy(2)
    assert site.live == 2
