"""One call of the command: what it was asked, and what it works with. click hands it over."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import click

from cli.errors import UsageFailed
from cli.output import Output
from cli.settings import Settings, read_settings

if TYPE_CHECKING:  # httpx would slow `fileferry --help` down
    import httpx

    from cli.client import Client


@dataclass(frozen=True)
class Flags:
    """The options that every command has."""

    as_json: bool = False
    quiet: bool = False
    progress: bool = True
    debug: bool = False
    url: str | None = None


@dataclass
class Invocation:
    """`transport` is how the client reaches FileFerry; the default is the network."""

    flags: Flags = field(default_factory=Flags)
    transport: "httpx.BaseTransport | None" = None

    def set(self, **flags: object) -> None:
        self.flags = replace(self.flags, **flags)  # type: ignore[arg-type]

    @cached_property
    def settings(self) -> Settings:
        return read_settings()

    @cached_property
    def output(self) -> Output:
        """After all options are known."""
        flags = self.flags
        return Output(
            as_json=flags.as_json,
            quiet=flags.quiet,
            progress=flags.progress,
            color=self.settings.color,
        )

    @property
    def given_url(self) -> str | None:
        return self.flags.url or self.settings.url or self.settings.kept.get("url")

    @property
    def url(self) -> str:
        """FileFerry's address. Raises UsageFailed when nobody said where it is."""
        from cli.address import checked_url

        given = self.given_url
        if given is None:
            raise UsageFailed(
                "Say where FileFerry is: fileferry login --url https://..., or set FILEFERRY_URL."
            )
        return checked_url(given)

    @cached_property
    def client(self) -> "Client":
        return self._client(repeats=True)

    @cached_property
    def watching_client(self) -> "Client":
        """For watching, which tries again by itself: it notices soon when FileFerry is back."""
        return self._client(repeats=False)

    def _client(self, repeats: bool) -> "Client":
        """Is closed when the command ends."""
        from cli.client import Client
        from cli.session.sessions import tokens_of

        client = Client(
            self.url,
            tokens_of(self.settings, self.url, self.transport, self.output.warn),
            transport=self.transport,
            note=self.output.note,
            repeats=repeats,
        )
        click.get_current_context().find_root().call_on_close(client.close)
        return client


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
