"""State CommitTarget: gives the whole file its name, once."""

from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import moved
from services.transfer.domain_services.give_name import give_name, keep_name
from services.transfer.domain_services.partner_session import step_session


def commit_target(transfer: Transfer, *, ports: Ports) -> None:
    """Does nothing for a file that has its name already."""
    transfer = change_run(
        transfer.run_id,
        lambda current: current.committing(ports.now()),
        ports=ports,
        known=transfer,
    )
    if transfer.part is None:
        return
    if transfer.part.direct:
        keep_name(transfer, ports=ports)
        return
    with step_session(transfer, ports=ports) as visit:
        give_name(transfer, visit, moved(transfer, ports=ports), ports=ports)
