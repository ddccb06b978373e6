"""What an ID token leaves out comes from the userinfo endpoint, about the same person only."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from services.auth.domain.errors import ProviderError, SsoRefused
from tests.integration.auth.sso_fixtures import Adapter, adapter, broken, finish, patient
from tests.servers.oidc_broken import DISCOVERY, TOKEN, USERINFO, Broken, Reply

__all__ = ["adapter", "broken", "patient"]


def signed_in(broken: Broken, **claims: object) -> None:
    """The token endpoint gives a good ID token, without groups."""
    key, now = rsa.generate_private_key(public_exponent=65537, key_size=2048), int(time.time())
    broken.says("/jwks", keys=[RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)])
    said = {"iss": broken.url, "sub": "42", "aud": "ferry/1", "iat": now, "exp": now + 60}
    token = jwt.encode({**said, "nonce": "nonce", "email": "mia@x", **claims}, key, "RS256")
    broken.says(DISCOVERY, **broken.discovery(userinfo_endpoint=broken.url + USERINFO))
    broken.says(TOKEN, id_token=token, access_token="access-1")


def test_what_the_id_token_does_not_tell_is_asked_for(broken: Broken, adapter: Adapter) -> None:
    signed_in(broken)
    broken.says(USERINFO, sub="42", groups=["a", 7, "b"], email="other@x", name="Mia")
    found = finish(adapter())
    assert (found.user_name, found.full_name, sorted(found.groups)) == ("mia@x", "Mia", ["a", "b"])
    [headers] = [headers for path, headers, _ in broken.asked if path == USERINFO]
    assert headers["Authorization"] == "Bearer access-1"


def test_what_it_tells_about_somebody_else_does_not_count(broken: Broken, adapter: Adapter) -> None:
    signed_in(broken)
    for document in ({"sub": "43"}, {}):
        broken.says(USERINFO, groups=["ferry-admins"], **document)
        with pytest.raises(SsoRefused, match="somebody else"):
            finish(adapter())


def test_its_error_is_no_login_without_groups(broken: Broken, adapter: Adapter) -> None:
    signed_in(broken)
    broken.replies[USERINFO] = Reply(status=403)
    with pytest.raises(ProviderError, match="403"):
        finish(adapter())


def test_a_provider_without_it_just_says_less(broken: Broken, adapter: Adapter) -> None:
    signed_in(broken, groups="one")
    assert finish(adapter()).groups == {"one"}
    signed_in(broken)
    broken.says(DISCOVERY, **broken.discovery())
    assert finish(adapter()).groups == frozenset()


@pytest.mark.parametrize("said", [False, "false"])
def test_an_unverified_address_is_refused_wherever_that_is_said(
    broken: Broken, adapter: Adapter, said: object
) -> None:
    signed_in(broken, groups=["a"], email_verified=said)
    with pytest.raises(SsoRefused, match="not verified"):
        finish(adapter())
    signed_in(broken, email_verified=True)
    broken.says(USERINFO, sub="42", email_verified=said)
    with pytest.raises(SsoRefused, match="not verified"):
        finish(adapter())


@pytest.mark.parametrize(
    ("token", "userinfo", "vouched"),
    [
        ({"email_verified": True}, {}, True),
        ({"email_verified": "true"}, {}, True),
        ({}, {}, False),
        ({"email_verified": None}, {}, False),
        ({"email_verified": "perhaps"}, {}, False),
        ({}, {"email": "mia@x", "email_verified": True}, True),
        ({}, {"email": "other@x", "email_verified": True}, False),
        ({}, {"email_verified": True}, False),
    ],
)
def test_an_address_is_vouched_for_only_where_it_is_called_verified(
    broken: Broken,
    adapter: Adapter,
    token: dict[str, object],
    userinfo: dict[str, object],
    vouched: bool,
) -> None:
    signed_in(broken, **token)
    broken.says(USERINFO, sub="42", **userinfo)
    assert finish(adapter()).vouched is vouched


@pytest.mark.parametrize(
    ("token", "userinfo", "address"),
    [
        ({"email_verified": True}, {}, "mia@x"),
        ({}, {}, None),
        ({}, {"email": "mia@x", "email_verified": "true"}, "mia@x"),
        ({}, {"email": "other@x", "email_verified": True}, None),
        ({"email": None}, {"email": "mia@x", "email_verified": True}, "mia@x"),
        ({"email": None}, {"email_verified": True}, None),
        ({"email": ["mia@x"], "email_verified": True}, {}, None),
        ({"email_verified": False}, {}, None),
        ({"email_verified": True}, {"email_verified": False}, None),
    ],
)
def test_with_a_name_of_another_claim_an_address_counts_only_where_it_is_called_verified(
    broken: Broken,
    adapter: Adapter,
    token: dict[str, object],
    userinfo: dict[str, object],
    address: str | None,
) -> None:
    signed_in(broken, preferred_username="mia", **token)
    broken.says(USERINFO, sub="42", **userinfo)
    found = finish(adapter(user_claim="preferred_username"))
    assert (found.user_name, found.vouched, found.email) == ("mia", True, address)


def test_a_user_without_the_claim_is_refused(broken: Broken, adapter: Adapter) -> None:
    for claim in (None, "", 7):
        signed_in(broken, groups=["a"], email=claim)
        broken.says(USERINFO, sub="42")
        with pytest.raises(SsoRefused, match="does not tell 'email'"):
            finish(adapter())
