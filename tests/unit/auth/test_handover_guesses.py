"""Who guesses the code of a handover has to wait, as who guesses a password."""

import pytest

from services.auth.domain.errors import HandoverRefused, TooManyAttempts
from services.auth.domain.handover import HandoverCode, read_code
from services.auth.use_cases.redeem_handover import UNKNOWN
from tests.fakes.auth_world import AuthWorld
from tests.unit.auth.handing_over import AGENT, asking, code_of, redeem, refused

ELSEWHERE = "203.0.113.1"
FOREIGN = HandoverCode("ann", "f" * 32).text


def guess(world: AuthWorld, source_ip: str, code: str = FOREIGN) -> bool:
    """Whether the guess was looked at."""
    try:
        redeem(world, code, source_ip)
    except HandoverRefused:
        return True
    except TooManyAttempts:
        return False
    raise AssertionError("a guess was right")


def test_guesses_have_to_wait_as_those_of_a_password_and_only_where_they_come_from() -> None:
    world = AuthWorld()
    code = code_of(world, asking(world))
    assert [guess(world, ELSEWHERE) for _ in range(7)] == [True] * 5 + [False] * 2
    world.pass_time(1)
    assert [guess(world, ELSEWHERE) for _ in range(2)] == [True, False]
    with pytest.raises(TooManyAttempts):
        redeem(world, code, ELSEWHERE)
    assert redeem(world, code, AGENT)


def test_guesses_at_once_get_no_more_tries_than_one_after_the_other() -> None:
    world = AuthWorld()
    code_of(world, asking(world))
    looked: list[bool] = []

    def rival() -> None:
        looked.append(guess(world, ELSEWHERE))

    for number in range(1, 9):
        world.calls.before("attempts.save", rival, number)
    looked += [guess(world, ELSEWHERE) for _ in range(4)]
    assert sum(looked) == 5


def test_where_no_code_is_open_a_guess_writes_nothing() -> None:
    world = AuthWorld()
    for user in ("ann", "nobody.of.that.name"):
        for _ in range(20):
            assert refused(world, HandoverCode(user, "f" * 32).text) == UNKNOWN
    assert world.attempts.rows == {}


def test_a_right_code_takes_its_tries_back() -> None:
    world = AuthWorld()
    for _ in range(12):
        assert redeem(world, code_of(world, asking(world)))


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "x", "YW5u", "YW5u.", ".f", "YW5u.f.f", "YW5u.é", "YW5u.f\n", "YW5v=.f", "=.f"),
        *("YW5v.f", "YW5-.f", "QU5O.f", "Li4.f", f"{'YW5u' * 22}.f", f"YW5u.{'f' * 129}", "\x00.f"),
    ],
)
def test_what_is_no_code_is_refused_like_one_that_nobody_knows(text: str) -> None:
    world = AuthWorld()
    code_of(world, asking(world))
    assert refused(world, text) == UNKNOWN


def test_a_name_is_spelled_in_one_way() -> None:
    assert read_code(HandoverCode("ann", "f").text) == HandoverCode("ann", "f")
    assert HandoverCode("ann", "f").text == "YW5u.f"
    ab = HandoverCode("ab", "f").text
    assert read_code(ab) == HandoverCode("ab", "f")
    assert read_code(ab.replace("I.", "J.")) is None  # the same bytes in base64
