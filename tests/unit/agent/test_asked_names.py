"""Names that are like what people say, and names that are like each other."""

import pytest

from services.agent.domain.asked import Asking, Verdict, asked_for
from tests.unit.agent.test_asked import TODAY, file, known, partner, transfer


def test_a_name_that_holds_everything_one_may_say_fits_nothing() -> None:
    """Whoever names files cannot make one that is what everybody means."""
    flood = (
        "please send yesterday export report summary invoice data list of orders to acme now/" * 9
    )
    for key in (flood, "export", "send", "to", "send it to acme now.csv", "yesterday"):
        handles = known(file(key), partner("acme", "ACME GmbH"), file("reports/q3 summary.pdf"))
        asking = Asking("send the q3 summary to ACME")
        assert not asked_for(asking, "start", ["obj_1", "dest_1"], handles, {}, TODAY).asked, key
        assert asked_for(asking, "start", ["obj_2", "dest_1"], handles, {}, TODAY).asked, key


@pytest.mark.parametrize(
    "key",
    [
        "inbox/export to ACME",  # as it stands in the sentence
        "inbox/export to ACME.csv",
        "inbox/yesterday's export to ACME.csv",
        "inbox/yesterday's-export-to-ACME.csv",
        "inbox/2026-11-26",
        "inbox/export",
        "inbox/acme",
        "acme/gmbh.csv",
        "inbox/acme-gmbh.csv",
    ],
)
def test_a_file_that_is_called_like_what_people_say_is_not_what_they_mean(key: str) -> None:
    handles = known(file("exports/2026-11-26.csv"), file(key), partner("acme-gmbh", "ACME GmbH"))
    for said in (
        "send yesterday's export to ACME GmbH",
        "send yesterday's export to acme-gmbh",
        "send the export of 2026-11-26 to ACME GmbH",
        "send yesterday's export to ACME.",
    ):
        for used, asked in (("obj_1", True), ("obj_2", False)):
            verdict = asked_for(Asking(said), "start", [used, "dest_1"], handles, {}, TODAY)
            assert verdict.asked is asked, (said, used, verdict)


def test_a_label_names_no_transfer() -> None:
    """Anybody may write any sentence into one, and operators see everybody's."""
    kind, told = transfer("0192cccc", "hr/payroll.csv", "evil")
    handles = known(
        (kind, told | {"label": "transfer to acme"}),
        transfer("0192dddd", "exports/2026-11-20.csv", "acme"),
    )
    for used, asked in (("tra_1", False), ("tra_2", True)):
        verdict = asked_for(
            Asking("retry the transfer to acme"), "retry", [used], handles, {}, TODAY
        )
        assert verdict.asked is asked, used


def test_of_two_files_with_one_name_the_card_says_which_one_it_is() -> None:
    handles = known(
        file("exports/2026-11-26.csv"), file("inbox/2026-11-26.csv"), partner("acme", "ACME")
    )

    def judged(said: str, used: str) -> Verdict:
        return asked_for(Asking(said), "start", [used, "dest_1"], handles, {}, TODAY)

    (caution,) = judged("send 2026-11-26.csv to acme", "obj_2").cautions
    assert "inbox/2026-11-26.csv" in caution
    assert not judged("send exports/2026-11-26.csv to acme", "obj_2").asked
    assert judged("send exports/2026-11-26.csv to acme", "obj_1").cautions == []


def test_of_one_file_there_may_be_several_transfers() -> None:
    handles = known(
        transfer("0192cccc", "exports/2026-11-26.csv", "acme"),
        transfer("0192dddd", "exports/2026-11-26.csv", "beta-north"),
    )

    def judged(said: str, used: str) -> Verdict:
        return asked_for(Asking(said), "cancel", [used], handles, {}, TODAY)

    assert judged("cancel the transfer of 2026-11-26.csv to acme", "tra_1").asked
    assert not judged("cancel the transfer of 2026-11-26.csv to acme", "tra_2").asked
    assert judged("cancel 0192dddd", "tra_2").cautions == []
    (caution,) = judged("cancel the transfer of 2026-11-26.csv", "tra_1").cautions
    assert "0192cccc" in caution, "the card says which one it is"


def test_a_longer_name_that_was_said_is_the_one_that_is_meant() -> None:
    handles = known(
        partner("beta", "Beta"),
        partner("beta-north", "Beta North"),
        file("2026.csv"),
        file("exports/2026.csv"),
    )

    def judged(said: str, *used: str) -> bool:
        return asked_for(Asking(said), "start", used, handles, {}, TODAY).asked

    assert judged("send exports/2026.csv to Beta North", "obj_2", "dest_2")
    assert not judged("send exports/2026.csv to Beta North", "obj_2", "dest_1")
    assert not judged("send exports/2026.csv to Beta North", "obj_1", "dest_2")
    assert judged("send exports/2026.csv to dest_1", "obj_2", "dest_1")

    handles = known(partner("acme", "ACME"), partner("acme-1", "ACME 1"), file("reports/today.csv"))
    for said, used, asked in (
        ("send today.csv to acme", "dest_1", True),
        ("send today.csv to acme", "dest_2", False),
        ("send today.csv to acme-1", "dest_2", True),
        ("send today.csv to ACME 1", "dest_2", True),
        ("send today.csv to acme-1", "dest_1", False),
        ("send today.csv to ACME 1", "dest_1", False),
    ):
        assert judged(said, "obj_1", used) is asked, (said, used)
