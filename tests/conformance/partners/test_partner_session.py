"""Promises of every PartnerSession on part files, renames, removal, and a probe without traces."""

import posixpath
from dataclasses import replace

import pytest

from services.transfer.domain.errors import (
    ConnectionLost,
    FolderMissing,
    HostKeyChanged,
    HostKeyUnconfirmed,
    PartMissing,
    PermissionDenied,
    TargetExists,
    WriteRefused,
)
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import PartnerSession
from tests.fakes.partners import HOST_KEY
from tests.servers.sites import Site, size_at

ODD_NAMES = [
    "two words.csv",
    "Überweisung €.csv",
    'it\'s "quoted".csv',
    "日本語.txt",
    "-rf",
    "back\\slash",
    "$(echo) `x` *?[].csv",
    "x" * 200,
]


def test_a_created_part_is_empty(partner: Site, session: PartnerSession) -> None:
    session.create_file(partner.at("part")).close()
    assert partner.content(partner.at("part")) == b""


def test_creating_a_part_that_is_there_empties_it(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("part"), b"of a transfer that a restored database forgot")
    session.create_file(partner.at("part")).close()
    assert partner.content(partner.at("part")) == b""
    assert partner.names() == ["part"]


def test_opening_a_part_keeps_its_bytes(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("part"), b"0123456789")
    sink = session.open_part(partner.at("part"))
    sink.write(3, b"abc")
    sink.flush(durable=True)
    sink.close()
    assert partner.content(partner.at("part")) == b"012abc6789"


def test_a_part_in_a_missing_folder_is_refused(partner: Site, session: PartnerSession) -> None:
    with pytest.raises(FolderMissing) as caught:
        session.create_file(partner.at("nowhere/part")).close()
    assert caught.value.folder == partner.at("nowhere")


def test_a_missing_part_is_never_created_by_opening(partner: Site, session: PartnerSession) -> None:
    with pytest.raises(PartMissing):
        session.open_part(partner.at("part"))
    assert partner.names() == []


def test_size_counts_bytes(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("file"), bytes(12_345))
    assert size_at(session, partner.at("file")) == 12_345


def test_size_is_none_without_file_or_folder(partner: Site, session: PartnerSession) -> None:
    assert size_at(session, partner.at("file")) is None
    assert size_at(session, partner.at("nowhere/file")) is None


def test_rename_moves_the_bytes(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("part"), b"content")
    session.rename(partner.at("part"), partner.at("target"), replace=False)
    assert partner.names() == ["target"]
    assert partner.content(partner.at("target")) == b"content"


@pytest.mark.not_over_ftp
def test_rename_never_overwrites_by_itself(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("part"), b"new")
    partner.plant(partner.at("target"), b"old")
    with pytest.raises(TargetExists):
        session.rename(partner.at("part"), partner.at("target"), replace=False)
    assert partner.content(partner.at("target")) == b"old"
    assert partner.content(partner.at("part")) == b"new"


@pytest.mark.parametrize("old", [None, b"old"])
def test_rename_replaces_only_where_that_is_atomic(
    partner: Site, session: PartnerSession, old: bytes | None
) -> None:
    partner.plant(partner.at("part"), b"new")
    if old is not None:
        partner.plant(partner.at("target"), old)
    if session.replaces_atomically:
        session.rename(partner.at("part"), partner.at("target"), replace=True)
        assert partner.names() == ["target"]
        assert partner.content(partner.at("target")) == b"new"
    else:
        with pytest.raises(WriteRefused, match="not offered"):
            session.rename(partner.at("part"), partner.at("target"), replace=True)
        assert partner.content(partner.at("target")) == old
        assert partner.content(partner.at("part")) == b"new"


def test_a_target_steps_aside_and_comes_back(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("target"), b"old")
    session.rename(partner.at("target"), partner.at(".part.old"), replace=False)
    assert size_at(session, partner.at("target")) is None
    session.rename(partner.at(".part.old"), partner.at("target"), replace=False)
    assert partner.names() == ["target"]
    assert partner.content(partner.at("target")) == b"old"


def test_renaming_a_missing_part_is_told_and_leaves_the_target_alone(
    partner: Site, session: PartnerSession
) -> None:
    with pytest.raises(PartMissing):
        session.rename(partner.at("part"), partner.at("target"), replace=False)
    if session.replaces_atomically:
        partner.plant(partner.at("target"), b"old")
        with pytest.raises(PartMissing):
            session.rename(partner.at("part"), partner.at("target"), replace=True)
        assert partner.content(partner.at("target")) == b"old"


