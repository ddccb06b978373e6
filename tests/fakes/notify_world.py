"""Notify in memory: real use cases and senders among fakes, receivers, and a clock to move."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from contracts.auth_events import UserFact
from contracts.ticket_events import TicketingFailedV1, TicketOpenedV1
from kernel.caller import Role
from services.notify.domain.channel import (
    Channel,
    Kind,
    QuietHours,
    Rule,
    Secrets,
    Whose,
)
from services.notify.domain.notification import Notification
from services.notify.domain.policy import Policy
from services.notify.domain.ports import Ports
from services.notify.domain.stage import Stage
from services.notify.use_cases.do_nudges import do_nudges
from services.notify.use_cases.hear_ticket import hear_ticket, hear_ticketing_failed
from services.notify.use_cases.hear_transfer import hear_transfer
from services.notify.use_cases.hear_user import hear_user
from services.notify.use_cases.sweep_due import sweep_due
from tests.fakes.calls import Calls
from tests.fakes.live_outside import OneAfterTheOther
from tests.fakes.lives import Killed
from tests.fakes.notify_channels import (
    InMemoryAllowance,
    InMemoryChannels,
    InMemoryDestinations,
    InMemoryVault,
)
from tests.fakes.notify_outside import (
    EveryAddress,
    InMemoryNudges,
    ReceiversAsSender,
    user_event,
)
from tests.fakes.notify_stores import (
    InMemoryDueList,
    InMemoryMarks,
    InMemoryNewsDesk,
    InMemoryNotifications,
    InMemoryThreads,
    InMemoryTransfers,
    InMemoryUsers,
)
from tests.fakes.receivers import Receivers
from tests.fakes.watched import watched
from tests.unit.progress.stories import NOON, AnyEvent

VISIBILITY = timedelta(seconds=720)
MINUTE = timedelta(minutes=1)
EVERY_STAGE = (Rule(tuple(Stage)),)
ADDRESS = "https://hooks.example/services/abcdef"
OPERATORS = "operators@example.com"
POLICY = Policy(operator_address=OPERATORS)


@dataclass
class NotifyWorld:
    clock: datetime = NOON
    policy: Policy = POLICY

    def __post_init__(self) -> None:
        self.calls = calls = Calls(self._move_clock)
        self.failures: list[Exception] = []
        numbers = count(1)
        self.channels, self.vault = InMemoryChannels(), InMemoryVault()
        self.users = InMemoryUsers(self.channels)
        self.transfers, self.marks = InMemoryTransfers(), InMemoryMarks()
        self.news = InMemoryNewsDesk(self.transfers.news)
        self.notifications = InMemoryNotifications(self.marks)
        self.threads = InMemoryThreads()
        self.due_list = InMemoryDueList(self.transfers.news, self.notifications)
        self.nudges = InMemoryNudges(lambda: self.clock)
        self.receivers = Receivers(lambda: self.clock)
        known: dict[str, Any] = {
            each: watched(each, getattr(self, each), calls)
            for each in ("channels", "vault", "users", "transfers", "news", "notifications")
        }
        known |= {
            each: watched(each, getattr(self, each), calls)
            for each in ("threads", "marks", "due_list", "nudges")
        }
        self.ports = Ports(
            **known,
            sender=watched("sender", ReceiversAsSender(self.receivers), calls),
            allowance=InMemoryAllowance(),
            addresses=EveryAddress(),
            destinations=watched("destinations", InMemoryDestinations(), calls),
            crew=OneAfterTheOther(lambda: self.clock),
            policy=self.policy,
            now=lambda: self.clock,
            new_id=lambda: f"id-{next(numbers)}",
            new_signing_secret=lambda: f"whsec_{next(numbers)}",
            chance=lambda: 0.5,
        )

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    # --- who is there ----------------------------------------------------------------------------

    def channel(
        self,
        channel_id: str = "team",
        kind: Kind = Kind.TEAMS,
        owner: str | None = None,
        rules: tuple[Rule, ...] = EVERY_STAGE,
        whose: Whose = Whose.MINE,
        quiet: QuietHours | None = None,
        bot: bool = False,
    ) -> Channel:
        """Stored as it would be by a request. `bot`: Slack with a bot token."""
        address = None if bot or kind is Kind.EMAIL else ADDRESS
        secrets = Secrets(address, "xoxb-1" if bot else None, "whsec_MDEyMzQ1Njc4OQ==")
        channel = Channel(
            channel_id,
            channel_id,
            kind,
            owner,
            whose,
            rules,
            self.clock,
            self.clock,
            quiet_hours=quiet,
            secret_id=None if kind is Kind.EMAIL else f"s-{channel_id}",
            slack_channel="C1" if bot else None,
            mails=("team@example.com",) if kind is Kind.EMAIL and owner is None else (),
        )
        self.channels.rows[channel_id] = channel
        if channel.secret_id is not None:
            self.vault.held[channel.secret_id] = secrets
        return channel

    def change(self, channel_id: str, **changes: Any) -> Channel:  # noqa: ANN401
        return self.channels.save(replace(self.channels.rows[channel_id], **changes))

    # --- what happens ----------------------------------------------------------------------------

    def hear(self, *events: AnyEvent) -> None:
        for event in events:
            match event.data:
                case UserFact():
                    hear_user(event, ports=self.ports)
                case TicketOpenedV1():
                    hear_ticket(event, ports=self.ports)
                case TicketingFailedV1():
                    hear_ticketing_failed(event, ports=self.ports)
                case _:
                    hear_transfer(event, ports=self.ports)

    def user(
        self,
        name: str = "jane",
        email: str | None = None,
        sequence: int = 1,
        roles: tuple[Role, ...] = (Role.USER,),
        **more: Any,  # noqa: ANN401
    ) -> None:
        self.hear(user_event(name, email, sequence, roles, **more))

    def work(self) -> None:
        """Does what is due in the queue, as one batch of ten."""
        due = [each for each in self.nudges.queued if each[0] <= self.clock][:10]
        self.nudges.queued = [each for each in self.nudges.queued if each not in due]
        again = [(self.clock + VISIBILITY, nudge) for _, nudge in due]
        try:
            with self.calls.worker():
                failed = do_nudges([nudge for _, nudge in due], lambda: True, ports=self.ports)
        except (Killed, Exception) as error:  # the queue delivers all of them again
            self.failures += [error] if isinstance(error, Exception) else []
            self.nudges.queued += again
            return
        self.failures += failed.values()
        self.nudges.queued += [each for each in again if each[1] in failed]

    def sweep(self) -> None:
        try:
            with self.calls.worker():
                _, failed = sweep_due(lambda: True, ports=self.ports)
        except (Killed, Exception) as error:  # the next one comes in a minute
            self.failures += [error] if isinstance(error, Exception) else []
            return
        self.failures += failed.values()

    def settle(self, turns: int = 2_000) -> None:
        """Lets time pass until nothing is due any more, however far away it is."""
        for _ in range(turns):
            ends = [due for due, _ in self.nudges.queued]
            ends += [each.due_at for each in self._unfinished()]
            ends += [each.due_at for each in self.news.news.values() if not each.spread]
            if not ends:
                return
            self._wait_until(min(ends))
            self.work()
            self.sweep()
        raise AssertionError(f"it does not end: {list(self._unfinished())[:3]}")

    def _wait_until(self, moment: datetime) -> None:
        self.calls.pass_time(max(0.0, (moment - self.clock).total_seconds()))

    def _unfinished(self) -> list[Notification]:
        return [each for each in self.notifications.rows.values() if not each.is_over]

    # --- what came of it -------------------------------------------------------------------------

    def arrived(self, channel_id: str = "team") -> list[tuple[str, ...]]:
        """The stages that each message to the channel tells."""
        return [
            tuple(fact.stage.value for fact in each.message.facts)
            for each in self.receivers.arrived
            if each.target.channel_name == channel_id
        ]

    def outcomes(self, channel_id: str = "team") -> list[str]:
        """The status, or the code of the failure, of each notification in order of creation."""
        found = [each for each in self.notifications.rows.values() if each.channel_id == channel_id]
        found.sort(key=lambda each: (each.created_at, each.id))
        return [each.failure.code if each.failure else each.status.value for each in found]
