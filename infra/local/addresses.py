"""`.local/addresses`: for a shell to source. It names the stack's addresses and the command."""

import shlex
import sys

from infra.local.kept import DEMO_PARTNER, STATE
from infra.local.partner import SftpServer
from infra.local.receivers import Receivers
from infra.local.stack import LocalStack
from infra.local.users import ADMIN, DEMO, password_file
from infra.stacks import REPOSITORY

ADDRESSES = STATE / "addresses"


def write_addresses(stack: LocalStack, partner: SftpServer, receivers: Receivers) -> None:
    """Passwords stay in their own files. `fileferry` is the command as it stands in this
    repository, without an installation. Of the receivers only the doubles' hooks are named, because
    a real one's is a secret."""
    doubles = [name for name in receivers.hooks if name in receivers.pages]
    known = {
        "CONSOLE": stack.console_url,
        "API": stack.api_url,
        "WEBSOCKET": stack.websocket_url,
        "FILEFERRY_URL": stack.api_url,
        "ADMIN_PASSWORD_FILE": password_file(STATE, ADMIN),
        "DEMO_PASSWORD_FILE": password_file(STATE, DEMO),
        "OBJECTS": stack.object_endpoint,
        "PARTNER_PORT": partner.port,
        "PARTNER_USER": partner.user,
        "PARTNER_PASSWORD_FILE": STATE / DEMO_PARTNER / "password",
        "PARTNER_HOST_KEY": partner.host_key,
        **{name.upper(): url for name, url in receivers.pages.items()},
        **{f"{name.upper()}_HOOK": receivers.hooks[name] for name in doubles},
    }
    lines = [f"export {name}={shlex.quote(str(value))}\n" for name, value in known.items()]
    runs = f"PYTHONPATH={shlex.quote(str(REPOSITORY))} {shlex.quote(sys.executable)} -m cli"
    ADDRESSES.write_text("".join([*lines, f'fileferry() {{ {runs} "$@"; }}\n']))


def forget_addresses() -> None:
    ADDRESSES.unlink(missing_ok=True)
