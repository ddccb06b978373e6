"""Which faults can happen at which call, and which damage tests do at the partner."""

from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionRefused,
    NoSpace,
    SourceUnavailable,
)
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from tests.storm.world import StormWorld


class StoreDown(Exception):
    """DynamoDB, SQS or Step Functions did not answer."""


def _lost() -> Exception:
    return ConnectionLost("sftp.acme.example", 22, "reset")


def _refused() -> Exception:
    return ConnectionRefused("sftp.acme.example", 22)


def _no_space() -> Exception:
    return NoSpace("/in", 0)


def _no_source() -> Exception:
    return SourceUnavailable("outgoing", "reports/day.csv", "the stream ended early")


AT_THE_PARTNER = ("open_part", "create_file", "remove", "rename", "look")
STORES = (
    "transfers.save",
    "transfers.read",
    "ledger.claim",
    "ledger.finish",
    "ledger.release",
    "lanes.queue",
    "lanes.take",
    "lanes.end",
    "slots.take",
    "slots.free",
    "queue.send",
    "workflow.succeed",
    "workflow.fail",
    "bus.publish",
)
FAULTS = {
    "no space": ("sink.write", _no_space),
    "refused": ("partner.connect", _refused),
    "write lost": ("sink.write", _lost),
    "flush lost": ("sink.flush", _lost),
    "source gone": ("source.read", _no_source),
    "no source": ("source.authorize", _no_source),
    **{call: (f"partner.{call}", _lost) for call in AT_THE_PARTNER},
    **{call: (call, StoreDown) for call in STORES},
}
NO_ANSWER = {
    "rename": ("partner.rename", _lost),
    "create_file": ("partner.create_file", _lost),
    "remove": ("partner.remove", _lost),
    "flush": ("sink.flush", _lost),
    **{call: (call, StoreDown) for call in STORES if call != "transfers.read"},
}


def damage(world: StormWorld, kind: str) -> None:
    """Damages a file. The chunks are so small that samples cover them, so every transfer notices
    except one that asks only for the size."""
    parts = world.parts()
    if not parts:
        return
    world.stage.told.append(f"DAMAGE: {kind} {parts[0]}")
    content = world.partner.files[parts[0]]
    if kind == "delete":
        del world.partner.files[parts[0]]
        return
    world.damaged |= world.about.verify is Verify.SIZE
    # Nobody can notice a cut between the last look at the size and the rename, and then the old
    # file is gone.
    world.damaged_late |= world.row.status is Status.COMMITTING
    if kind == "truncate":
        del content[len(content) // 2 :]
    elif content:
        content[len(content) // 2] ^= 255
