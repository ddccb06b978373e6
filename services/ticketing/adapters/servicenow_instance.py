"""The secret that says where ServiceNow is, and who we are there."""

import json
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from runtime.web_address import AddressInvalid, WebAddress, parse

TOKEN_PATH = "/oauth_token.do"  # noqa: S105 - where ServiceNow gives tokens
LONGEST = 1_024  # characters of a value


@dataclass(frozen=True)
class Instance:
    """`token_url` is None for Basic. Otherwise `user` and `secret` are those of an OAuth client."""

    version: str  # of the secret
    url: str  # https://acme.service-now.com
    host: str
    user: str = field(repr=False)
    secret: str = field(repr=False)
    token_url: str | None = None


def instance_of(version: str, text: str) -> Instance | None:
    """None where it names no instance that we would call. With both a client and a user in it, the
    client counts."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    known = {name: each.strip() for name, each in said.items() if isinstance(each, str)}
    place = _place(known.get("url", ""))
    client = "client_id" in known
    user, secret = (
        (known["client_id"], said.get("client_secret"))
        if client
        else (known.get("user", ""), said.get("password"))
    )
    if (
        place is None
        or not _is_value(user)
        or not _is_value(secret)
        or (":" in user and not client)
    ):
        return None
    url = f"{place.scheme}://{place.host_header}"
    token_url = known.get("token_url") or url + TOKEN_PATH
    if client and _safe(token_url) is None:
        return None
    return Instance(version, url, place.host, user, str(secret), token_url if client else None)


def _is_value(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def _place(text: str) -> WebAddress | None:
    """People copy what the browser shows, so all after the host is left out."""
    if not text.isprintable():  # urlsplit would leave line breaks out
        return None
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return _safe(f"{parts.scheme}://{parts.netloc}")


def _safe(url: str) -> WebAddress | None:
    """Plain http is for doubles on this computer."""
    try:
        address = parse(url)
    except AddressInvalid:
        return None
    return address if address.scheme == "https" or _is_loopback(address.host) else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
