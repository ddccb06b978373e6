"""Storms with a bias: each soon reaches one kind of race. All are judged by every promise."""

from tests.storm.profile import Profile


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROFILES = {
    "all": Profile(),
    # a lane of an old generation meets the new one
    "generations": Profile(
        rules=_of("rest time anew"),
        faults=("no space",),
        stops=("sink.write", "ledger.claim"),
        steps=15,
    ),
    # two functions of the same step
    "overlaps": Profile(
        rules=_of("overlap"),
        stops=("sink.write", "ledger.claim"),
        states=("MoveChunks",),
        steps=8,
    ),
    # a lane that logs in while the file gets its name
    "slow-logins": Profile(
        rules=_of("rest advance"),
        stops=("partner.open_part", "partner.connect", "slots.free", "partner.rename"),
        steps=20,
    ),
    # lanes that give way while others come, and while the transfer is steered
    "aims": Profile(rules=_of("rest advance aim steer kill"), steps=25),
    # a part file that is made after nobody wants it any more
    "leaks": Profile(
        rules=_of("rest advance steer time"),
        wishes=("cancel",),
        steps=20,
    ),
    # a sweeper or a step with a stale look at the transfer
    "stale-looks": Profile(
        rules=_of("fail overlap"),
        faults=("write lost",),
        stops=("sink.write",),
        states=("CleanUp",),
        steps=15,
    ),
}
