"""`rclone serve sftp`, as people put it before a cloud's storage. It runs as whoever tests."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from tests.servers import require_program
from tests.servers.listening import HOST, Login, listening
from tests.servers.openssh import free_port, make_key, public_key

USER = "ferry"


@contextmanager
def rclone_serve(folder: Path, root: Path, options: Sequence[str] = ()) -> Iterator[Login]:
    """Its '/' is the folder `root`. Its key, cache and log are in `folder`."""
    program = require_program("rclone", "rclone")
    folder.mkdir(parents=True, exist_ok=True)
    host_key, port, password = make_key(folder / "host_key"), free_port(), secrets.token_hex(8)
    command: list[str | Path] = [program, "serve", "sftp", root, "--addr", f"{HOST}:{port}"]
    command += ["--user", USER, "--pass", password, "--key", host_key]
    command += ["--config", folder / "rclone.conf", "--cache-dir", folder / "cache", *options]
    with listening(command, port, folder / "log"):
        yield Login(port, USER, Credential(password=password), (public_key(host_key),))
