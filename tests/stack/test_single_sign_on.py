"""Single sign-on through the API and a real OpenID Connect provider, as a browser does it."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from services.auth.use_cases.begin_sso import s256
from tests.servers.oidc_provider import Client, OidcProvider, Person, oidc_provider, sign_in
from tests.stack.people import Hooks
from tests.stack.running import ORIGINS, Running

ANN = Person("ann", ["ferry-users", "ferry-operators", "golf"], full_name="Ann Archer")
BOB = Person("bob", ["golf"])
ROLES = {"ferry-users": "user", "ferry-operators": "operator"}
SECRET = "fileferry/local/auth/oidc-client"
CALLBACK = "/api/login/sso/callback"


@dataclass(frozen=True)
class SignOn:
    running: Running
    provider: OidcProvider

    def begin(self, browser: httpx.Client, **query: str) -> str:
        """The address at the provider that the browser is sent to."""
        answer = browser.get(f"/api/login/sso?{urlencode(query)}")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def come_back(self, browser: httpx.Client, address: str) -> httpx.Response:
        assert address.startswith(self.running.stack.api_url + CALLBACK), address
        self.running.door.secrets.hear_address(address)
        return browser.get(address)

    def browser(self) -> httpx.Client:
        """A browser with cookies of its own."""
        hear = self.running.door.secrets
        hooks: Hooks = {"request": [hear.hear_request], "response": [hear.hear_response]}
        return httpx.Client(
            base_url=self.running.stack.api_url, event_hooks=hooks, trust_env=False, timeout=60
        )


@pytest.fixture(scope="module")
def sign_on(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignOn]:
    """The running stack with a provider. Afterwards it has none, as before."""
    client = Client(redirect_uris=[running.stack.api_url + CALLBACK], skip_consent=True)
    assert client.secret
    for secret in (client.secret, ANN.password, BOB.password):
        running.door.secrets.add("of the identity provider", secret)
    with oidc_provider(tmp_path_factory.mktemp("oidc"), [client], [ANN, BOB]) as provider:
        settings = {
            "OidcIssuer": provider.issuer,
            "OidcClientId": client.client_id,
            "OidcRoles": json.dumps(ROLES),
        }
        with running.deployed("auth", settings):
            vault = running.stack.client("secretsmanager")
            vault.put_secret_value(SecretId=SECRET, SecretString=client.secret)
            yield SignOn(running, provider)


def test_somebody_of_the_company_logs_in_and_is_a_user_with_the_roles_of_their_groups(
    sign_on: SignOn,
) -> None:
    with sign_on.browser() as browser:
        answer = sign_on.come_back(browser, sign_in(sign_on.begin(browser), ANN))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    me = sign_on.running.door.call("GET", "/api/me", answer.json()["access_token"]).json()
    assert (me["user"], me["name"], me["login"]) == (ANN.email, "Ann Archer", "sso")
    assert me["roles"] == ["user", "operator"]
    assert me["grants"] == {"sources": [], "destinations": []}


def test_a_page_of_the_console_gets_a_code_that_its_verifier_redeems_once(sign_on: SignOn) -> None:
    verifier = secrets.token_urlsafe(40)
    page = {"return_to": f"{ORIGINS[0]}/in", "challenge": s256(verifier), "client": "console"}
    with sign_on.browser() as browser:
        answer = sign_on.come_back(browser, sign_in(sign_on.begin(browser, **page), ANN))
    assert (answer.status_code, answer.content) == (303, b"")
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == page["return_to"]
    door, code = sign_on.running.door, target.query.removeprefix("code=")
    body = {"code": code, "verifier": verifier}
    tokens = door.call("POST", "/api/login/sso", body=body, Origin=ORIGINS[0])
    assert tokens.status_code == 200, tokens.text
    me = door.call("GET", "/api/me", tokens.json()["access_token"]).json()
    assert (me["user"], me["session"]["client"]) == (ANN.email, "console")
    assert door.call("POST", "/api/login/sso", body=body).status_code == 401


def test_another_browser_cannot_finish_what_this_one_began(sign_on: SignOn) -> None:
    with sign_on.browser() as browser, sign_on.browser() as other:
        address = sign_in(sign_on.begin(browser), ANN)
        answer = sign_on.come_back(other, address)
        assert (answer.status_code, answer.json()["code"]) == (401, "sso_refused")
        assert sign_on.come_back(browser, address).status_code == 401


def test_whose_groups_have_no_role_is_told_so(sign_on: SignOn) -> None:
    with sign_on.browser() as browser:
        answer = sign_on.come_back(browser, sign_in(sign_on.begin(browser), BOB))
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_mapped"


def test_nobody_is_sent_to_a_page_that_is_not_listed(sign_on: SignOn) -> None:
    query = urlencode({"return_to": "https://evil.example/in", "challenge": s256("v")})
    answer = sign_on.running.door.call("GET", f"/api/login/sso?{query}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_user_of_single_sign_on_cannot_log_in_with_a_password(sign_on: SignOn) -> None:
    with sign_on.browser() as browser:
        assert sign_on.come_back(browser, sign_in(sign_on.begin(browser), ANN)).status_code == 200
    body = {"user": ANN.email, "password": ANN.password}
    assert sign_on.running.door.call("POST", "/api/login", body=body).status_code == 401
