"""IdentityProvider without single sign-on. Every call says that there is none."""

import httpx
import pytest

from services.auth.adapters.httpx_documents import HttpxDocuments
from services.auth.adapters.httpx_identity_provider import HttpxIdentityProvider, Registration
from services.auth.domain.errors import SsoNotConfigured
from services.auth.domain.ports import IdentityProvider
from tests.fakes.auth_secrets import NoIdentityProvider


def unconfigured() -> IdentityProvider:
    ours = Registration("", "", "https://api.example/callback", "openid", "email", "groups")
    return HttpxIdentityProvider(ours, lambda: None, HttpxDocuments(httpx.Client()))


@pytest.mark.parametrize("provider", [NoIdentityProvider(), unconfigured()])
def test_without_an_issuer_nobody_is_sent_anywhere(provider: IdentityProvider) -> None:
    with pytest.raises(SsoNotConfigured):
        provider.authorization_url("state", "nonce", "challenge")
    with pytest.raises(SsoNotConfigured):
        provider.identity("code", "verifier", "nonce")
