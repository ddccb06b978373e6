"""What the pages of one lane have in common: source, session, and the paths of the files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from posixpath import dirname, join

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import TargetError
from services.transfer.domain.file_traces import Trace, TraceKind
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.names import aside_path, file_part_path
from services.transfer.domain.ports import FolderSource, PartnerSession, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.strategy import Replacing, Strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.lane_tally import LaneTally
from services.transfer.domain_services.look_at_target import look_at
from services.transfer.domain_services.old_target import settle_old_target
from services.transfer.domain_services.page_traces import FileTraces, PageTraces
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.refused_writes import RefusedWrites
from services.transfer.domain_services.target_folders import make_folders

ATTEMPTS_SWEPT = 10  # of a page: whoever dies in all of these, and before, leaves a file behind
SWEPT_ONE_BY_ONE = 2  # where each name waits for its answers, and no byte is sent meanwhile


@dataclass(frozen=True)
class PathsOfMany:
    """The paths of a transfer's files at the partner. Their names were judged when the inventory
    was taken, and are not judged again: that costs more than all else here."""

    transfer_id: str
    generation: int
    folder: str
    attempts_swept: int

    @classmethod
    def in_session(
        cls, transfer_id: str, generation: int, folder: str, session: PartnerSession
    ) -> "PathsOfMany":
        swept = SWEPT_ONE_BY_ONE if session.quick_files is None else ATTEMPTS_SWEPT
        return cls(transfer_id, generation, folder, swept)

    def target_of(self, file: ListedFile) -> str:
        return join(self.folder, file.name.removesuffix("/"))

    def part_of(self, file: ListedFile, attempt: int) -> str:
        target = self.target_of(file)
        return file_part_path(target, self.transfer_id, self.generation, attempt)

    def earlier_parts(self, files: Iterable[ListedFile], attempt: int) -> list[str]:
        """What workers that died may have left of them before that attempt."""
        earlier = self.earlier_attempts(attempt)
        return [self.part_of(file, each) for file in files for each in earlier]

    def earlier_attempts(self, attempt: int) -> range:
        return range(max(1, attempt - self.attempts_swept), attempt)


@dataclass
class PageEnds:
    """`folders` are those that were made in this session."""

    transfer: Transfer
    source: FolderSource
    visit: Visit
    ports: Ports
    tally: LaneTally

    def __post_init__(self) -> None:
        transfer = self.transfer
        self.paths = PathsOfMany.in_session(
            transfer.id, transfer.generation, self.folder, self.session
        )
        self._folders = {self.folder}
        self.refusals = RefusedWrites()

    @property
    def session(self) -> PartnerSession:
        return self.visit.session

    @property
    def strategy(self) -> Strategy:
        return self.transfer.known_strategy

    @property
    def replaces(self) -> bool:
        return self.transfer.if_exists is IfExists.REPLACE

    @property
    def reads_back(self) -> bool:
        return self.transfer.verify is Verify.READBACK

    @property
    def goes_quickly(self) -> bool:
        """Where the server replaces in one step or nothing is to be replaced."""
        strategy = self.strategy
        if strategy.delivery is Delivery.DIRECT or (self.reads_back and not strategy.reads):
            return False
        in_one_step = strategy.replacing is Replacing.POSIX_RENAME
        if self.replaces and not (in_one_step and self.session.replaces_atomically):
            return False
        return strategy.shows_files and strategy.tells_missing is True

    @property
    def folder(self) -> str:
        return self.transfer.known_part.path

    def target_of(self, file: ListedFile) -> str:
        return self.paths.target_of(file)

    def part_of(self, file: ListedFile, attempt: int) -> str:
        return self.paths.part_of(file, attempt)

    def settle_old_target(self, file: ListedFile, traces: FileTraces) -> None:
        """Of an earlier attempt that died between two renames."""
        for attempt in traces.attempts(TraceKind.OLD):
            aside = aside_path(self.part_of(file, attempt))
            settle_old_target(aside, self.target_of(file), self.session, self.strategy)
        traces.forget(TraceKind.OLD)

    def tell_what_stays(self) -> None:
        """The partner did not let us remove a file of ours. So it is looked after in the end."""
        part, run = self.transfer.known_part, self.transfer.run_id
        change_run(run, lambda current: current.has_left(part), ports=self.ports)

    def remove_earlier(
        self, files: Mapping[int, ListedFile], attempt: int, traces: PageTraces, pulse: LanePulse
    ) -> None:
        """What earlier attempts may have left of them, by their places. It is no reason to send
        nothing when that stays."""
        if attempt == 1 or self.strategy.delivery is Delivery.DIRECT:
            return
        earlier = {
            self.part_of(file, each): Trace(at, TraceKind.PART, each)
            for at, file in files.items()
            for each in self.paths.earlier_attempts(attempt)
        }
        refused = remove_all(self.session, takewhile(lambda _: pulse.goes_on(0), earlier))
        for path in refused:  # some servers refuse it of a file that is not there, too
            if look_at(self.session, path, self.strategy).there is not False:
                traces.all.add(earlier[path])

    def require_folder(self, path: str) -> None:
        """The folders of the tree are part of what is sent, so they are made. Raises TargetError
        where that is refused."""
        if path not in self._folders:
            make_folders(self.session, path, self.folder)
            self._folders.add(path)

    def require_folder_of(self, target: str) -> None:
        self.require_folder(dirname(target))

    def try_folder_of(self, target: str) -> bool:
        try:
            self.require_folder_of(target)
        except TargetError:
            return False
        return True


def remove_all(session: PartnerSession, paths: Iterable[str]) -> Mapping[str, TargetError]:
    """Those that are there. `paths` ends when the caller has no more time. The answer is what was
    refused. Raises PartnerError."""
    if session.quick_files is not None:
        return session.quick_files.remove(paths)
    refused: dict[str, TargetError] = {}
    for path in paths:
        try:
            session.remove(path)
        except TargetError as error:
            refused[path] = error
    return refused
