"""Which receivers are real, by the environment of `make up`, and what of it is never shown."""

import pytest

from infra.local.real_receivers import RealReceivers, ReceiverWrong, real_receivers

SERVICENOW = {
    "FILEFERRY_SERVICENOW_URL": "https://acme.service-now.com",
    "FILEFERRY_SERVICENOW_USER": "ferry",
    "FILEFERRY_SERVICENOW_PASSWORD": "in-the-test",
}
TEAMS = {"FILEFERRY_TEAMS_URL": "https://acme.example/workflows?sig=in-the-test"}
SLACK = {"FILEFERRY_SLACK_URL": "https://hooks.slack.example/in-the-test"}


def test_without_variables_all_are_doubles() -> None:
    assert real_receivers({"FILEFERRY_TEAMS_URL": ""}) == RealReceivers()
    assert real_receivers({}).names == frozenset()


def test_each_may_be_a_real_one_and_none_shows_its_secret() -> None:
    real = real_receivers(SERVICENOW | TEAMS | SLACK)
    assert real.names == {"servicenow", "teams", "slack"}
    assert real.servicenow == {
        "url": "https://acme.service-now.com",
        "user": "ferry",
        "password": "in-the-test",
    }
    assert real.hooks["teams"] == TEAMS["FILEFERRY_TEAMS_URL"]
    assert "in-the-test" not in repr(real)
    assert real_receivers(SLACK).names == {"slack"}


@pytest.mark.parametrize(
    "environment",
    [
        SERVICENOW | {"FILEFERRY_SERVICENOW_PASSWORD": ""},
        {"FILEFERRY_SERVICENOW_URL": "https://acme.service-now.com"},
        SERVICENOW | {"FILEFERRY_SERVICENOW_URL": "http://acme.example/in-the-test"},
        {"FILEFERRY_TEAMS_URL": "http://acme.example/in-the-test"},
        {"FILEFERRY_SLACK_URL": "in-the-test"},
    ],
)
def test_a_variable_that_cannot_be_used_is_named_and_its_value_not_shown(
    environment: dict[str, str],
) -> None:
    with pytest.raises(ReceiverWrong, match="FILEFERRY_") as refused:
        real_receivers(environment)
    assert "in-the-test" not in str(refused.value)