def test_renaming_into_a_missing_folder_is_told(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("part"), b"content")
    with pytest.raises(FolderMissing):
        session.rename(partner.at("part"), partner.at("nowhere/target"), replace=False)


def test_removing_is_idempotent(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("part"), b"content")
    session.remove(partner.at("part"))
    session.remove(partner.at("part"))
    session.remove(partner.at("nowhere/part"))
    assert partner.names() == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_arrives_as_it_is(partner: Site, session: PartnerSession, name: str) -> None:
    session.create_file(partner.at("part")).close()
    session.rename(partner.at("part"), partner.at(name), replace=False)
    assert partner.names() == [name]
    assert size_at(session, partner.at(name)) == 0


@pytest.mark.not_over_ftp
def test_the_probe_finds_the_abilities_and_leaves_nothing(
    partner: Site, session: PartnerSession
) -> None:
    profile = session.probe(partner.destination.base_path)
    assert partner.names() == []
    assert profile.write_at_offset
    assert profile.rename
    assert profile.atomic_replace == session.replaces_atomically
    assert profile.software.startswith("SSH-2.0-")
    assert 0 <= profile.round_trip_seconds < 5


def test_the_probe_prefers_gcm_and_knows_limits_and_space(real_partner: Site) -> None:
    place = real_partner
    with place.partners.connect(place.destination, place.credential) as session:
        profile = session.probe(place.destination.base_path)
    assert profile.cipher == "aes128-gcm@openssh.com"
    assert profile.max_write_bytes is not None
    assert profile.max_write_bytes >= 200_000
    assert profile.free_bytes


def test_the_probe_of_a_missing_folder_is_refused(partner: Site, session: PartnerSession) -> None:
    with pytest.raises(FolderMissing):
        session.probe(partner.at("nowhere"))


def test_a_folder_without_rights_is_told(openssh_partner: Site) -> None:
    place = openssh_partner
    with (
        place.partners.connect(place.destination, place.credential) as session,
        pytest.raises(PermissionDenied) as caught,
    ):
        session.create_file(
            posixpath.join(posixpath.dirname(place.destination.base_path), "part")
        ).close()
    assert caught.value.action == "create"


@pytest.mark.not_over_ftp
def test_without_a_pinned_key_nobody_logs_in(partner: Site) -> None:
    with pytest.raises(HostKeyUnconfirmed) as caught:
        partner.partners.connect(replace(partner.destination, host_keys=()), partner.credential)
    assert caught.value.offered == partner.destination.host_keys[0].fingerprint


@pytest.mark.not_over_ftp
def test_another_pinned_key_stops_the_login_with_both_fingerprints(partner: Site) -> None:
    another = HostKey("ssh-ed25519", HOST_KEY.blob.removesuffix("HR4f") + "HR4g")
    with pytest.raises(HostKeyChanged) as caught:
        partner.partners.connect(
            replace(partner.destination, host_keys=(another,)), partner.credential
        )
    offered = partner.destination.host_keys[0]
    assert caught.value.pinned == another.fingerprint
    assert (caught.value.offered, caught.value.line) == (offered.fingerprint, str(offered))


def test_the_offered_host_key_needs_no_login(partner: Site) -> None:
    offered = partner.partners.offered_host_key(replace(partner.destination, host_keys=()))
    assert offered in partner.destination.host_keys


def test_the_session_names_the_host_key_it_checked(partner: Site, session: PartnerSession) -> None:
    pinned = partner.destination.host_keys[0].fingerprint
    assert session.host_key_fingerprint.split(" ")[0] == pinned


def test_closing_twice_is_harmless(partner: Site, session: PartnerSession) -> None:
    session.close()
    session.close()


def test_after_close_every_call_is_a_lost_connection(
    partner: Site, session: PartnerSession
) -> None:
    session.create_file(partner.at("part")).close()
    sink, reader = session.open_part(partner.at("part")), session.open_reader(partner.at("part"))
    session.close()
    for call in (
        lambda: size_at(session, partner.at("part")),
        lambda: session.remove(partner.at("part")),
        lambda: sink.write(0, b"x"),
        lambda: list(reader.read([(0, 1)])),
    ):
        with pytest.raises(ConnectionLost):
            call()
    sink.close()
    reader.close()
    assert partner.content(partner.at("part")) == b""
