"""How channels are shown, and which error a test that failed is."""

from collections.abc import Sequence

from cli.address import route
from cli.advice import advice
from cli.client import Client, read
from cli.errors import TransferFailed
from cli.times import local_time
from contracts.notify_api import ChannelTestView, ChannelView, Rule

COLUMNS = ("ID", "NAME", "KIND", "WHOSE", "LEADS TO", "STATE", "LAST SENT")


def channel_path(channel_id: str) -> str:
    return route("/api/notify/channels/{id}", id=channel_id)


def read_channel(client: Client, channel_id: str) -> tuple[ChannelView, str]:
    """The channel, and its version for If-Match."""
    answer = client.answer("GET", channel_path(channel_id))
    return read(ChannelView, answer.document), answer.headers.get("etag", "*")


def row(view: ChannelView) -> Sequence[object]:
    return (
        view.id,
        view.name,
        view.kind,
        "shared" if view.shared else view.owner,
        _place(view),
        "dead" if view.dead else "in use",
        local_time(view.last_sent_at) if view.last_sent_at else "never",
    )


def fields(view: ChannelView) -> list[tuple[str, object]]:
    quiet = view.quiet_hours
    return [
        ("Channel", view.id),
        ("Name", view.name),
        ("Kind", view.kind),
        ("Whose", "shared" if view.shared else view.owner),
        ("Leads to", _place(view)),
        ("Tells of", "everybody's transfers" if view.whose == "all" else "own transfers"),
        *(("Rule", _rule(each)) for each in view.rules),
        ("Quiet", quiet and f"{quiet.begins} to {quiet.ends} {quiet.time_zone}"),
        ("Dead", view.dead and advice(view.dead.message)),
        *(("Caution", each) for each in view.cautions),
        ("Waiting", view.waiting),
        ("Last sent", local_time(view.last_sent_at) if view.last_sent_at else "never"),
        ("Changed", local_time(view.updated_at)),
    ]


def test_fields(result: ChannelTestView) -> list[tuple[str, object]]:
    return [("Test", result.status), ("HTTP status", result.http_status), ("Said", result.said)]


def require_success(result: ChannelTestView) -> None:
    """Raises TransferFailed unless the other side took the message."""
    if result.failure is not None:
        raise TransferFailed(
            f"The test failed ({result.failure.code}): {advice(result.failure.message)}",
            code=result.failure.code,
        )


def _place(view: ChannelView) -> str | None:
    if view.kind == "email":
        return ", ".join(view.mails) or "their own address"
    return f"{view.host} {view.slack_channel}" if view.slack_channel else view.host


def _rule(rule: Rule) -> str:
    where = "" if rule.destinations == ("*",) else f" to {', '.join(rule.destinations)}"
    digest = f", collected over {rule.digest_minutes} min" if rule.digest_minutes else ""
    return f"{', '.join(rule.stages)}{where}{digest}"
