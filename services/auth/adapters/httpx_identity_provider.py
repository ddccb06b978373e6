"""Asks an OpenID Connect provider who somebody is (authorization code with PKCE)."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from services.auth.adapters.httpx_documents import HttpxDocuments, is_loopback, is_safe
from services.auth.adapters.pyjwt_id_tokens import PyJwtIdTokens
from services.auth.domain.errors import ProviderError, SsoNotConfigured, SsoRefused
from services.auth.domain.user import Identity

DISCOVERY_PATH = "/.well-known/openid-configuration"
DISCOVERY_SECONDS = 3_600
EMAIL = "email"  # the only claim of which providers say whether they verified it
YES = (True, "true", "True")  # some providers write it as text
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Registration:
    """What this installation and the provider agreed on. An empty issuer means that there is no
    single sign-on."""

    issuer: str
    client_id: str
    redirect_uri: str
    scopes: str
    user_claim: str
    groups_claim: str


class HttpxIdentityProvider:
    """Implements IdentityProvider. `secret` gives None for a public client."""

    def __init__(
        self,
        registration: Registration,
        secret: Callable[[], str | None],
        documents: HttpxDocuments,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ours, self._secret, self._documents = registration, secret, documents
        self._monotonic = monotonic
        self._known: tuple[float, Mapping[str, Any]] | None = None
        self._tokens = PyJwtIdTokens(
            registration.issuer, registration.client_id, self._keys, monotonic
        )

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        endpoint = str(self._discovered()["authorization_endpoint"])
        query = {
            "response_type": "code",
            "client_id": self._ours.client_id,
            "redirect_uri": self._ours.redirect_uri,
            "scope": self._ours.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def identity(self, code: str, verifier: str, nonce: str) -> Identity:
        tokens = self._exchange(code, verifier)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderError("it sent no ID token: OIDC_SCOPES has to begin with openid")
        said = self._tokens.claims(id_token, nonce)
        own = {name: value for name, value in said.items() if value is not None}
        told: Mapping[str, Any] = {}
        if not {self._ours.user_claim, self._ours.groups_claim} <= own.keys():
            told = self._user_info(tokens.get("access_token"), own["sub"])
        claims = {**told, **own, **_unverified(told)}
        return Identity(
            subject=f"{claims['iss']}|{claims['sub']}",
            user_name=self._user_name(claims),
            full_name=name if isinstance(name := claims.get("name"), str) else "",
            groups=_groups(claims.get(self._ours.groups_claim)),
            vouched=self._ours.user_claim != EMAIL or _verified(claims[EMAIL], (own, told)),
            email=_vouched_address(claims, (own, told)),
        )

    # --- what the provider says about itself -----------------------------------------------------

    def _discovered(self) -> Mapping[str, Any]:
        issuer, now = self._ours.issuer, self._monotonic()
        if not issuer:
            raise SsoNotConfigured
        if self._known is not None and now - self._known[0] <= DISCOVERY_SECONDS:
            return self._known[1]
        loopback = is_loopback(_host(issuer))
        if not is_safe(issuer, loopback=loopback):
            raise ProviderError("OIDC_ISSUER is no https address")
        answer = self._documents.get(issuer.rstrip("/") + DISCOVERY_PATH)
        if answer.status != 200:
            raise ProviderError(f"its discovery document answers {answer.status}")
        found = answer.body
        if found.get("issuer") != issuer:
            raise ProviderError("its discovery document has another issuer than OIDC_ISSUER")
        for name in ENDPOINTS:
            if not is_safe(found.get(name), loopback=loopback):
                raise ProviderError(f"its discovery document has no good {name}")
        self._known = now, found
        return found

    def _keys(self) -> Mapping[str, Any]:
        answer = self._documents.get(self._discovered()["jwks_uri"])
        if answer.status != 200:
            raise ProviderError(f"its JWKS answers {answer.status}")
        return answer.body

    # --- one login -------------------------------------------------------------------------------

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        discovered = self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._ours.redirect_uri,
            "code_verifier": verifier,
        }
        ways = discovered.get("token_endpoint_auth_methods_supported")
        proof, headers = self._proof(ways)
        answer = self._documents.post_form(discovered["token_endpoint"], form | proof, headers)
        if answer.status == 200:
            return answer.body
        if answer.body.get("error") == "invalid_grant":
            raise SsoRefused("the identity provider does not, or no longer, know the code")
        if answer.body.get("error") in ("invalid_client", "unauthorized_client"):
            raise ProviderError("it does not know OIDC_CLIENT_ID with the secret that we have")
        raise ProviderError(f"its token endpoint answers {answer.status}")

    def _proof(self, ways: object) -> tuple[dict[str, str], dict[str, str]]:
        """Form fields and headers that tell who we are. It is Basic where the provider names no
        method."""
        client_id, secret = self._ours.client_id, self._secret()
        if secret is None:
            return {"client_id": client_id}, {}
        if isinstance(ways, list) and ways and "client_secret_basic" not in ways:
            return {"client_id": client_id, "client_secret": secret}, {}
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"  # RFC 6749, 2.3.1
        return {}, {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def _user_info(self, access_token: object, subject: str) -> Mapping[str, Any]:
        """Empty where the provider has no such endpoint. Raises SsoRefused for claims of somebody
        else."""
        discovered = self._discovered()
        url = discovered.get("userinfo_endpoint")
        if url is None or not isinstance(access_token, str):
            return {}
        if not is_safe(url, loopback=is_loopback(_host(self._ours.issuer))):
            raise ProviderError("its discovery document has no good userinfo_endpoint")
        answer = self._documents.get(url, bearer=access_token)
        if answer.status != 200:
            raise ProviderError(f"its userinfo endpoint answers {answer.status}")
        if answer.body.get("sub") != subject:
            raise SsoRefused("the identity provider told us about somebody else")
        return answer.body

    def _user_name(self, claims: Mapping[str, Any]) -> str:
        name = claims.get(self._ours.user_claim)
        if not isinstance(name, str) or not name:
            raise SsoRefused(f"the identity provider does not tell {self._ours.user_claim!r}")
        if self._ours.user_claim == EMAIL and _unverified(claims):
            raise SsoRefused("the identity provider has not verified the e-mail address")
        return name


def _unverified(claims: Mapping[str, Any]) -> dict[str, bool]:
    """Some providers write false as text. Some say nothing, which does not count as false."""
    doubtful = claims.get("email_verified") in (False, "false", "False", 0)
    return {"email_verified": False} if doubtful else {}


def _verified(address: str, documents: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of the documents says that this very address is verified."""
    return any(
        each.get(EMAIL) == address and each.get("email_verified") in YES for each in documents
    )


def _vouched_address(
    claims: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]
) -> str | None:
    """None unless one document calls the address verified, and none calls it unverified."""
    address = claims.get(EMAIL)
    vouched = isinstance(address, str) and _verified(address, documents)
    return address if vouched and not _unverified(claims) else None


def _groups(claim: object) -> frozenset[str]:
    """The claim is a list, or the only group as text."""
    groups = claim if isinstance(claim, list) else [claim]
    return frozenset(group for group in groups if isinstance(group, str))


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
