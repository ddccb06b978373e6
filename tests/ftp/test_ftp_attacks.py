"""Whatever an FTP server does: the reason is the partner's, it is told in time, and no byte counts
that the server has not confirmed."""

import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.transfer.adapters.ftp_session import FtpPartnerSession
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol, Tls
from services.transfer.domain.errors import ConnectionLost, NameInvalid, TransferError
from services.transfer.domain.host_key import HostKey
from tests.doubles import attacking_ftp as attack
from tests.doubles.good_ftp import GoodFtp, serving
from tests.servers.certificates import tls_of
from tests.servers.ftp_certificate import FILE, pin_of
from tests.servers.sites import destination, ftp_partners
from tests.servers.waiting import wait_for

TIMEOUT_SECONDS = 0.8
CONTENT = bytes(range(256)) * 40_000  # more than sockets hold

LOGINS = {
    attack.EndlessGreeting: "protocol_violation",
    attack.EndlessLine: "protocol_violation",
    attack.Web: "protocol_violation",
    attack.EndlessPreliminaries: "protocol_violation",
    attack.EndlessFeatures: "protocol_violation",
    attack.DribblesReply: "connection_timed_out",
    attack.SaysNothing: "connection_timed_out",
    attack.TooMany: "session_refused",
}
UPLOADS = {
    attack.EndlessFacts: "protocol_violation",
    attack.RepliesUnasked: "protocol_violation",
    attack.NeverCompletes: "connection_timed_out",
    attack.BreaksOffAtTheEnd: "write_refused",
    attack.FullAtTheEnd: "no_space",
    attack.ClosesDataEarly: "write_refused",
    attack.ClosesDataEarlyAndIsHappy: "connection_lost",
    attack.TakesNothing: "connection_lost",
    attack.NamesNoPort: "protocol_violation",
    attack.NobodyListens: "data_connection_failed",
}
ENCRYPTED = {
    attack.RefusesTls: "encryption_not_offered",
    attack.AnswersBeforeTls: "protocol_violation",
    attack.PlainData: "data_connection_failed",
    attack.RefusesPrivateData: "encryption_not_offered",
}


def plain(port: int) -> Destination:
    place = destination(port, "anybody", "/", [])
    return replace(place, protocol=Protocol.FTP, accepts_unencrypted_login=True)


@contextmanager
def session_at(place: Destination) -> Iterator[FtpPartnerSession]:
    partners = ftp_partners(TIMEOUT_SECONDS)
    with partners.connect(place, Credential(password="secret")) as session:
        yield session


def write(session: FtpPartnerSession) -> None:
    session.look("/part")
    sink = session.create_file("/part")
    try:
        sink.write(0, CONTENT)
        sink.flush(durable=True)
    except TransferError:
        assert sink.acknowledged_until() == 0
        raise


@pytest.mark.parametrize("kind", LOGINS, ids=lambda kind: kind.__name__)
def test_a_login_ends_with_the_partners_reason(kind: type[GoodFtp]) -> None:
    with (
        serving(kind) as (port, _),
        pytest.raises(TransferError) as caught,
        session_at(plain(port)),
    ):
        pass
    assert caught.value.code == LOGINS[kind]
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", UPLOADS, ids=lambda kind: kind.__name__)
def test_an_upload_counts_only_when_the_server_says_so(kind: type[GoodFtp]) -> None:
    with (
        serving(kind) as (port, _),
        pytest.raises(TransferError) as caught,
        session_at(plain(port)) as session,
    ):
        write(session)
    assert caught.value.code == UPLOADS[kind]


def test_a_call_that_waits_ends_when_another_thread_closes_the_session() -> None:
    patient = ftp_partners(600)
    with serving(attack.NeverCompletes) as (port, files):
        session = patient.connect(plain(port), Credential(password="secret"))
        sink = session.create_file("/part")
        sink.write(0, b"content")

        def close() -> None:
            wait_for(lambda: "/part" in files, "the upload")
            session.close()

        closer = threading.Thread(target=close)
        closer.start()
        with pytest.raises(ConnectionLost, match="closed by ourselves"):
            sink.flush(durable=True)
        closer.join(10)
        assert sink.acknowledged_until() == 0


