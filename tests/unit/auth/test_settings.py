"""The auth service's settings, as the environment writes them."""

import pytest

from kernel.caller import Role
from runtime.settings import SettingsInvalid
from services.auth.settings import AuthSettings

REQUIRED = {
    "STAGE": "test",
    "EVENT_BUS_NAME": "fileferry-test",
    "AUTH_TABLE": "fileferry-test-auth",
    "SIGNING_SECRET_ID": "fileferry/test/auth/signing-key",
    "API_URL": "https://api.example/v1",
    "WEBSOCKET_URL": "wss://sockets.example/v1",
}


def load(monkeypatch: pytest.MonkeyPatch, **more: str) -> AuthSettings:
    for name, value in (REQUIRED | more).items():
        monkeypatch.setenv(name, value)
    return AuthSettings.load()


def test_what_is_not_set_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    policy = settings.policy
    assert (policy.access_seconds, policy.session_seconds, policy.idle_seconds) == (
        3_600,
        43_200,
        1_800,
    )
    assert (policy.group_roles, policy.return_origins) == ((), ())
    assert policy.allowed_callers == ()
    assert not policy.sso_loopback
    assert (settings.usage_plan_id, settings.oidc_issuer) == ("", "")


def test_groups_and_origins_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = load(
        monkeypatch,
        OIDC_ROLES='{"ferry-admins": "admin", "everybody": "user"}',
        CORS_ORIGINS="https://a.example, https://b.example",
        IDLE_SECONDS="60",
        SSO_LOOPBACK="true",
        ALLOWED_CALLERS="192.0.2.0/24, 10.1.2.3/8,2001:db8::/32",
    ).policy
    assert policy.group_roles == (("ferry-admins", Role.ADMIN), ("everybody", Role.USER))
    assert policy.return_origins == ("https://a.example", "https://b.example")
    assert policy.idle_seconds == 60
    callers = [str(each) for each in policy.allowed_callers]
    assert callers == ["192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32"]
    assert policy.sso_loopback


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ROLES", '{"everybody": "root"}'),
        ("OIDC_ROLES", '["admin"]'),
        ("ACCESS_SECONDS", "7"),
        ("IDLE_SECONDS", "soon"),
        ("ALLOWED_CALLERS", "192.0.2.0/24,the-office"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsInvalid, match=name) as refused:
        load(monkeypatch, **{name: value})
    assert value not in str(refused.value)
