"""What a partner has in its folder before anything is sent. None of it is ours to touch."""

import os

from tests.servers.partners import Partner

FOLDER, FILE, REPLACED = "reports", "theirs.csv", "last.csv"
OWN = {
    FILE: b"their own, not to be replaced",
    REPLACED: b"theirs, but it may be replaced",
    f"{FOLDER}/march.csv": b"in a folder",
    f"{FOLDER}/.hidden": b"hidden there",
    f".{FILE}.part": b"a part file, but not ours",
    f"{FILE}.old": b"",
    ".fileferry-probe-of-another": b"named as by us, and not ours",
}


def plant(partner: Partner) -> None:
    """All belong to whoever owns the folder, so the server's user could harm them."""
    owner = partner.folder.stat()
    for name, content in OWN.items():
        path = partner.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        for each in (path.parent, path):
            os.chown(each, owner.st_uid, owner.st_gid)
