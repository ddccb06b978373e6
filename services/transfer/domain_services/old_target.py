"""The file that had the target's name, and has another one while ours takes its place."""

from services.transfer.domain.errors import PartMissing, TargetExists
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.strategy import Strategy
from services.transfer.domain_services.look_at_target import look_at


def put_back(aside: str, target: str, session: PartnerSession, strategy: Strategy) -> bool:
    """False when another file has its name."""
    if look_at(session, target, strategy).there:
        return False
    try:
        session.rename(aside, target, replace=False)
    except TargetExists:  # from a server that shows no sizes
        return False
    except PartMissing:
        pass  # it never had its other name
    return True


def settle_old_target(aside: str, target: str, session: PartnerSession, strategy: Strategy) -> None:
    """After a death between two renames: it gets its name back. It is removed where another file
    has that by now, which is ours or a newer one. Raises TargetError, PartnerError."""
    if not put_back(aside, target, session, strategy):
        session.remove(aside)
