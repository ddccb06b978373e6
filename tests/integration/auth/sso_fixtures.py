"""An identity provider with people, and installations of the auth service that use it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from moto import mock_aws

from services.auth.adapters.httpx_documents import HttpxDocuments, new_client
from services.auth.adapters.httpx_identity_provider import HttpxIdentityProvider, Registration
from services.auth.domain.user import Identity
from tests.integration.auth.sso_installation import REDIRECT_URI, Installation, environment, install
from tests.servers.oidc_broken import Broken, broken_provider
from tests.servers.oidc_provider import Client, OidcProvider, Person, oidc_provider

CLIENT = Client(redirect_uris=[REDIRECT_URI], skip_consent=True)
ASKING = replace(CLIENT, client_id="asking", skip_consent=False)
LEAN = replace(CLIENT, client_id="lean-one", name="lean")
PUBLIC = replace(CLIENT, client_id="public", secret=None)
SYMMETRIC = replace(CLIENT, client_id="symmetric", algorithm="HS256")

ANN = Person("ann", ["ferry-users", "ferry-operators", "golf"], full_name="Ann Archer")
BOB = Person("bob", ["golf"])
EVE = Person("eve", ["ferry-users"], email_verified=False)
MAX = Person("max", ["ferry-users"], email="Max.Power@ACME.example")
ODD = Person("odd", ["ferry-users"], email="o'dd@acme.example")

PATIENCE_SECONDS = 0.3  # with a provider that does not answer
OUR_SECRET = "s e:cret"

Install = Callable[..., Installation]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    clients, people = (CLIENT, ASKING, LEAN, PUBLIC, SYMMETRIC), (ANN, BOB, EVE, MAX, ODD)
    with oidc_provider(tmp_path_factory.mktemp("oidc"), clients, people) as running:
        yield running


@pytest.fixture
def installed(
    fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch, provider: OidcProvider
) -> Iterator[Install]:
    """Makes the test's installation for a client, with other settings if wanted."""

    def make(client: Client = CLIENT, **more: str) -> Installation:
        for name, value in environment(provider.issuer, client, **more).items():
            monkeypatch.setenv(name, value)
        return install(client)

    with mock_aws():
        yield make


@pytest.fixture
def broken() -> Iterator[Broken]:
    with broken_provider() as server:
        yield server


@pytest.fixture
def patient() -> Iterator[httpx.Client]:
    with new_client(PATIENCE_SECONDS) as client:
        yield client


Adapter = Callable[..., HttpxIdentityProvider]


@pytest.fixture
def adapter(broken: Broken, patient: httpx.Client) -> Adapter:
    def make(
        issuer: str = broken.url, secret: str | None = OUR_SECRET, user_claim: str = "email"
    ) -> HttpxIdentityProvider:
        callback = "https://a.example/cb"
        ours = Registration(issuer, "ferry/1", callback, "openid", user_claim, "groups")
        return HttpxIdentityProvider(
            ours, lambda: secret, HttpxDocuments(patient, PATIENCE_SECONDS)
        )

    return make


def begin(provider: HttpxIdentityProvider) -> str:
    return provider.authorization_url("state", "nonce", "challenge")


def finish(provider: HttpxIdentityProvider) -> Identity:
    return provider.identity("code", "verifier", "nonce")
