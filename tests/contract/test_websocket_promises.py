"""What docs/websocket.md promises is what the services do."""

from contracts.websocket import limits
from contracts.websocket.codes import CLOSING_CODES, ERROR_CODES
from services.auth.domain.ticket import LIFETIME
from services.progress.domain import connection, errors
from services.progress.domain.telling import PACE
from services.progress.domain_services import frames
from services.progress.handlers import client_text

ANSWERED: tuple[type[errors.ProgressError], ...] = (
    *errors.Refused.__subclasses__(),
    errors.ConnectionBusy,
    errors.StatesNotRead,
)
ENDING: tuple[type[errors.ProgressError], ...] = (
    errors.SessionOver,
    errors.RightsChanged,
    errors.ConnectionOver,
    errors.TooSlow,
)


def test_the_limits_are_those_of_the_service() -> None:
    assert connection.MAX_OF_A_USER == limits.MAX_CONNECTIONS
    assert connection.MAX_WATCHES == limits.MAX_WATCHES
    assert connection.MAX_ASKED == limits.MAX_SUBSCRIBES
    assert connection.ASKED_WITHIN.total_seconds() == limits.SUBSCRIBES_SECONDS
    assert connection.LASTS.total_seconds() == limits.MAX_CONNECTION_SECONDS
    assert LIFETIME.total_seconds() == limits.TICKET_SECONDS
    assert 1 / PACE.total_seconds() == limits.MAX_DELTAS_PER_SECOND


def test_frames_are_as_large_as_both_sides_may_make_them() -> None:
    assert client_text.MAX_BYTES == limits.MAX_FRAME_BYTES
    assert frames.MAX_BYTES < limits.MAX_FRAME_BYTES


def test_every_code_of_an_error_is_told_and_none_that_is_never_sent() -> None:
    assert {each.code for each in ANSWERED} == set(ERROR_CODES)
    assert {each.code for each in ENDING} == set(CLOSING_CODES)
