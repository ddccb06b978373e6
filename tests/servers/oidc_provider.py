"""Starts the OpenID Connect provider, tells it clients and users, and logs in at its pages."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from infra.local.programs import Program, end_programs, start_program
from tests.servers.waiting import wait_for

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.servers.oidc_program")
MAX_PAGES = 8  # of a login, with form, consent, and redirects between them
_FORM = re.compile(r"<form(?P<head>[^>]*)>(?P<body>.*?)</form>", re.DOTALL)
_INPUT = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True)
class Client:
    """An application that the provider knows. A public one has no secret."""

    client_id: str = "fileferry"
    secret: str | None = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    redirect_uris: Sequence[str] = ()
    algorithm: str = "RS256"
    skip_consent: bool = False
    name: str = "FileFerry"


@dataclass(frozen=True)
class Person:
    name: str
    groups: Sequence[str] = ()
    email: str = ""
    full_name: str = ""
    email_verified: bool = True
    password: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)

    def __post_init__(self) -> None:
        if not self.email:
            object.__setattr__(self, "email", f"{self.name}@acme.example")


@dataclass
class OidcProvider:
    """Its state, key and log are in `folder`."""

    folder: Path
    port: int = 0
    _running: Program | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "provider.log").read_text(errors="replace")

    def start(self, clients: Sequence[Client] = (), people: Sequence[Person] = ()) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(clients, people)
        env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder)}
        command = [*COMMAND, "serve", str(self.folder)]
        self._running = start_program("provider", command, env, self.folder, bound=True)
        self.port = int(wait_for(self._port, "OpenID Connect provider", seconds=30))

    def stop(self) -> None:
        if self._running is not None:
            end_programs([self._running])
            self._running = None

    def know(self, *known: Client | Person) -> None:
        """Adds or changes clients and people while it runs."""
        clients = [each for each in known if isinstance(each, Client)]
        self._write(clients, [each for each in known if isinstance(each, Person)])
        done = subprocess.run([*COMMAND, "apply", self.folder], cwd=REPOSITORY, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()

    def _write(self, clients: Sequence[Client], people: Sequence[Person]) -> None:
        state = {
            "clients": [asdict(each) for each in clients],
            "users": [asdict(each) for each in people],
        }
        (self.folder / "state.json").write_text(json.dumps(state))

    def _port(self) -> str | None:
        assert self._running is not None
        assert self._running.alive, f"the provider ended at once: {self.log}"
        port = self.folder / "port"
        return port.read_text() if port.exists() else None


@contextmanager
def oidc_provider(
    folder: Path, clients: Sequence[Client] = (), people: Sequence[Person] = ()
) -> Iterator[OidcProvider]:
    provider = OidcProvider(folder)
    try:
        provider.start(clients, people)
        yield provider
    finally:
        provider.stop()


def sign_in(url: str, person: Person, *, agrees: bool = True) -> str:
    """Goes from `url` through the provider's pages, as a browser does. Returns the address that it
    is sent to at the end.

    That address is at another host or port, and is not asked for.
    """
    home = urlsplit(url).netloc
    with httpx.Client(trust_env=False) as browser:
        answer = browser.get(url)
        for _ in range(MAX_PAGES):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["Location"])
                if urlsplit(target).netloc != home:
                    return target
                answer = browser.get(target)
            else:
                assert answer.status_code == 200, (answer.status_code, answer.text[:500])
                answer = browser.post(answer.url, data=_filled(answer.text, person, agrees))
    raise AssertionError(f"no way back from {url}")


def _filled(page: str, person: Person, agrees: bool) -> dict[str, str]:
    """The fields of the page's form as this person sends them."""
    form = _FORM.search(page)
    assert form is not None, page
    fields = {}
    for tag in _INPUT.findall(form["body"]):
        found = {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        if "name" in found:
            fields[found["name"]] = found.get("value", "")
    if "password" in fields:
        assert "errorlist" not in page, "the provider does not know this person"
        return fields | {"username": person.name, "password": person.password}
    if not agrees:
        fields.pop("allow", None)
    return fields


def without(person: Person, group: str) -> Person:
    return replace(person, groups=[name for name in person.groups if name != group])
