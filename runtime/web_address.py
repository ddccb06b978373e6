"""An address of a web server, taken apart. Its path and its query may be secrets."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

MAX_CHARACTERS = 4_096
VISIBLE = re.compile(r"[!-~]+")  # ASCII without spaces and control characters
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
MAX_NAME = 253
PORTS = {"https": 443, "http": 80}


class AddressInvalid(Exception):
    """`host` is empty where none could be read. `reason` says nothing of path and query."""

    def __init__(self, host: str, reason: str) -> None:
        self.host, self.reason = host, reason
        super().__init__(f"{host or 'the address'}: {reason}")


@dataclass(frozen=True)
class WebAddress:
    """`host` is in lower case, and an IPv6 address has no brackets. `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str) -> WebAddress:
    """Raises AddressInvalid, also for addresses that programs read in different ways."""
    if len(url) > MAX_CHARACTERS:
        raise AddressInvalid("", f"it has more than {MAX_CHARACTERS} characters")
    if not VISIBLE.fullmatch(url) or "\\" in url:
        raise AddressInvalid(
            "", "it has to be ASCII without spaces, backslashes and control characters"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressInvalid("", "it cannot be read as an address") from None
    if not _is_host(host):
        raise AddressInvalid("", "it has no host that can be read")
    if parts.scheme not in PORTS:
        raise AddressInvalid(host, "it has to begin with https://")
    if "@" in parts.netloc:
        raise AddressInvalid(host, "a user or a password in it is not taken")
    if "#" in url:
        raise AddressInvalid(host, "a part after # would not be sent")
    if port == 0:
        raise AddressInvalid(host, "there is no port 0")
    return WebAddress(parts.scheme, host, port or PORTS[parts.scheme], _target(parts))


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_host(text: str) -> bool:
    if ":" not in text:
        return len(text) <= MAX_NAME and NAME.fullmatch(text) is not None
    try:
        return ip_address(text).version == 6 and "%" not in text
    except ValueError:
        return False
