"""make demo. An admin lets a user send, the user sends a small file and one of 1 GiB,
and asks the agent for one more."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.addresses import forget_addresses, write_addresses
from infra.local.demo_agent import ask_agent
from infra.local.demo_desk import NotThere, make_channels, wait_until_told
from infra.local.ferry import Ferry, Refused
from infra.local.kept import (
    CONSOLE_PORT,
    DEMO_BUCKET,
    DEMO_PARTNER,
    PARTNER_FILES,
    STATE,
    kept_stack,
    object_folder,
)
from infra.local.partner import SftpServer
from infra.local.real_receivers import RealReceivers, ReceiverWrong, real_receivers
from infra.local.receivers import Receivers, connect
from infra.local.stack import LocalStack
from infra.local.users import ADMIN, DEMO, email_of, ensure_users, password_file
from infra.stacks import REPOSITORY

DESTINATION = "demo"
SMALL, LARGE = "reports/today.csv", "reports/measurements.bin"
LARGE_BYTES = 1 << 30
BLOCK_BYTES = 1 << 20
PATIENCE_SECONDS = 600.0  # with one transfer
ROWS = 200


def main() -> None:
    real = real_receivers(os.environ)
    with running_stack(real) as (stack, partner, receivers):
        say(f"Local stack   {stack.api_url}/api/docs")
        passwords = ensure_users(stack)
        file = password_file(STATE, DEMO).relative_to(REPOSITORY)
        say(f"Console       {stack.console_url}   user {DEMO}, password in {file}")
        say("Watch it      there, or in another terminal:  source .local/addresses")
        say(f"              fileferry login --user {DEMO} --password-file $DEMO_PASSWORD_FILE")
        say("              fileferry watch --mine")
        admin = Ferry(stack.api_url, ADMIN, passwords[ADMIN])
        register(admin, partner)
        grant(admin)
        admin.close()
        ferry = Ferry(stack.api_url, DEMO, passwords[DEMO])
        make_channels(ferry, receivers)
        say(f"Channels      {DEMO} is told in Teams, in Slack and by mail")
        sent: dict[str, str] = {}
        for key in (SMALL, LARGE):
            source = make_sample(key)
            upload(stack, key, source)
            label = f"demo-{os.urandom(3).hex()}"
            state = send(ferry, key, label)
            target = partner.root / key.rsplit("/", 1)[-1]
            show_receipt(state["receipt"])
            sent[state["id"]] = label
            if sha256(source) != sha256(target):
                sys.exit(f"{target} differs from {source}. Please report this with `make logs`.")
        show_desk(wait_until_told(ferry, receivers, stack.endpoint, sent))
        say("\n" + "\n".join(ask_agent(ferry, receivers)))
        ferry.close()
        say("".join(f"{line}\n" for line in ("", *receivers.lines())))
    receipt = state["receipt"]
    say(
        f"OK {state['id']} {receipt['bytes_sent']} bytes"
        f" crc64nvme={receipt['crc64nvme']} sha256 equal"
    )


@contextmanager
def running_stack(real: RealReceivers) -> Iterator[tuple[LocalStack, SftpServer, Receivers]]:
    """The stack of `make up`, which stays. If none runs, one that ends with the demo."""
    running = kept_stack()
    if running.recall():
        running.start()
        partner = running.sftp(DEMO_PARTNER, STATE / PARTNER_FILES)
        yield running, partner, connect(running, real)
        return
    say("Starting the local stack ...")
    with LocalStack(STATE, s3_dir=object_folder(), console_port=CONSOLE_PORT) as stack:
        partner = stack.sftp(DEMO_PARTNER, STATE / PARTNER_FILES)
        receivers = connect(stack, real)
        write_addresses(stack, partner, receivers)
        try:
            yield stack, partner, receivers
            say("The demo ends its stack, so these pages close. After `make up` they stay open.")
        finally:
            forget_addresses()


def register(ferry: Ferry, partner: SftpServer) -> None:
    destination = {
        "id": DESTINATION,
        "name": "Demo partner",
        "protocol": "sftp",
        "host": partner.host,
        "port": partner.port,
        "user": partner.user,
        "password": partner.password,
    }
    tested = ferry.register(destination, partner.host_key)
    if tested["status"] != "ok":
        sys.exit(f"The destination cannot be used: {tested['failure']['message']}")
    profile = tested["profile"]
    say(f"Destination   {DESTINATION}: {profile['software']}, {profile['cipher']}")
    say(f"              {tested['strategy']}")


def grant(admin: Ferry) -> None:
    """Besides what the user may send already. One of an older stack has no e-mail address yet."""
    user = admin.call("GET", f"/api/users/{DEMO}")
    known = user["grants"]
    source = {"bucket": DEMO_BUCKET, "prefix": ""}
    grants = {
        "sources": [*(each for each in known["sources"] if each != source), source],
        "destinations": sorted({*known["destinations"], DESTINATION}),
    }
    email = {} if user["email"] else {"email": email_of(DEMO)}
    admin.call("PATCH", f"/api/users/{DEMO}", {"grants": grants, **email})
    say(f"User          {DEMO} may send from s3://{DEMO_BUCKET}/ to {DESTINATION}")


def make_sample(key: str) -> Path:
    path = STATE / "samples" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    if key == SMALL:
        path.write_text("".join(f"{row};{row * row}\n" for row in range(ROWS)))
    elif not path.exists() or path.stat().st_size != LARGE_BYTES:
        with path.open("wb") as file:
            for _ in range(LARGE_BYTES // BLOCK_BYTES):
                file.write(os.urandom(BLOCK_BYTES))
    return path


def upload(stack: LocalStack, key: str, path: Path) -> None:
    say(f"\nObject        s3://{DEMO_BUCKET}/{key}  {path.stat().st_size:,} bytes")
    s3 = stack.client("s3")
    if DEMO_BUCKET not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        stack.create_bucket(DEMO_BUCKET)
    checksum = {} if object_folder() else {"ChecksumAlgorithm": "CRC64NVME"}
    with path.open("rb") as body:
        s3.put_object(Bucket=DEMO_BUCKET, Key=key, Body=body, **checksum)


def send(ferry: Ferry, key: str, label: str) -> Mapping[str, Any]:
    """Has the command show the transfer live, and returns its state when it has completed."""
    transfer_id = ferry.send(DEMO_BUCKET, key, DESTINATION, if_exists="replace", label=label)
    say(f"Transfer      {transfer_id} with the label {label}")
    try:
        watched = subprocess.run(
            [sys.executable, "-m", "cli", "watch", transfer_id],
            env=os.environ
            | {"FILEFERRY_URL": ferry.api_url, "FILEFERRY_TOKEN": ferry.access_token},
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"Transfer {transfer_id} did not end within {PATIENCE_SECONDS:.0f} s.")
    state = ferry.state(transfer_id)
    if watched.returncode or state["status"] != "completed":
        sys.exit(f"Transfer {transfer_id} {state['status']}: {state['failure']}")
    return dict(state)


def show_receipt(receipt: Mapping[str, Any]) -> None:
    say("Receipt")
    for name, value in receipt.items():
        if value not in (None, []):
            say(f"  {name:<23} {value}")


def show_desk(tickets: Mapping[str, Sequence[Any]]) -> None:
    say("")
    for transfer_id, each in tickets.items():
        named = ", ".join(f"{ticket['number']} ({ticket['kind']})" for ticket in each)
        say(f"Tickets       of {transfer_id}: {named}, resolved")
    say("Messages      in Teams, in Slack and by mail")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        advice = "If a password of .local/users was changed: make down, then again."
        sys.exit(f"The API refused: {refused} {advice}")
    except (ReceiverWrong, NotThere) as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
