"""Names that are like what people say, and names that are like each other."""

import pytest

from services.agent.domain.asked import Asking, Verdict, asked_for
from services.agent.domain.handles import HandleKind
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


@pytest.mark.parametrize(
    ("said", "key", "other"),
    [
        ("send today.csv to demo", "today.csv", "2026-11-27/today.csv"),
        ("send demo-today.csv to demo", "demo-today.csv", "demo/2026-11-27.csv"),
        ("send s3://landing/reports/today.csv to demo", "reports/today.csv", "reports/today.pdf"),
        ("send landing/reports/today.csv to demo", "reports/today.csv", "reports/2026-11-27.csv"),
    ],
)
def test_a_files_name_in_full_is_enough_whatever_words_it_has(
    said: str, key: str, other: str
) -> None:
    handles = known(file(key), file(other), partner("demo", "Demo"))
    verdict = asked_for(Asking(said), "start", ["obj_1", "dest_1"], handles, {}, TODAY)
    assert verdict.asked, verdict.why


def test_a_day_that_is_said_besides_still_counts() -> None:
    handles = known(file("today.csv"), file("2026-11-27/today.csv"), partner("demo", "Demo"))
    for used, asked in (("obj_1", False), ("obj_2", True)):
        said = Asking("send today's today.csv to demo")
        assert asked_for(said, "start", [used, "dest_1"], handles, {}, TODAY).asked is asked, used


COMMON = known(
    file("in/x.csv"),
    partner("partner", "Demo partner"),
    partner("test", "Test"),
    partner("acme", "ACME GmbH"),
    partner("s-1", "New server"),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("send x.csv to partner", "dest_1"),
        ('send x.csv to "partner", please', "dest_1"),
        ("send x.csv to partner and tell me", "dest_1"),
        ("send x.csv to Test.", "dest_2"),
        ("send x.csv to new server now", "dest_4"),
        ("send x.csv to the partner", None),
        ("send x.csv to test the connection", None),
        ("send x.csv to partner-2", None),
        ("send x.csv to partner ACME", "dest_3"),
        ("send x.csv to ACME GmbH, to test", "dest_3"),
        ("send x.csv to ACME, it is only a test", "dest_3"),
        ("send x.csv to ACME, not to partner", "dest_3"),
    ],
)
def test_a_destination_that_is_called_by_a_common_word_is_named_where_to_it_ends(
    said: str, meant: str | None
) -> None:
    verdicts = {
        used: asked_for(Asking(said), "start", ["obj_1", used], COMMON, {}, TODAY)
        for used in ("dest_1", "dest_2", "dest_3", "dest_4")
    }
    assert [used for used, each in verdicts.items() if each.asked] == [meant] * (meant is not None)
    assert meant is not None or "end with: to partner" in verdicts["dest_1"].why
    assert meant != "dest_1" or not verdicts["dest_1"].cautions


def test_a_folder_may_be_called_latest_or_failed() -> None:
    folders = [(HandleKind.FOLDER, {"bucket": "b", "prefix": p}) for p in ("latest/", "failed/")]
    handles = known(*folders, partner("acme", "ACME"))
    for used, said in (("fold_1", "send latest/ to acme"), ("fold_2", "send failed/ to acme")):
        assert asked_for(Asking(said), "start", [used, "dest_1"], handles, {}, TODAY).asked


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
