"""The two users of a local stack. One is an admin. The other may send what an admin allows."""

from collections.abc import Mapping
from pathlib import Path

from infra.calling import CallRefused
from infra.local.stack import LocalStack
from infra.user import NewUser, create_user, new_password

ADMIN, DEMO = "admin", "demo"
ROLES = {ADMIN: ("admin",), DEMO: ("user",)}


def email_of(name: str) -> str:
    """Where mails lead to that nobody sends: they stay in the emulator."""
    return f"{name}@fileferry.example"


def password_file(state_dir: Path, name: str) -> Path:
    return state_dir / "users" / name


def ensure_users(stack: LocalStack) -> Mapping[str, str]:
    """The passwords by user. Each is made once and kept in its file, also for the next stack."""
    return {name: _ensure_user(stack, name) for name in ROLES}


def _ensure_user(stack: LocalStack, name: str) -> str:
    file = password_file(stack.state_dir, name)
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(new_password() + "\n")
    password = file.read_text().strip()
    user = NewUser(name, password, ROLES[name], email_of(name))
    try:
        create_user(stack.client("lambda"), "local", user)
    except CallRefused as refused:
        if refused.kind != "UserExists":
            raise
    return password
