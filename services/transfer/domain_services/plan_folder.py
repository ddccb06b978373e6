"""Plans a transfer of many files: the pages of its inventory, and how many lanes move them."""

from dataclasses import replace

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import FolderMissing
from services.transfer.domain.file_outcomes import FileResult, outcomes_of, text_of, traces_of
from services.transfer.domain.ledger import Mark
from services.transfer.domain.names import HERE, resolve_folder
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.ports import FileKind, Ports
from services.transfer.domain.strategy import Strategy, Wish, choose_strategy, lane_sessions
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import HIDDEN
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.target_folders import make_folders, require_folders


def plan_folder(
    current: Transfer, destination: Destination, lanes: int, *, ports: Ports
) -> Transfer:
    """Raises what choose_strategy raises. What one handle can carry is asked of each file when it
    is sent."""
    inventory = current.known_inventory
    plan = ChunkPlan(inventory.size_bytes, ports.policy.chunk_bytes, inventory.pages)
    wish = Wish(if_exists=current.if_exists, verify=current.verify)
    strategy = choose_strategy(destination, wish)
    folder = resolve_folder(destination.base_path, current.target_path)
    now, of = ports.now(), inventory.id
    part = PartFile(folder, destination.place, now, opening=False, inventory=of)
    most = max(1, min(lanes, plan.total, lane_sessions(destination)))
    return current.record_folder(part, plan, _for_many(strategy, most, inventory.files))


def _for_many(strategy: Strategy, lanes: int, files: int) -> Strategy:
    """Lanes never share a file, so even a server that opens none again takes several."""
    each = "one lane" if lanes == 1 else f"as many lanes as help, up to {lanes}, each"
    return replace(
        strategy,
        checksum=None,  # nobody is asked for the sum of each file
        lanes=lanes,
        why=f"{files} files by {each} with whole files of its own.",
    )


def begin_folder(transfer: Transfer, visit: Visit, *, ports: Ports) -> Transfer:
    """The first lane has a session: the folder is there or is made, and the lanes may work. Raises
    FolderMissing, NotAFolder."""
    destination, part = visit.destination, transfer.known_part
    if transfer.target_path != HERE:
        require_folders(visit.session, part.path, destination.base_path)
        if not _is_there(visit, part.path):
            if not destination.create_folders:
                raise FolderMissing(part.path)
            make_folders(visit.session, part.path, destination.base_path)
    generation, lanes = transfer.generation, transfer.known_strategy.lanes
    fingerprint = visit.session.host_key_fingerprint
    return change_run(
        transfer.run_id,
        lambda current: current.begin(generation, lanes, fingerprint, ports.now()),
        ports=ports,
    )


def _is_there(visit: Visit, folder: str) -> bool:
    """What the server does not show is tried."""
    try:
        seen = visit.session.look(folder)
    except HIDDEN:
        return True
    return seen is not None and seen.kind in (FileKind.FOLDER, FileKind.LINK, None)


def reopen_failed(transfer: Transfer, *, ports: Ports) -> Transfer:
    """Before the first lane of a run that goes on: the files that failed are tried once more. It is
    done when that is on record. Until then a repeated step does the rest."""
    for done in ports.ledger.done_chunks(transfer.ledger):
        told = outcomes_of(done.mark.files)
        good = {at: each for at, each in told.items() if each.result is not FileResult.FAILED}
        if len(good) < len(told):
            size = sum(each.size_bytes for each in good.values())
            ports.ledger.reopen(
                transfer.ledger, done, Mark(size, files=text_of(good, traces_of(done.mark.files)))
            )
    return change_run(
        transfer.run_id, lambda current: replace(current, reopening=False), ports=ports
    )
