"""Sends one notification, once, and records what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notify.domain import errors
from services.notify.domain.delivery import Thread
from services.notify.domain.message import Sent
from services.notify.domain.notification import Notification, Status
from services.notify.domain.nudge import Send
from services.notify.domain.plan import silent_until
from services.notify.domain.ports import Ports
from services.notify.domain.stage import Stage
from services.notify.domain_services import outcome
from services.notify.domain_services.compose import compose
from services.notify.domain_services.resolve import Place, resolve

# A try takes 20 s at most. Nobody else acts on the message before its sender has surely recorded
# what became of it, or is surely dead.
LEASE = timedelta(seconds=60)
THREAD_LEASE = timedelta(seconds=120)  # outlives that of the message, and the reads before it
BUSY_SECONDS = 5.0
EARLY_SECONDS = 5.0  # clocks differ, and the queue counts in whole seconds


def send_notification(notification_id: str, *, ports: Ports) -> None:
    """Does nothing when it is over, not due, or in the hands of somebody else."""
    found = ports.notifications.read(notification_id)
    if found is None or found.is_over:
        return
    now = ports.now()
    if now < found.due_at:
        _nudge_again(found, now, ports=ports)
    elif found.status is Status.SENDING:
        outcome.died(found, ports=ports)
    elif found.transfer_id is None or found.group is not None:
        done = _try(found, None, ports=ports)
        if done is not None:
            outcome.sent(done.begun, ports=ports)
    else:
        _in_its_thread(found, ports=ports)


@dataclass(frozen=True)
class _Done:
    """`begun` is the notification as it was stored when the sending began."""

    begun: Notification
    answer: Sent


def _nudge_again(notification: Notification, now: datetime, *, ports: Ports) -> None:
    waits = (notification.due_at - now).total_seconds()
    if notification.status is Status.WAITING and waits <= EARLY_SECONDS:
        ports.nudges.send([Send(notification.id)], waits)


def _in_its_thread(notification: Notification, *, ports: Ports) -> None:
    """One message of a transfer after the other, so that the newest is also the last."""
    thread = Thread(notification.transfer_id or "", notification.channel_id)
    holder, now = ports.new_id(), ports.now()
    taken = ports.threads.take(thread, holder, now, now + THREAD_LEASE)
    if taken is None:
        later = now + timedelta(seconds=BUSY_SECONDS)
        if ports.notifications.save(notification.again_at(later)):
            ports.nudges.send([Send(notification.id)], BUSY_SECONDS)
        return
    after = taken
    try:
        done = _try(notification, taken, ports=ports)
        if done is not None:
            after = _shown(taken, done)
            outcome.sent(done.begun, ports=ports)
    finally:
        ports.threads.give_back(after, holder)


def _try(notification: Notification, thread: Thread | None, *, ports: Ports) -> _Done | None:
    """None where nothing was sent, and why is recorded."""
    try:
        place = resolve(notification, ports=ports)
        if thread is not None:
            _require_news(notification, thread, place, ports=ports)
    except (errors.ChannelIsDead, errors.SecretLost) as error:
        outcome.found_dead(notification, error.channel, error, ports=ports)
        return None
    except errors.Undeliverable as error:
        outcome.failed(notification, error, ports=ports)
        return None
    now = ports.now()
    if place.channel is not None:
        until = silent_until(place.channel, notification.stages, now)
        if until is not None:
            outcome.postpone(notification, until, ports=ports)
            return None
    return _send(notification, place, thread, ports=ports)


def _require_news(
    notification: Notification, thread: Thread, place: Place, *, ports: Ports
) -> None:
    """A start or a stall is untrue once the channel is told what came after it. A message that is
    changed in its place never shows something older. Raises Superseded."""
    run, stage = notification.run, notification.stages[0]
    mine = (run, stage.rank)
    edited_past = place.target.edits and (thread.run, thread.rank) > mine
    told = ports.notifications.told_in(thread.transfer_id, thread.channel_id)
    later = any((each.run, each.stage.rank) > mine for each in told)
    if edited_past or (later and stage in (Stage.STARTED, Stage.STALLED)):
        raise errors.Superseded(thread.transfer_id)


def _send(
    notification: Notification, place: Place, thread: Thread | None, *, ports: Ports
) -> _Done | None:
    if notification.open:
        closed = ports.notifications.save(notification.closed())
        if closed is None:
            return None
        notification = closed
    message = compose(notification, place.channel, ports=ports)
    now = ports.now()
    begun = ports.notifications.save(notification.sending(now, now + LEASE))
    if begun is None:
        return None
    earlier = thread.reference if thread and place.target.edits else None
    try:
        return _Done(begun, ports.sender.send(place.target, message, earlier))
    except errors.SendError as error:
        outcome.not_sent(begun, place.channel, error, ports=ports)
        return None


def _shown(thread: Thread, done: _Done) -> Thread:
    return replace(
        thread,
        reference=done.answer.reference or thread.reference,
        run=done.begun.run,
        rank=done.begun.stages[0].rank,
    )