def test_a_good_server_gets_all_of_it() -> None:
    with serving(GoodFtp) as (port, files), session_at(plain(port)) as session:
        write(session)
        assert files == {"/part": bytearray(CONTENT)}


def test_the_address_that_a_server_names_is_not_connected_to() -> None:
    with (
        serving(attack.NamesAnotherHost) as (port, files),
        session_at(plain(port)) as session,
    ):
        write(session)
        assert files == {"/part": bytearray(CONTENT)}


def read_whole(session: FtpPartnerSession, files: dict[str, bytearray]) -> None:
    files["/file"] = bytearray(1)
    list(session.open_reader("/file").read([(0, 1 << 30)]))


def test_a_download_by_the_byte_is_given_up() -> None:
    with (
        serving(attack.DribblesData) as (port, files),
        pytest.raises(TransferError) as caught,
        session_at(plain(port)) as session,
    ):
        read_whole(session, files)
    assert caught.value.code == "too_slow"


def test_a_server_that_lies_about_rest_is_found_out() -> None:
    with serving(attack.ForgetsRestart) as (port, files), session_at(plain(port)) as session:
        assert not session.probe("/").reopen
        assert files == {}


def test_a_line_break_of_the_server_is_not_sent_back() -> None:
    with (
        serving(attack.LineBreakInHome) as (port, _),
        session_at(plain(port)) as session,
        pytest.raises(NameInvalid),
    ):
        session.look("/theirs")


@pytest.mark.parametrize("path", ["/a\r\nDELE theirs", "/a\nb", "/a\0b"])
def test_a_path_is_never_two_commands(path: str) -> None:
    with serving(GoodFtp) as (port, files), session_at(plain(port)) as session:
        files["theirs"] = bytearray(1)
        for act in (session.look, session.remove, session.make_folder, session.create_file):
            with pytest.raises(NameInvalid):
                act(path)
        assert set(files) == {"theirs"}


@pytest.fixture(scope="module")
def encryption(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, HostKey]:
    folder = tmp_path_factory.mktemp("tls")
    server, _ = tls_of(folder, "127.0.0.1")
    return server, pin_of(folder / FILE)


def encrypted(port: int, pin: HostKey, tls: Tls = Tls.EXPLICIT) -> Destination:
    place = destination(port, "anybody", "/", [pin])
    return replace(place, protocol=Protocol.FTPS, tls=tls)


@pytest.mark.parametrize("kind", ENCRYPTED, ids=lambda kind: kind.__name__)
def test_nothing_is_sent_in_plain_where_tls_is_demanded(
    kind: type[GoodFtp], encryption: tuple[ssl.SSLContext, HostKey]
) -> None:
    server, pin = encryption
    with (
        serving(kind, server) as (port, files),
        pytest.raises(TransferError) as caught,
        session_at(encrypted(port, pin)) as session,
    ):
        write(session)
    assert caught.value.code == ENCRYPTED[kind]
    assert all(CONTENT[:100] not in each for each in files.values())


def test_a_server_that_is_encrypted_gets_all_of_it(
    encryption: tuple[ssl.SSLContext, HostKey],
) -> None:
    server, pin = encryption
    with serving(GoodFtp, server) as (port, files), session_at(encrypted(port, pin)) as session:
        write(session)
        assert files == {"/part": bytearray(CONTENT)}


def test_a_plain_server_is_no_implicit_one(encryption: tuple[ssl.SSLContext, HostKey]) -> None:
    with (
        serving(GoodFtp) as (port, _),
        pytest.raises(TransferError) as caught,
        session_at(encrypted(port, encryption[1], Tls.IMPLICIT)),
    ):
        pass
    assert caught.value.code == "encryption_not_offered"


def test_tls_of_yesterday_is_not_spoken(tmp_path: Path) -> None:
    server, _ = tls_of(tmp_path, "127.0.0.1")
    server.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        server.minimum_version = ssl.TLSVersion.TLSv1
        server.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        serving(GoodFtp, server) as (port, _),
        pytest.raises(TransferError) as caught,
        session_at(encrypted(port, pin_of(tmp_path / FILE))),
    ):
        pass
    assert caught.value.code == "no_common_algorithm"
