"""What the four common FTP servers can do, and how files are moved there for that reason."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.destination import Tls
from services.transfer.domain.errors import PasswordRejected, TargetExists
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import Method, Replacing, Wish, choose_strategy
from tests.servers.ftp_sites import FtpServers
from tests.servers.pyftpd import pyftpd
from tests.servers.sites import Site, ftp_destination, ftp_partners
from tests.servers.system_user import SystemUser
from tests.servers.vsftpd import vsftpd

PURE_FTPD = pytest.param("pure-ftpd", marks=pytest.mark.slow)  # it lets each login wait
KINDS = ("vsftpd", "pyftpdlib", "proftpd-goes-on", PURE_FTPD)
CONTENT = os.urandom(3_000_017)
IN_ORDER = "One lane, from beginning to end: FTP stores a file through one connection at a time."
BY_THE_END = "One lane through one handle: the server does not let a file be opened again"
ABLE = {"read", "shows_files", "tells_missing", "rename", "remove", "set_times", "keeps_files"}


def probed(place: Site) -> ServerProfile:
    with place.partners.connect(place.destination, place.credential) as session:
        return session.probe(place.destination.base_path)


def able(profile: ServerProfile) -> set[str]:
    return {name for name in ABLE if getattr(profile, name)}


@pytest.mark.parametrize("kind", KINDS)
def test_one_lane_goes_on_where_another_session_stopped(ftp_servers: FtpServers, kind: str) -> None:
    place = ftp_servers.site(kind)
    path = place.at("Überweisung €.csv")
    with place.partners.connect(place.destination, place.credential) as session:
        profile = session.probe(place.destination.base_path)
        strategy = choose_strategy(replace(place.destination, profile=profile), Wish(lanes=4))
        with session.create_file(path, strategy) as sink:
            sink.write(0, CONTENT[:1_000_000])
            sink.flush(durable=True)
            sink.write(1_000_000, CONTENT[1_000_000:2_000_000])  # as a lane that died then
        with session.open_part(path, strategy) as sink:
            sink.write(1_000_000, CONTENT[1_000_000:])
        with session.open_reader(path) as reader:
            found = b"".join(reader.read([(5, 100), (2_000_000, 1_000_017)]))
    assert place.content(path) == CONTENT
    assert found == CONTENT[5:105] + CONTENT[2_000_000:]
    assert (strategy.method, strategy.why, strategy.lanes) == (Method.IN_ORDER, IN_ORDER, 1)
    assert strategy.replacing is Replacing.RENAME
    assert able(profile) == ABLE
    assert profile.left_behind == ()
    assert "TLSv1.3" in profile.cipher


def test_a_server_that_stores_over_nothing_gets_a_file_in_one_go(ftp_servers: FtpServers) -> None:
    place = ftp_servers.site("proftpd")
    profile = probed(place)
    strategy = choose_strategy(replace(place.destination, profile=profile), Wish(lanes=4))
    assert (profile.reopen, profile.overwrite, profile.exclusive) == (False, False, True)
    assert strategy.method is Method.ONE_HANDLE
    assert strategy.why.startswith(BY_THE_END)
    assert strategy.replacing is Replacing.ASIDE
    place.plant(place.at("old"), b"old")
    place.plant(place.at("new"), b"new")
    with (
        place.partners.connect(place.destination, place.credential) as session,
        pytest.raises(TargetExists),
    ):
        session.rename(place.at("new"), place.at("old"), replace=False)


def test_checksums_are_asked_for_where_they_are_offered(ftp_servers: FtpServers) -> None:
    offered = (Algorithm.CRC32, Algorithm.SHA256, Algorithm.SHA1, Algorithm.MD5)
    assert probed(ftp_servers.site("proftpd-goes-on")).checksums == offered
    assert probed(ftp_servers.site("vsftpd")).checksums == ()


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, None], ids=["implicit", "plain"])
def test_the_other_ways_to_begin(
    partner_folder: Path, server_user: SystemUser, tls: Tls | None
) -> None:
    with (
        vsftpd(partner_folder / "vsftpd", server_user, tls) as one,
        pyftpd(partner_folder / "pyftpd", partner_folder, tls) as other,
    ):
        for login, base in ((one, f"{partner_folder}/in"), (other, "/in")):
            place = ftp_destination(login, base)
            with ftp_partners().connect(place, login.credential) as session:
                assert session.probe(base).reopen
                encrypted = "none" not in session.host_key_fingerprint
                assert encrypted is (tls is not None)


def test_a_wrong_password_is_told(ftp_servers: FtpServers) -> None:
    place = ftp_servers.site("pyftpdlib")
    with pytest.raises(PasswordRejected):
        place.partners.connect(place.destination, replace(place.credential, password="wrong"))
