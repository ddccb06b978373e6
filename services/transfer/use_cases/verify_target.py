"""State VerifyTarget: checks that all bytes are there and that they are the source's."""

from services.transfer.domain.errors import MovesAgain, TransferError
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.ask_checksum import ContentDiffers
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import moved
from services.transfer.domain_services.fail_transfer import note_trouble
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.prove_part import prove_part
from services.transfer.domain_services.queue_lanes import is_moved
from services.transfer.domain_services.show_progress import show_stopped


def verify_target(transfer: Transfer, *, ports: Ports) -> None:
    """Does nothing for a file that a lane has proved. Raises MovesAgain when not everything is
    moved. Either a repeated start of this step comes late, or the content differed for the first
    time and is sent once more."""
    run = transfer.active().run_id
    if transfer.status is Status.COMMITTING:
        return
    with step_session(transfer, ports=ports) as visit:
        transfer = change_run(run, lambda current: _verifying(current, ports), ports=ports)
        if transfer.status is Status.COMMITTING:
            return
        show_stopped(transfer, ports=ports)
        try:
            chunks = moved(transfer, ports=ports)
            proof = prove_part(transfer, visit.session, chunks, ports=ports)
        except ContentDiffers as found:
            raise _once_more(transfer, found, ports=ports) from None
    change_run(run, lambda current: current.proved(proof), ports=ports, known=transfer)


def _verifying(current: Transfer, ports: Ports) -> Change:
    if current.status is Status.COMMITTING:
        return Change(current)
    if not current.active().part_made or not is_moved(current, ports=ports):
        raise MovesAgain(current.id)
    return current.verifying(ports.now())


def _once_more(transfer: Transfer, found: ContentDiffers, *, ports: Ports) -> TransferError:
    """The error to raise. If everything was moved twice already, it is the last word. Otherwise it
    is MovesAgain, and a look at the transfer shows what was found."""
    if transfer.moved_again:
        return found.again
    part = transfer.known_part.path
    change_run(transfer.run_id, lambda current: current.move_again(part, ports.now()), ports=ports)
    note_trouble(transfer.run_id, found.first, Tries(step="VerifyTarget"), ports=ports)
    return MovesAgain(transfer.id)
