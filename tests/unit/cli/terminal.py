"""The command at a real terminal, of a given width, against a server on loopback."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence

PATIENCE_SECONDS = 30.0
CTRL_C = "\x03"


def at_a_terminal(
    args: Sequence[str],
    env: Mapping[str, str],
    *,
    width: int = 80,
    typed: Sequence[tuple[str, str]] = (),
    patience: float = PATIENCE_SECONDS,
) -> tuple[int, str]:
    """The exit code, and all that the terminal showed. `typed`: after that text was shown, this is
    typed. Each looks at what was shown after the one before."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    # The width is the terminal's own.
    surroundings = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    command = subprocess.Popen(
        [sys.executable, "-m", "cli", *args],
        stdin=follower, stdout=follower, stderr=follower,
        env={**surroundings, "TERM": "xterm", **env}, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    try:
        shown = _converse(leader, list(typed), command, patience)
        return command.wait(patience), shown
    finally:
        command.kill()
        command.wait()
        os.close(leader)


def _converse(
    leader: int,
    typed: list[tuple[str, str]],
    command: "subprocess.Popen[bytes]",
    patience: float,
) -> str:
    shown, seen, deadline = "", 0, time.monotonic() + patience
    while time.monotonic() < deadline:
        if typed and typed[0][0] in shown[seen:]:
            seen = shown.index(typed[0][0], seen) + len(typed[0][0])
            _type(leader, typed.pop(0)[1], command)
        if not select.select([leader], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(leader, 65_536)
        except OSError:  # the last one has closed its end
            return shown
        shown += part.decode(errors="replace")
    raise AssertionError(f"the command does not end; it shows {shown!r}")


def _type(leader: int, text: str, command: "subprocess.Popen[bytes]") -> None:
    """The terminal is nobody's controlling one, so it sends no signal itself."""
    if text == CTRL_C:
        command.send_signal(signal.SIGINT)
    else:
        os.write(leader, text.encode())
