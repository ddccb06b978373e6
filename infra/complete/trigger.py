"""Reads what calls a function: `trigger: api`, or `trigger: {events: [TransferRequested.v1]}`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.catalogue import CATALOGUE
from infra.complete.names import TemplateWrong

PLAIN = ("api", "authorizer", "socket", "outbox", "none")
WITH_A_VALUE = ("events", "queue", "schedule")
OPTIONS = {
    "events": {"batch", "concurrency"},
    "queue": {"batch", "concurrency"},
    "schedule": {"when"},  # a condition of the template; else the schedule is switched off
}
KINDS = ", ".join((*PLAIN, *(f"{{{kind}: ...}}" for kind in WITH_A_VALUE)))


@dataclass(frozen=True)
class Trigger:
    """`value` has the events, the queue's purpose, or the schedule's expression."""

    kind: str
    value: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)


def read_trigger(where: str, written: Any) -> Trigger:  # noqa: ANN401 - YAML
    """Raises TemplateWrong."""
    if written in PLAIN:
        return Trigger(written)
    kinds = [kind for kind in WITH_A_VALUE if isinstance(written, dict) and kind in written]
    if len(kinds) != 1:
        raise TemplateWrong(f"{where}: trigger {written!r} is none. Choose one of {KINDS}.")
    kind = kinds[0]
    options = {name: value for name, value in written.items() if name != kind}
    if unknown := sorted(set(options) - OPTIONS[kind]):
        known = ", ".join(sorted(OPTIONS[kind])) or "no options"
        raise TemplateWrong(
            f"{where}: the trigger's {unknown[0]!r} means nothing. {kind} takes {known}."
        )
    if kind == "events":
        _check_events(where, written[kind])
    return Trigger(kind, written[kind], options)


def sources_of(events: list[str]) -> dict[str, list[str]]:
    """The events, by the service that publishes them."""
    found: dict[str, list[str]] = {}
    for spec in CATALOGUE:
        if spec.detail_type in events:
            found.setdefault(spec.producer, []).append(spec.detail_type)
    return found


def _check_events(where: str, events: Any) -> None:  # noqa: ANN401 - YAML
    known = {spec.detail_type for spec in CATALOGUE}
    if not isinstance(events, list) or not events:
        raise TemplateWrong(f"{where}: events are {events!r}. Write a list of detail-types.")
    if unknown := [each for each in events if each not in known]:
        raise TemplateWrong(
            f"{where}: nobody publishes {unknown[0]!r}. contracts/catalogue.py has"
            f" {', '.join(sorted(known))}."
        )
