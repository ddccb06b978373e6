"""The plan for each server and double, with the whole sentences that explain it."""

from dataclasses import dataclass

from services.transfer.domain.strategy import Method, Strategy

LANES = "As many lanes as help, up to 3, that write chunks at once, each at its offset."
ONE_HANDLE = (
    "One lane through one handle: the server does not let a file be opened again and go "
    "on, or does not show that it does. After a loss the file is sent from its beginning."
)
IN_FTP = "One lane, from beginning to end: FTP stores a file through one connection at a time."
DIRECT = (
    "Straight to the target's name, through one handle: the destination's delivery is 'direct'."
)
FEWER = "One lane: the server takes no more at once."
NO_OFFSETS = "One lane, from beginning to end: the server refuses or loses writes at an offset."
NO_FSYNC = "The server has no working fsync: what it acknowledged may not be on its disk."
ASIDE = "To replace a file takes two steps: for a moment nothing has its name."
NO_REMOVE = "The server does not let us remove files: what a failed try leaves stays."
NOT_SHOWN = "The server does not show files: their size cannot be compared there."
HALF_SEEN = (
    "The partner can see the file while it is incomplete, and a transfer that fails half "
    "way may leave a part of it under its name. It has the time of its arrival."
)
NO_TIMES = "The server does not let us set times: files have the time of their arrival."
NO_READ = "The server does not let us read: the content cannot be compared there."
SMALLER = "The server refuses writes as large as it offers: smaller ones are sent."
PLAIN = "Nothing is encrypted: whoever sees the connection can read and change the files."

LOGIN = "it refused the login that it takes otherwise"
CUT = (
    "The connection with 127.0.0.1:{port} broke (while the SFTP session was opened: too many"
    " sessions). If it goes on, ask the partner for the reason in the server's log."
)
SILENT = (
    "127.0.0.1:{port} starts no session for us (it ended at once, without a word). Ask the partner"
    " whether file transfers are enabled for this user, how many sessions it may have at once, and"
    " whether its password has expired."
)


@dataclass(frozen=True)
class Expected:
    """Of a test's plan. `port` stands for the server's."""

    method: Method
    lanes: int
    why: str
    cautions: tuple[str, ...] = ()

    def is_met_by(self, strategy: Strategy | None, port: int) -> None:
        assert strategy is not None
        found = Expected(strategy.method, strategy.lanes, strategy.why, strategy.cautions)
        told = tuple(each.replace("{port}", str(port)) for each in self.cautions)
        assert found == Expected(self.method, self.lanes, self.why, told)


def few(most: int, why: str) -> Expected:
    told = (
        f"max_sessions is 4, but the server took only {most} at once, so no more are opened for a"
    )
    return Expected(Method.LANES, 1, FEWER, (f"{told} day (the next one: {why})",))


def lanes(*cautions: str) -> Expected:
    return Expected(Method.LANES, 3, LANES, cautions)


def one_handle(*cautions: str) -> Expected:
    return Expected(Method.ONE_HANDLE, 1, ONE_HANDLE, cautions)


def direct(*cautions: str) -> Expected:
    return Expected(Method.ONE_HANDLE, 1, DIRECT, (HALF_SEEN, *cautions))


def in_order(why: str, *cautions: str) -> Expected:
    return Expected(Method.IN_ORDER, 1, why, cautions)


STRATEGIES: dict[str, Expected] = {
    "OpenSSH": lanes(),
    "OpenSSH, no posix-rename, no fsync": lanes(NO_FSYNC, ASIDE),
    "OpenSSH, no remove": lanes(NO_REMOVE),
    "OpenSSH, no stat": lanes(NOT_SHOWN),
    "OpenSSH, no rename": direct(),
    "OpenSSH, no setstat": lanes(NO_TIMES),
    "OpenSSH, no read": one_handle(NO_READ),
    "OpenSSH, one session a connection": lanes(),
    "OpenSSH, one login at a time": lanes(),
    "OpenSSH, chroot, umask 077": lanes(),
    "ProFTPD": one_handle(),
    "ProFTPD, AllowOverwrite": lanes(),
    "ProFTPD, HiddenStores": one_handle(),
    "ProFTPD, AllowOverwrite, HiddenStores": one_handle(),
    "ProFTPD, no DELE": one_handle(NO_REMOVE),
    "dropbear": lanes(),
    "rclone": one_handle(NO_FSYNC),
    "rclone, cache full": one_handle(NO_FSYNC),
    "double": lanes(),
    "double, no-reopen": one_handle(),
    "double, truncates": one_handle(),
    "double, appends": in_order(NO_OFFSETS),
    "double, zeros": in_order(NO_OFFSETS),
    "double, no-read": one_handle(NO_READ),
    "double, no-remove": lanes(NO_REMOVE),
    "double, no-rename": direct(),
    "double, rename-replaces": lanes(),
    "double, posix-rename-fails": lanes(ASIDE),
    "double, fsync-fails": lanes(NO_FSYNC),
    "double, stat-denied": lanes(NOT_SHOWN),
    "double, nothing-there": lanes(NOT_SHOWN),
    "double, missing-fails": lanes(),
    "double, missing-denied": lanes(),
    "double, no-lstat": lanes(),
    "double, untyped": lanes(),
    "double, takes-away": direct(NO_READ, NOT_SHOWN),
    "double, no-free-blocks": lanes(),
    "double, one-write-fails": lanes(),
    "double, no-setstat": lanes(NO_TIMES),
    "double, no-mkdir": lanes(),
    "double, takes-away, no file of a test": direct(),
    "double, drop box": direct(NO_READ, NOT_SHOWN, NO_REMOVE),
    "double, full at one write": lanes(),
    "vsftpd, FTPS": in_order(IN_FTP, NO_FSYNC),
    "ProFTPD, FTPS": one_handle(NO_FSYNC, ASIDE),
    "double, rename-slow": lanes(),
    "double, fsync-lies": lanes(),
    "double, statvfs-nonsense": lanes(),
    "double, limits-lie": lanes(SMALLER),
    "double, limits-cut": lanes(SMALLER),
    "double, one-at-once": few(1, LOGIN),
    "double, two-at-once": few(2, LOGIN),
    "double, two at once, refuses later": few(2, CUT),
    "double, two at once, refuses SFTP": few(2, SILENT),
    "double, one at once, refuses SFTP": few(1, SILENT),
    "double, slow": lanes(),
    "asyncssh": lanes(),
    "pyftpdlib, FTPS": in_order(IN_FTP, NO_FSYNC),
    "pyftpdlib, plain FTP": in_order(IN_FTP, PLAIN, NO_FSYNC),
    "Pure-FTPd, FTPS": in_order(IN_FTP, NO_FSYNC),
    "ProFTPD, FTPS, stores over files": in_order(IN_FTP, NO_FSYNC),
    "vsftpd, implicit FTPS": in_order(IN_FTP, NO_FSYNC),
    "double, good FTP": in_order(IN_FTP, PLAIN, NO_FSYNC, NO_TIMES),
    "double, FTP that forgets REST": one_handle(PLAIN, NO_FSYNC, NO_TIMES),
}
