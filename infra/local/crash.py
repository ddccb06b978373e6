"""Says what is lost and what is left after a crash of the emulator."""

import shutil
from pathlib import Path


def clear_up(state_dir: Path) -> None:
    """Removes the folders of functions, because they stay when the functions end with their
    emulator. The emulator's log is kept under another name, so that one can look for the reason."""
    for left in (state_dir / "tmp").glob("ministack-*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    log, kept = state_dir / "log", crash_log(state_dir)
    if log.exists():
        shutil.rmtree(kept, ignore_errors=True)
        log.rename(kept)


def crash_log(state_dir: Path) -> Path:
    return state_dir / "log-of-crash"


def what_is_left(files: Path, objects: Path | None, log: Path) -> str:
    """A text for people, after a start that found the emulator gone."""
    gone = "users, sessions, destinations with their passwords and keys, transfers, history"
    gone += ", tickets and messages, also those in the doubles"
    kept = f"the partner's files ({files}), the passwords of .local/users"
    if objects is None:
        gone += ", objects"
    else:
        kept += f", objects ({objects})"
    return (
        "The emulator ended without `make down`: it crashed, or this machine was restarted.\n"
        f"Gone with its memory: {gone}.\n"
        f"Still there: {kept}. Part files of transfers that were under way stay among the files.\n"
        f"Its last words: {log}. A new, empty stack starts; admin and demo are made again.\n"
    )
