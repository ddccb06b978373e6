"""What a session tells of the names at a partner, and what it does to a folder, which is little."""

import os
from pathlib import Path

import pytest

from services.transfer.domain.errors import (
    FolderMissing,
    PartMissing,
    TargetError,
    TargetExists,
    TargetNotAFile,
)
from services.transfer.domain.ports import FileKind, PartnerSession, Seen
from tests.fakes.partners import InMemoryPartners
from tests.servers.sites import WHEN, Site


def local(place: Site, name: str) -> Path:
    assert place.root is not None
    return place.root / place.at(name).lstrip("/")


def make_folder(place: Site, name: str) -> None:
    """With a file of the partner in it."""
    if isinstance(place.server, InMemoryPartners):
        place.server.folders.add(place.at(name))
    else:
        folder = local(place, name)
        folder.mkdir()
        os.chown(folder, folder.parent.stat().st_uid, folder.parent.stat().st_gid)
    place.plant(place.at(f"{name}/theirs"), b"theirs")


def test_nothing_is_told_of_a_name_that_nobody_has(partner: Site, session: PartnerSession) -> None:
    assert session.look(partner.at("nothing")) is None
    assert session.look(partner.at("nowhere/nothing")) is None


def test_a_file_is_told_with_its_size(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("file"), bytes(12_345))
    assert session.look(partner.at("file")) == Seen(FileKind.FILE, 12_345)


def test_a_folder_is_told_as_one(partner: Site, session: PartnerSession) -> None:
    make_folder(partner, "reports")
    seen = session.look(partner.at("reports"))
    assert seen is not None
    assert seen.kind is FileKind.FOLDER


@pytest.mark.parametrize("leads", ["file", "nowhere"])
def test_a_link_is_told_as_one_wherever_it_leads(real_partner: Site, leads: str) -> None:
    place = real_partner
    place.plant(place.at("file"), b"content")
    local(place, "link").symlink_to(local(place, leads))
    with place.partners.connect(place.destination, place.credential) as session:
        seen = session.look(place.at("link"))
    assert seen is not None
    assert seen.kind is FileKind.LINK


def test_a_pipe_is_no_file(real_partner: Site) -> None:
    place = real_partner
    os.mkfifo(local(place, "pipe"))
    with place.partners.connect(place.destination, place.credential) as session:
        seen = session.look(place.at("pipe"))
    assert seen is not None
    assert seen.kind is FileKind.OTHER


def test_an_exclusive_file_is_made_where_nothing_is(partner: Site, session: PartnerSession) -> None:
    with session.create_file(partner.at("new"), exclusive=True) as sink:
        sink.write(0, b"content")
    assert partner.content(partner.at("new")) == b"content"


def test_an_exclusive_file_takes_nobodys_place(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("taken"), b"theirs")
    with pytest.raises(TargetExists):
        session.create_file(partner.at("taken"), exclusive=True)
    assert partner.content(partner.at("taken")) == b"theirs"


def test_an_exclusive_file_does_not_follow_a_link(real_partner: Site) -> None:
    place = real_partner
    local(place, "link").symlink_to(local(place, "elsewhere"))
    with (
        place.partners.connect(place.destination, place.credential) as session,
        pytest.raises(TargetExists),
    ):
        session.create_file(place.at("link"), exclusive=True)
    assert not local(place, "elsewhere").exists()


@pytest.mark.parametrize("exclusive", [False, True])
def test_no_file_is_made_in_a_missing_folder(
    partner: Site, session: PartnerSession, exclusive: bool
) -> None:
    with pytest.raises(FolderMissing):
        session.create_file(partner.at("nowhere/file"), exclusive=exclusive)


def test_no_file_is_made_where_a_folder_is(partner: Site, session: PartnerSession) -> None:
    make_folder(partner, "reports")
    with pytest.raises(TargetNotAFile, match="a folder"):
        session.create_file(partner.at("reports"))
    assert partner.content(partner.at("reports/theirs")) == b"theirs"


@pytest.mark.parametrize("replace", [False, True])
def test_no_file_takes_the_name_of_a_folder(
    partner: Site, session: PartnerSession, replace: bool
) -> None:
    make_folder(partner, "reports")
    partner.plant(partner.at("part"), b"ours")
    offered = session.replaces_atomically or not replace
    with pytest.raises(TargetNotAFile if offered else TargetError):
        session.rename(partner.at("part"), partner.at("reports"), replace=replace)
    assert partner.content(partner.at("reports/theirs")) == b"theirs"
    assert partner.content(partner.at("part")) == b"ours"


def test_a_folder_is_never_removed(partner: Site, session: PartnerSession) -> None:
    make_folder(partner, "reports")
    with pytest.raises(TargetError):
        session.remove(partner.at("reports"))
    assert partner.content(partner.at("reports/theirs")) == b"theirs"


def test_a_folder_is_made_once(partner: Site, session: PartnerSession) -> None:
    for _ in range(2):
        session.make_folder(partner.at("new"))
    session.make_folder(partner.at("new/inner"))
    session.create_file(partner.at("new/inner/file")).close()
    assert partner.content(partner.at("new/inner/file")) == b""


def test_a_folder_in_a_missing_one_is_told(partner: Site, session: PartnerSession) -> None:
    with pytest.raises(FolderMissing):
        session.make_folder(partner.at("nowhere/new"))


def test_no_folder_is_made_where_a_file_is(partner: Site, session: PartnerSession) -> None:
    partner.plant(partner.at("file"), b"theirs")
    with pytest.raises(TargetError):
        session.make_folder(partner.at("file"))
    assert partner.content(partner.at("file")) == b"theirs"


def test_a_files_time_is_set_to_the_second_and_goes_along(
    partner: Site, session: PartnerSession
) -> None:
    partner.plant(partner.at("part"), b"content")
    session.set_modified(partner.at("part"), WHEN)
    session.rename(partner.at("part"), partner.at("target"), replace=False)
    if isinstance(partner.server, InMemoryPartners):
        assert partner.server.modified == {partner.at("target"): WHEN}
    else:
        assert local(partner, "target").stat().st_mtime == WHEN.timestamp()
    assert partner.content(partner.at("target")) == b"content"


def test_the_time_of_a_missing_file_cannot_be_set(partner: Site, session: PartnerSession) -> None:
    with pytest.raises(TargetError):
        session.set_modified(partner.at("nothing"), WHEN)
    with pytest.raises(PartMissing):
        session.open_part(partner.at("nothing"))


def test_a_servers_free_space_is_a_number_of_bytes(real_partner: Site) -> None:
    place = real_partner
    with place.partners.connect(place.destination, place.credential) as session:
        free = session.free_bytes(place.destination.base_path)
    assert free is not None
    found = os.statvfs(local(place, ""))
    assert free == pytest.approx(found.f_bavail * found.f_frsize, rel=0.2)


def test_who_does_not_tell_the_space_tells_none(partner: Site, session: PartnerSession) -> None:
    free = session.free_bytes(partner.at("nowhere"))
    assert free is None
