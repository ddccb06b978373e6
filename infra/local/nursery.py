"""The process that is forked for each process of a function.

It has loaded the packages that functions import, so that none of them has to do that again. It
runs as a program and imports nothing of ours: what a function's archive lacks, it must miss.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any

# What they import most. A module that is missing here costs time, and nothing else.
PACKAGES = (
    "OpenSSL",
    "aws_lambda_powertools.event_handler.api_gateway",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.parser.parser",
    "bcrypt",
    "botocore.session",
    "concurrent.futures.thread",
    "httpx",
    "jwt",
    "pydantic.networks",
    "pydantic_settings",
)
# Their descriptions are read once. Most functions make clients of them.
AWS_SERVICES = ("dynamodb", "events", "kms", "s3", "secretsmanager", "sqs", "stepfunctions")
MESSAGE_BYTES = 1 << 20
REFUSED = b"0"  # in the place of a pid
ARGUMENTS_BEGIN, ARGUMENTS_END = 45, 46  # in /proc/<pid>/stat after the name (proc(5))


def load() -> None:
    for name in PACKAGES:
        importlib.import_module(name)
    import botocore.session
    from botocore.loaders import JSONFileLoader

    read, known = JSONFileLoader.load_file, dict[str, Any]()

    def read_once(loader: Any, path: str) -> Any:  # noqa: ANN401 - JSON
        if path not in known:
            known[path] = read(loader, path)
        return known[path]

    JSONFileLoader.load_file = read_once
    session = botocore.session.Session()
    for name in AWS_SERVICES:
        session.create_client(name, region_name="eu-central-1")
    gc.collect()
    gc.freeze()  # else the first collection in each process would copy all memory


def serve(asked: socket.socket) -> dict[str, Any] | None:
    """Returns in a function's process, with what it was asked for, or when nobody asks any more."""
    while True:
        message, files, _, _ = socket.recv_fds(asked, MESSAGE_BYTES, 3)
        if not message:
            return None
        wanted: dict[str, Any] = json.loads(message)
        pid = REFUSED if brings_its_own(wanted["cwd"]) else fork()
        if not pid:
            asked.close()
            take_over(files)
            return wanted
        for file in files:
            os.close(file)
        asked.send(pid)


def brings_its_own(folder: str) -> bool:
    """Whether the archive has a package that is loaded here, perhaps in another version."""
    loaded = {name.partition(".")[0] for name in sys.modules}
    return any(path.name.partition(".")[0] in loaded for path in Path(folder).iterdir())


def fork() -> bytes:
    """Returns nothing in the new process. The process between ends at once, so that the emulator,
    which takes in orphans, becomes the parent."""
    if len(os.listdir("/proc/self/task")) != 1:
        return REFUSED  # a lock that another thread holds would stay locked for ever
    reading, writing = os.pipe()
    between = os.fork()
    if not between:
        pid = os.fork()
        if pid:
            os.write(writing, str(pid).encode())
            os._exit(0)
        os.close(reading)
        os.close(writing)
        return b""
    os.waitpid(between, 0)
    pid_text = os.read(reading, 32)
    os.close(reading)
    os.close(writing)
    return pid_text


def take_over(files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)


def become(script: str, cwd: str, env: dict[str, str]) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [script]
    sys.path.insert(0, str(Path(script).parent))
    call_it(f"{sys.executable} {script}")
    runpy.run_path(script, run_name="__main__")


def call_it(name: str) -> None:
    """What `ps` shows, in the place of our own arguments."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end = int(fields[ARGUMENTS_BEGIN]), int(fields[ARGUMENTS_END])
    line = name.replace(" ", "\0").encode()[: end - begin - 1].ljust(end - begin, b"\0")
    ctypes.memmove(begin, line, len(line))


if __name__ == "__main__":
    load()
    wanted = serve(socket.socket(fileno=int(sys.argv[1])))
    if wanted:
        become(**wanted)
