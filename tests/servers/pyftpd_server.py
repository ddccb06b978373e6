"""pyftpdlib as a program: `python -m tests.servers.pyftpd_server PORT ROOT PASSWORD PEM [MODE]`.
PEM '-' is plain FTP. MODE 'implicit' begins with TLS."""

import logging
import os
import sys
from typing import Any

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

from tests.servers.listening import HOST
from tests.servers.pyftpd import USER

ALL_RIGHTS = "elradfmwMT"


class ImplicitHandler(TLS_FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    def handle(self) -> None:
        self.secure_connection(self.get_ssl_context())
        super().handle()

    def handle_ssl_established(self) -> None:
        return

    def ftp_AUTH(self, arg: str) -> None:
        self.respond("502 It is encrypted already.")


def handler_of(pem: str, mode: str) -> Any:  # noqa: ANN401 - a class of theirs
    if pem == "-":
        return type("Plain", (FTPHandler,), {})
    base = ImplicitHandler if mode == "implicit" else TLS_FTPHandler
    rules = {"certfile": pem, "tls_control_required": True, "tls_data_required": True}
    return type("Encrypted", (base,), rules)


def main(port: str, root: str, password: str, pem: str, mode: str = "") -> None:
    logging.basicConfig(level=logging.WARNING)
    os.umask(0o022)
    users = DummyAuthorizer()
    users.add_user(USER, password, root, perm=ALL_RIGHTS)
    handler = handler_of(pem, mode)
    handler.authorizer = users
    handler.auth_failed_timeout = 0.05
    FTPServer((HOST, int(port)), handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
