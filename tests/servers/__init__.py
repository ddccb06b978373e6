"""Real servers for tests, each on 127.0.0.1 and a free port."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # not on the PATH of ordinary users


def require_program(name: str, package: str) -> Path:
    """Skips the test when the program is not installed. Under CI=true that is a failure."""
    found = shutil.which(name) or shutil.which(name, path=SYSTEM_FOLDERS)
    if found is None:
        unavailable(f"{name} is not installed (Debian package {package})")
    return Path(found)


def unavailable(reason: str) -> NoReturn:
    """Skips the test. Under CI=true it fails, because all that tests need has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
