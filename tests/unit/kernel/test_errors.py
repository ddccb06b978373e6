"""A declared error is made of its fields, and a template that cannot be filled is no class."""

import copy
import pickle

import pytest

from kernel import refusals
from kernel.errors import DeclaredError


class ShelfError(DeclaredError):
    status = 400


class BookMissing(ShelfError):
    code, retryable = "book_missing", True
    message = "Shelf {shelf:03d} holds no {title!r}: {advice}"
    title: str
    shelf: int

    @property
    def advice(self) -> str:
        return f"look at {self.shelf + 1}."


class VolumeMissing(BookMissing):
    code, status = "volume_missing", 404
    message = "Volume {volume} of {title!r} is gone."
    volume: int


class ShelfLocked(ShelfError):
    code = "shelf_locked"
    message = "Locked {{until}} noon."


class FieldInvalid(refusals.FieldInvalid, ShelfError):
    """In the tree of its service."""


def test_the_message_is_made_of_fields_and_properties() -> None:
    error = BookMissing("Emma", 7)
    assert str(error) == "Shelf 007 holds no 'Emma': look at 8."
    assert (error.title, error.shelf) == ("Emma", 7)
    assert (error.code, error.status, error.retryable) == ("book_missing", 400, True)
    assert str(ShelfLocked()) == "Locked {until} noon."


def test_fields_are_given_by_place_or_by_name() -> None:
    by_name = BookMissing(shelf=7, title="Emma")
    assert vars(by_name) == vars(BookMissing("Emma", shelf=7)) == vars(BookMissing("Emma", 7))


def test_a_value_that_looks_like_a_template_stays_as_it_is() -> None:
    assert str(BookMissing("{shelf} {0} {", 7)) == "Shelf 007 holds no '{shelf} {0} {': look at 8."


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        (("Emma",), {}),
        (("Emma", 7, 8), {}),
        (("Emma", 7), {"shelf": 7}),
        (("Emma",), {"title": "Emma"}),
        (("Emma",), {"row": 7}),
    ],
)
def test_each_field_is_given_exactly_once(
    values: tuple[object, ...], named: dict[str, object]
) -> None:
    make: type[Exception] = BookMissing
    with pytest.raises(TypeError, match="title, shelf"):
        make(*values, **named)


def test_fields_of_the_parent_come_first() -> None:
    error = VolumeMissing("Emma", 7, 2)
    assert str(error) == "Volume 2 of 'Emma' is gone."
    assert (error.title, error.shelf, error.volume) == ("Emma", 7, 2)


def test_nothing_shows_more_of_it_than_its_message() -> None:
    """Fields that the message leaves out may be for our logs only."""
    assert (
        repr(VolumeMissing("Emma", 1234, 2)) == """VolumeMissing("Volume 2 of 'Emma' is gone.")"""
    )


def test_it_survives_pickling_and_copying_with_its_notes() -> None:
    error = VolumeMissing("Emma", 7, 2)
    error.add_note("seen on Monday")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - ours
        assert (type(other), str(other), vars(other)) == (VolumeMissing, str(error), vars(error))


def test_a_message_that_names_no_field_of_the_class_is_refused_with_the_class() -> None:
    with pytest.raises(TypeError, match=r"Wrong\.message names 'tilte'"):

        class Wrong(ShelfError):
            message = "There is no {tilte!r}."
            title: str


def test_what_every_service_refuses_is_caught_by_each_ones_tree() -> None:
    error = FieldInvalid("grants", "9 bytes", "Send less.")
    assert isinstance(error, ShelfError)
    assert str(error) == "grants: '9 bytes' cannot be used. Send less."
    assert (error.code, error.status) == ("field_invalid", 400)


def test_any_of_the_roles_would_do() -> None:
    said = str(refusals.RoleMissing(("operator", "admin")))
    assert said == "This needs the role operator or admin. Ask an admin."
