"""The people of the browser tests, and what they find."""

from dataclasses import dataclass

from tests.stack.people import EVERYTHING, Person
from tests.stack.running import Running


@dataclass(frozen=True)
class World:
    """`boss` is the admin, `ada` sends files, `olga` operates and sends, `aud` only looks."""

    running: Running
    boss: Person
    ada: Person
    olga: Person
    aud: Person


def build(running: Running) -> World:
    create = running.people.create
    return World(
        running,
        running.people.admin,
        create("ada.lovelace", "user", grants=EVERYTHING),
        create("olga.operator", "operator", "user", grants=EVERYTHING),
        create("aud.itor", "auditor"),
    )
