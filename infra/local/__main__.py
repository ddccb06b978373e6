"""python -m infra.local up | down | logs. The stack of this working copy runs until `down`."""

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

from infra.local.addresses import forget_addresses, write_addresses
from infra.local.crash import crash_log, what_is_left
from infra.local.kept import (
    DEMO_BUCKET,
    DEMO_PARTNER,
    PARTNER_FILES,
    STATE,
    kept_stack,
    object_folder,
    running_stack,
)
from infra.local.log_lines import LogLine
from infra.local.real_receivers import ReceiverWrong, real_receivers
from infra.local.receivers import connect
from infra.local.users import ADMIN, DEMO, ensure_users, password_file
from infra.local.warm import warm_up
from infra.releases.deploying import RollbackUnfinished
from infra.stacks import REPOSITORY, stacks_of

POLL_SECONDS = 1.0


def up() -> None:
    real = real_receivers(os.environ)
    stack, began = kept_stack(), time.monotonic()
    ran = stack.recall()
    if stack.crashed:
        log = crash_log(STATE)
        print(what_is_left(_shown(STATE / PARTNER_FILES), object_folder(), _shown(log)))
    try:
        changed = stack.start()
        partner = stack.sftp(DEMO_PARTNER, STATE / PARTNER_FILES)
        buckets = [each["Name"] for each in stack.client("s3").list_buckets()["Buckets"]]
        if DEMO_BUCKET not in buckets:
            stack.create_bucket(DEMO_BUCKET)
        receivers = connect(stack, real)
        warm_up(stack.api_url, DEMO, ensure_users(stack)[DEMO])
    except BaseException:
        if not ran:
            stack.stop()
        raise
    write_addresses(stack, partner, receivers)
    deployed = [name for name, did in changed.items() if did]
    print(f"{'Deployed ' + ', '.join(deployed) if deployed else 'Nothing changed'}", end="")
    print(f" in {time.monotonic() - began:.1f} s\n")
    print(f"Console      {stack.console_url}")
    print(f"REST API     {stack.api_url}")
    print(f"Its page     {stack.api_url}/api/docs")
    print(f"WebSocket    {stack.websocket_url}")
    for user in (ADMIN, DEMO):
        print(f"User         {user:<8} (password in {_shown(password_file(STATE, user))})")
    print(f"AWS          {stack.endpoint}   (region {stack.region}, any credentials)")
    print(f"Objects      {stack.object_endpoint}   bucket {DEMO_BUCKET}")
    print(f"Partner      sftp -P {partner.port} {partner.user}@{partner.host}", end="")
    print(f"   (password in {_shown(STATE / DEMO_PARTNER / 'password')})")
    print(f"Its files    {_shown(partner.root)}\nHost key     {partner.host_key}")
    print("".join(f"{line}\n" for line in receivers.lines()))
    print("source .local/addresses gives you the command `fileferry`, and $API, $WEBSOCKET,")
    print("$OBJECTS, $PARTNER_PORT, $SERVICENOW, ... for curl.")
    print("make logs follows the logs, make down ends everything.")


def down() -> None:
    stack = kept_stack()
    ran = stack.recall()
    stack.stop()
    forget_addresses()
    told = "Ended. Users, destinations and history are gone; files stay in .local, passwords too."
    print(told if ran or stack.crashed else "Nothing was running.")


def deploy(name: str) -> None:
    stack = running_stack()
    began = time.monotonic()
    changed = stack.deploy(name)
    took = time.monotonic() - began
    print(f"{name}: {'deployed' if changed else 'nothing changed'} in {took:.1f} s")


def logs() -> None:
    stack = running_stack()
    since, shown = 0, set[LogLine]()
    with contextlib.suppress(KeyboardInterrupt):
        while stack.recall():
            events = stack.log_events(since)
            for event in events:
                if event not in shown:
                    print(event.text, flush=True)
            if events:
                since = events[-1].at_ms  # more lines of this millisecond may still come
                shown = {event for event in events if event.at_ms == since}
            time.sleep(POLL_SECONDS)


def _shown(path: Path) -> Path:
    return path.relative_to(REPOSITORY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "logs"):
        commands.add_parser(name)
    names = [stack.name for stack in stacks_of("local")]
    commands.add_parser("deploy").add_argument("stack", choices=names)
    given = parser.parse_args()
    if given.command == "deploy":
        deploy(given.stack)
    else:
        {"up": up, "down": down, "logs": logs}[given.command]()


if __name__ == "__main__":
    try:
        main()
    except (ReceiverWrong, RollbackUnfinished) as wrong:
        sys.exit(str(wrong))
    except KeyboardInterrupt:
        sys.exit(130)
