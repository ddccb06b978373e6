"""The agent's routes that connect Microsoft Teams, with what a test wrote down."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from contracts.agent_teams import TeamsCodeView, TeamsLinksView, TeamsLinkView

CODE_TIME = timedelta(minutes=5)
SESSION_TIME = timedelta(hours=12)


class TeamsLinks:
    """Off until a test turns it on. `connect` is what the bot does with the code."""

    def __init__(self) -> None:
        self.is_on = False
        self.links: tuple[TeamsLinkView, ...] = ()
        self.codes: list[str] = []
        self.code_time = CODE_TIME

    def connect(self, teams_name: str | None, state: Any = "connected") -> None:  # noqa: ANN401
        now = datetime.now(UTC)
        link = TeamsLinkView(
            state=state, teams_name=teams_name, connected_at=now, expires_at=now + SESSION_TIME
        )
        self.links = (link, *self.links)

    def answer(self, method: str, what: str) -> tuple[int, Any]:
        if not self.is_on:
            return 404, {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "code": "teams_off",
                "detail": "This FileFerry has no bot in Microsoft Teams.",
            }
        if what == "codes":
            self.codes.append(f"CODE{len(self.codes) + 1}-FGHJK-MNPQR-STVWX")
            return 201, TeamsCodeView(
                code=SecretStr(self.codes[-1]), expires_at=datetime.now(UTC) + self.code_time
            )
        if method == "DELETE":
            self.links = ()
            return 204, None
        return 200, TeamsLinksView(links=self.links)
