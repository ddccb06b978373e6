"""State StoreOutcome: stores the end of a transfer and its event in one transaction."""

from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import Receipt
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run


def store_outcome(transfer: Transfer, *, ports: Ports) -> Transfer:
    """Idempotent, because an ended transfer stays as it is."""
    return change_run(
        transfer.run_id,
        lambda current: current.end(ports.now(), lambda ended: receipt_of(ended, ports=ports)),
        ports=ports,
        known=transfer,
    )


def receipt_of(transfer: Transfer, *, ports: Ports) -> Receipt:
    progress, proof = ports.ledger.progress(transfer.ledger), transfer.known_proof
    return Receipt(
        target_path=transfer.final_path or transfer.target_path,
        bytes_sent=progress.bytes_done,
        crc64nvme=proof.crc64nvme,
        verified=transfer.verify,
        proven=proof.proven,
        source_checksum=proof.source_checksum,
        source_algorithm=proof.source_algorithm,
        host_key_fingerprint=transfer.host_key_fingerprint or "",
        chunks=progress.chunks_total,
        attempts=progress.attempts,
        started_at=transfer.started_at or transfer.requested_at,
        finished_at=transfer.finished_at or transfer.updated_at,
        left_behind=transfer.left_behind,
        files=progress.files if transfer.sends_many else None,
        files_digest=proof.files_digest,
        delivery=transfer.known_strategy.delivery,
        by_parts=proof.by_parts,
        at_partner=proof.at_partner,
    )
