"""Facts and messages for tests, and for looking at."""

from dataclasses import replace
from datetime import UTC, datetime

from services.notify.domain.message import Fact, Message, TicketRef, Trouble
from services.notify.domain.stage import Stage

AT = datetime(2026, 9, 27, 14, 5, tzinfo=UTC)
FULL = Trouble(
    "disk_full",
    "ACME's disk is full (No space left on device). Ask the partner to make room, then retry.",
    retryable=True,
)
STARTED = Fact(
    "3f2c9a51",
    Stage.STARTED,
    AT,
    "anna",
    "finance-exports",
    "reports/2026/09/ledger-2026-09.parquet",
    "acme",
    "ACME Corp",
    "inbox/ledger-2026-09.parquet",
    owner_name="Anna Berg",
    label="month end",
    size_bytes=12_345_678_901,
    tickets=(
        TicketRef("user", "INC0010023", "https://desk.example/INC0010023"),
        TicketRef("audit", "INC0010024", "https://desk.example/INC0010024"),
    ),
    link="https://files.example/transfers/3f2c9a51",
)
COMPLETED = replace(
    STARTED,
    stage=Stage.COMPLETED,
    bytes_done=12_345_678_901,
    duration_seconds=185.2,
    rate_bytes_per_second=66_661_333.0,
    proven="readback",
    crc64nvme="zTMaQ2zxQ1o=",
)
FAILED = replace(STARTED, stage=Stage.FAILED, run=2, bytes_done=8_100_000_000, trouble=FULL)
STALLED = replace(
    FAILED,
    stage=Stage.STALLED,
    run=1,
    trouble=Trouble("unreachable", "sftp.acme.example does not answer (timed out).", True),
)
STAGES = (STARTED, COMPLETED, FAILED, STALLED)
NOTE = (
    "Nothing is sent to your channel ops any more. hooks.slack.com refuses the channel"
    " (404 no_service). Save a new address."
)


def of(fact: Fact) -> Message:
    return Message("msg_1", (fact,))


def named(fact: Fact, name: str) -> Fact:
    """Everything that others write is the name."""
    trouble = fact.trouble and replace(fact.trouble, message=name, code=name)
    return replace(
        fact,
        key=name,
        bucket=name,
        destination_name=name,
        target_path=name,
        owner=name,
        owner_name=name,
        label=name,
        trouble=trouble,
        tickets=(TicketRef("user", name, f"https://desk.example/{name}"),),
        link=f"https://files.example/{name}",
    )


def digest(delivered: int, failed: int = 0, name: str = "ledger-{:03}.parquet") -> Message:
    """To one destination."""
    good = [replace(COMPLETED, transfer_id=f"g{n}", key=name.format(n)) for n in range(delivered)]
    bad = [replace(FAILED, transfer_id=f"b{n}", key=name.format(900 + n)) for n in range(failed)]
    facts = (*good, *bad)
    counts = ((Stage.COMPLETED, "ACME Corp", delivered), (Stage.FAILED, "ACME Corp", failed))
    return Message("msg_2", facts[:50], max(0, len(facts) - 50), counts)


def hostile_digest(name: str) -> Message:
    facts = tuple(named(replace(each, transfer_id=each.stage), name) for each in STAGES)
    return Message("msg_3", facts, note=name)


TEST = Message("msg_4", (), test=True)
OF_A_DEAD_CHANNEL = Message("msg_5", (), note=NOTE)
