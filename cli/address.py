"""FileFerry's address: which ones a token may be sent to."""

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from cli.errors import UsageFailed


def checked_url(text: str) -> str:
    """The address without '/api' and slashes at its end. Raises UsageFailed."""
    parts = urlsplit(text.strip())
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"  # never a password
    printable = text.strip().isprintable() and " " not in text.strip()
    if parts.scheme not in ("https", "http") or not host or not printable:
        raise UsageFailed(f"{shown!r} is no address like https://ferry.example/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageFailed(f"Give the address {shown!r} without user, question mark or hash.")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageFailed(f"{shown!r} would send your password unprotected: use https.")
    place = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/").removesuffix("/api").rstrip("/")
    return f"{parts.scheme}://{place}{'' if port is None else f':{port}'}{path}"


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"  # names under it are asked of the network by most resolvers


def route(template: str, **parts: str) -> str:
    """The path of a route of contracts/, for example `route("/api/transfer/{id}", id=...)`."""
    for part in parts.values():
        if part in ("", ".", ".."):  # they would lead to another route
            raise UsageFailed(f"{part!r} is no name.")
    return template.format(**{name: quote(part, safe="") for name, part in parts.items()})
