"""Which addresses a channel may have."""

import pytest

from services.notify.domain.addresses import CONNECTORS_GONE, check_address, host_of
from services.notify.domain.channel import Kind
from services.notify.domain.errors import FieldInvalid

FLOW = "https://abc.12.environment.api.powerplatform.com:443/powerautomate/x?sig=s3cret"
SLACK = "https://hooks.slack.com/services/T0/B0/s3cret"


@pytest.mark.parametrize(
    "url", [FLOW, "https://teams-proxy.corp.example/x", "http://127.0.0.1:9/x"]
)
def test_teams_has_no_list_of_hosts(url: str) -> None:
    assert check_address(Kind.TEAMS, url) == ()


@pytest.mark.parametrize(
    "host",
    [
        "outlook.office.com",
        "OUTLOOK.office365.com",
        "contoso.webhook.office.com",
        "outlook.office.com.",
    ],
)
def test_connectors_are_refused_with_an_explanation(host: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_address(Kind.TEAMS, f"https://{host}/webhook/s3cret")
    assert caught.value.advice == CONNECTORS_GONE
    assert "s3cret" not in str(caught.value)


def test_old_flows_get_a_caution() -> None:
    url = "https://prod-1.westeurope.logic.azure.com/workflows/x?sig=s"
    (caution,) = check_address(Kind.TEAMS, url)
    assert "switched off" in caution
    assert check_address(Kind.WEBHOOK, url) == ()


def test_slack_cautions_by_path_and_not_by_host() -> None:
    assert check_address(Kind.SLACK, SLACK) == ()
    assert check_address(Kind.SLACK, "https://proxy.example/services/T0/B0/x") == ()
    assert len(check_address(Kind.SLACK, "https://hooks.slack.com/x")) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "ftp://x.example/s3cret",
        "//x.example/s3cret",
        "https://",
        "https:///s3cret",
        "https://user:s3cret@x.example/",
        "https://x.example/#s3cret",
        "https://x.example/#",
        "https://x.example:99999/s3cret",
        "https://[::1/s3cret",
        "https://x.example/s3cret\r\nHost: y",
        "https://x.example/\ts3cret",
        "https://x.example\\@evil.example/s3cret",
        "https://x.example/s3cret\u202e",
        "https://x.example/s3cret" + "x" * 2_048,
    ],
)
def test_others_are_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_address(Kind.WEBHOOK, url)
    assert "s3cret" not in str(caught.value)


def test_only_the_host_is_shown() -> None:
    assert host_of(FLOW) == "abc.12.environment.api.powerplatform.com"
