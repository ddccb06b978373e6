"""Habits of FTP servers that are no attacks: what a refused login means, a marker that outlives its
transfer, and a checksum that never comes."""

import pytest

from services.transfer.adapters.ftp_login import about_other_things
from services.transfer.domain.errors import PermissionDenied, TransferError
from tests.doubles.good_ftp import FEATURES, GoodFtp, serving
from tests.ftp.test_ftp_attacks import plain, session_at


@pytest.mark.parametrize(
    ("said", "about_others"),
    [
        ("530 Sorry, the maximum number of clients (2) for this user already connected.", True),
        ("530 Too many users logged in, try again later.", True),
        ("530 User cannot log in, home directory inaccessible.", True),
        ("530 Service not available, maintenance", True),
        ("530 Login incorrect.", False),
        ("530 Login authentication failed", False),
        ("530 Too many failed logins, try again later", False),
        ("530 The maximum number of login attempts is reached", False),
        ("530 User anna cannot log in.", False),
        ("530 Account locked, limit of failures reached", False),
    ],
)
def test_one_code_stands_for_a_wrong_password_and_for_other_things(
    said: str, about_others: bool
) -> None:
    assert about_other_things(said) is about_others


class IsFull(GoodFtp):
    def do_PASS(self, argument: str) -> None:
        self.say("530 Sorry, the maximum number of clients (2) for this user already connected.")


class KnowsNobody(GoodFtp):
    def do_PASS(self, argument: str) -> None:
        self.say("530 Login incorrect.")


@pytest.mark.parametrize(
    ("kind", "code"), [(IsFull, "session_refused"), (KnowsNobody, "password_rejected")]
)
def test_a_login_that_the_server_has_no_room_for_is_tried_again(
    kind: type[GoodFtp], code: str
) -> None:
    with (
        serving(kind) as (port, _),
        pytest.raises(TransferError) as raised,
        session_at(plain(port)),
    ):
        pass
    assert raised.value.code == code
    assert raised.value.retryable is (code == "session_refused")


class KeepsRestart(GoodFtp):
    """A marker stays until a transfer begins, also when the one that it was for is refused."""

    def do_STOR(self, argument: str) -> None:
        if argument == "/locked":
            self.say("550 not now")
            return
        super().do_STOR(argument)


def test_a_marker_of_a_refused_transfer_is_not_that_of_the_next_one() -> None:
    with serving(KeepsRestart) as (port, files):
        files["/locked"] = bytearray(b"12345678")
        with session_at(plain(port)) as session:
            sink = session.open_part("/locked")
            with pytest.raises(PermissionDenied):
                sink.write(8, b"more")
            with session.create_file("/new") as fresh:
                fresh.write(0, b"all of it")
                fresh.flush(durable=True)
        assert bytes(files["/new"]) == b"all of it"


class HangsOnHash(GoodFtp):
    features = (*FEATURES, "XCRC")

    def do_XCRC(self, argument: str) -> None:
        self.command()  # and says nothing


def test_a_server_that_lists_checksums_and_never_gives_one_is_used_without() -> None:
    with serving(HangsOnHash) as (port, files):
        with session_at(plain(port)) as session:
            profile = session.probe("/")
        assert profile.checksums == ()
        assert profile.reopen
        assert profile.remove
        assert list(profile.left_behind) == list(files)
        assert len(files) == 1
