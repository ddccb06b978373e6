"""The awkward double counts what it is asked, and lets in nobody who asks for no habit it has."""

from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import PasswordRejected
from services.transfer.domain.status import Status
from tests.doubles.awkward_sftp import PASSWORD
from tests.doubles.habits import Habit
from tests.servers.awkward import awkward_program
from tests.servers.partners import Needs, awkward
from tests.servers.sites import destination, sftp_partners
from tests.servers.system_user import SystemUser
from tests.servers.waiting import wait_for
from tests.servers.whole_transfer import deliver


def test_it_counts_logins_and_calls_of_each_user(tmp_path: Path, server_user: SystemUser) -> None:
    habits = (Habit.NO_READ, Habit.NO_SETSTAT)
    with awkward_program(tmp_path) as program:
        with awkward(*habits)(Needs(server_user, program)) as partner:
            sent = deliver(partner, 1, tested=False)
            logins = sent.calls["partner.connect"]
            wait_for(lambda: program.counts(habits)["login"] == logins, f"{logins} logins counted")
        assert sent.transfer.status is Status.COMPLETED
        assert program.counts(habits)["write"] == 1
        assert program.counts(()) == {}


def test_an_unknown_habit_is_no_user(tmp_path: Path) -> None:
    with awkward_program(tmp_path) as program:
        target = destination(program.port, "no-such-habit", "/in", program.host_keys)
        with pytest.raises(PasswordRejected):
            sftp_partners().connect(target, Credential(password=PASSWORD))
