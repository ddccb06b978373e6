"""The partner's server refuses the file."""

from services.transfer.domain.errors.transfer_error import TransferError


class TargetError(TransferError):
    """The partner's server does not take the file."""


class FolderMissing(TargetError):
    code = "folder_missing"
    message = (
        "The folder {folder!r} does not exist at the partner. Ask the partner to create it, or"
        " correct base_path or target_path. Folders below base_path are made where the destination"
        " has create_folders."
    )
    folder: str


class NotAFolder(TargetError):
    code = "not_a_folder"
    message = (
        "{path!r} is {kind} at the partner, so nothing can be put into it. Choose another"
        " target_path, or ask the partner to rename it."
    )
    path: str
    kind: str


class PermissionDenied(TargetError):
    code = "permission_denied"
    message = (
        "The partner's server does not let us {action} {path!r}. Ask the partner to grant the user"
        " that right in this folder."
    )
    path: str
    action: str


class NoSpace(TargetError):
    code = "no_space"
    message = (
        "The partner's disk is full: {free_bytes} bytes are free where {path!r} goes. Ask the"
        " partner to make room, then retry the transfer."
    )
    path: str
    free_bytes: int


class TargetExists(TargetError):
    code = "target_exists"
    message = (
        "{path!r} exists at the partner. Choose another target_path, or if_exists 'replace' or"
        " 'keep_both'. If it was one of these already, other files keep taking the name: ask the"
        " partner."
    )
    path: str


class NameShared(TargetError):
    """`seen`: the server showed that it takes the two names for one. Else nothing tells."""

    code = "name_shared"
    message = (
        "Another file of this transfer has the name {path!r} but for case or Unicode form, and"
        " {why}. This one was not sent, because one would take the place of the other. Rename one"
        " of the objects, or send it to another target_path."
    )
    path: str
    seen: bool

    @property
    def why(self) -> str:
        if self.seen:
            return "the partner's server takes the two for one"
        return "nothing shows whether the partner's server takes the two for one"


class PathOutsideBase(TargetError):
    code = "path_outside_base"
    message = (
        "target_path: {path!r} leaves the destination's base path {base!r}. Use a relative path"
        " without '..'."
    )
    path: str
    base: str


class NameInvalid(TargetError):
    code = "name_invalid"
    message = (
        "target_path: {path!r} cannot be a file name at the partner: {reason}. Give another"
        " target_path."
    )
    path: str
    reason: str


class PlaceChanged(TargetError):
    code = "place_changed"
    message = (
        "The destination leads to another server, user or folder than when this transfer began to"
        " send its files below {path!r}. Retry it: all files are sent to the new place then."
    )
    path: str


class PartMissing(TargetError):
    code = "part_missing"
    message = (
        "The part file {path!r} is no longer at the partner: something there removed it. Ask the"
        " partner to leave '.*.part' files alone, then retry the transfer."
    )
    path: str


class PartDamaged(TargetError):
    """The part file is shorter than what its server has acknowledged."""

    code = "part_damaged"
    message = (
        "The part file {path!r} has {found_bytes} bytes at the partner, although its server"
        " acknowledged bytes up to {acknowledged_bytes}: something there cut it off. Ask the"
        " partner to leave '.*.part' files alone, then retry the transfer; it begins anew."
    )
    path: str
    acknowledged_bytes: int
    found_bytes: int


class TargetDamaged(TargetError):
    """The file reads back with other content. Sending it once more did not help, or is not safe."""

    code = "target_damaged"
    message = (
        "{what} of {path!r} reads back as CRC64NVME {found}, {expected} was sent. Something at the"
        " partner changes or replaces the file, or its disk is damaged: ask the partner, and have"
        " the file removed if it has its name already. Then retry the transfer; it begins anew."
    )
    path: str
    what: str
    expected: str
    found: str


class PartnerChecksumDiffers(TargetError):
    """The partner's server computes another checksum of the whole file than that of what was
    sent."""

    code = "partner_checksum_differs"
    message = (
        "The partner's server computes the {algorithm} {found} of {path!r}, {expected} was sent."
        " Something there changes the file, its disk is damaged, or it computes wrong: ask the"
        " partner, and have the file removed if it has its name already. Then retry the transfer;"
        " it begins anew."
    )
    path: str
    algorithm: str
    expected: str
    found: str


class DeliveryUnclear(TargetError):
    """The answer to the rename was lost, or whoever waited for it died. What is at the partner now
    does not show whether it was renamed."""

    code = "delivery_unclear"
    message = (
        "Perhaps {part!r} was renamed to {target!r} and the answer was lost: now neither name shows"
        " what was sent. Perhaps it arrived and was taken away: ask the partner. A retry sends it"
        " again; what has the name by then is treated as if_exists says."
    )
    part: str
    target: str


class WriteRefused(TargetError):
    code, retryable = "write_refused", True
    message = (
        "The partner's server failed to {action} {path!r} ({detail}). Ask the partner for the"
        " reason in the server's log (quota, disk, policy)."
    )
    path: str
    action: str
    detail: str


class SizeMismatch(TargetError):
    code = "size_mismatch"
    message = (
        "{path!r} has {found_bytes} bytes at the partner, {expected_bytes} were sent. Something"
        " there changes files on arrival; ask the partner, then retry the transfer."
    )
    path: str
    expected_bytes: int
    found_bytes: int


class ChecksumMismatch(TargetError):
    code = "checksum_mismatch"
    message = (
        "What was read for {path!r} has the {algorithm} {found}, S3 says {expected}, also when it"
        " was read once more. It was not delivered; check the object, then retry the transfer."
    )
    path: str
    algorithm: str
    expected: str
    found: str


class ChunkCorrupted(TargetError):
    code, retryable = "chunk_corrupted", True
    message = (
        "Chunk {number} of {path!r} reads back as CRC64NVME {found}, {expected} was sent. It is"
        " sent again by itself; ask the partner to check the disk if it stays."
    )
    path: str
    number: int
    expected: str
    found: str


class TargetNotAFile(TargetError):
    """It is never renamed or removed."""

    code = "target_not_a_file"
    message = (
        "{path!r} is {kind} at the partner, so no file can take this name. Choose another"
        " target_path, or ask the partner to rename it."
    )
    path: str
    kind: str


class RenameRefused(TargetError):
    code = "rename_refused"
    message = (
        "{host} does not let us rename files, so a file cannot get its name once it is whole. Ask"
        " the partner for the right to rename, or set the destination's delivery to 'direct'; then"
        " the file is visible while it is incomplete."
    )
    host: str


class FilesTakenAway(TargetError):
    code = "files_taken_away"
    message = (
        "{host} takes files away as soon as they are closed, also part files. Ask the partner to"
        " leave '.*.part' files alone, or set the destination's delivery to 'direct'."
    )
    host: str


class NamesUnprotected(TargetError):
    code = "names_unprotected"
    message = (
        "{host} cannot do if_exists {if_exists!r}: {why}. Test the destination anew, choose another"
        " if_exists, or ask the partner to allow it."
    )
    host: str
    if_exists: str
    why: str


class ContentChanged(TargetError):
    code = "content_changed"
    message = (
        "{host} stores other bytes than it is sent: a file of the test read back as long, with"
        " other content. It may take files as text. Ask the partner to store them as they are, then"
        " test the destination anew; or choose verify 'size', which compares no content."
    )
    host: str


class ReadingRefused(TargetError):
    code = "reading_refused"
    message = (
        "{host} does not let us read files back, so verify 'readback' cannot be done. Choose"
        " 'checksum' or 'reread', or ask the partner for the right to read."
    )
    host: str
