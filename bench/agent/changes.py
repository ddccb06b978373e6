"""What a golden conversation may begin with, and what may happen between its messages."""

from collections.abc import Callable, Mapping
from typing import Any

from bench.agent.play import Play
from bench.agent.world import World, usual
from contracts.destination_views import HostKeyView


def prepared(told: Mapping[str, Any]) -> World:
    """The usual world with another user, or with other roles or grants."""
    world = usual()
    world.user = told.get("user", world.user)
    world.roles = tuple(told.get("roles", world.roles))
    world.granted = tuple(told.get("granted", world.granted))
    return world


def _replaced(play: Play, key: str) -> None:
    play.world.file(key, etag="e2")


def _other_host_key(play: Play, id_: str) -> None:
    before = play.world.destinations[id_]
    keys = (HostKeyView(key="ssh-ed25519 BBBB", fingerprint="SHA256:other"),)
    play.world.destinations[id_] = before.model_copy(update={"host_keys": keys})


def _not_granted(play: Play, id_: str) -> None:
    play.world.granted = tuple(each for each in play.world.granted if each != id_)


def _completed(play: Play, id_: str) -> None:
    before = play.world.transfers[id_]
    play.world.transfers[id_] = before.model_copy(update={"status": "completed"})


def _lose_an_answer(play: Play, _: object) -> None:
    play.rest.loses_next = True


CHANGES: Mapping[str, Callable[[Play, Any], None]] = {
    "replaced": _replaced,
    "other_host_key": _other_host_key,
    "not_granted": _not_granted,
    "completed": _completed,
    "lose_an_answer": _lose_an_answer,
}
