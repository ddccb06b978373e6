"""What does not work yet at which partner, and the habit that is the reason."""

from collections.abc import Callable
from dataclasses import dataclass

SMALL_BYTES = 5_000_000


@dataclass(frozen=True)
class Case:
    size: int
    tested: bool

    @property
    def id(self) -> str:
        return f"{self.size}{'' if self.tested else '-untested'}"


CASES = [Case(size, tested) for tested in (True, False) for size in (0, 1, SMALL_BYTES)]

Concerned = Callable[[Case], bool]  # of the cases in which the trouble shows


def always(case: Case) -> bool:
    return True


def with_a_test(case: Case) -> bool:
    return case.tested


ARRIVES, TESTED = "test_every_byte_arrives", "test_the_test_before_it_succeeds"
REPLACED = "test_a_file_is_replaced_where_that_was_asked_for"

TAKEN = "a test whose file is taken away finds that nothing can be overwritten"

TROUBLES: dict[str, dict[str, tuple[str, Concerned]]] = {}


def trouble(partner: str, test: str, case: Case | None) -> str | None:
    """Why that test of that partner has to fail today, if it has to."""
    known = TROUBLES.get(partner, {}).get(test)
    if known is None:
        return None
    why, concerned = known
    return why if case is None or concerned(case) else None
