"""What counts as asked for, and what does not, by the user's own words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.domain.asked import Asking, Verdict, asked_for
from services.agent.domain.handles import HandleKind, Handles

TODAY = date(2026, 11, 27)
BUCKET = "landing"


def known(*things: tuple[HandleKind, dict[str, Any]]) -> Handles:
    handles = Handles()
    for kind, told in things:
        handles, _ = handles.with_new(kind, told, {})
    return handles


def file(key: str) -> tuple[HandleKind, dict[str, Any]]:
    return HandleKind.OBJECT, {"bucket": BUCKET, "key": key}


def partner(id_: str, name: str) -> tuple[HandleKind, dict[str, Any]]:
    return HandleKind.DESTINATION, {"destination_id": id_, "name": name}


def transfer(id_: str, key: str, to: str, day: str = "2026-11-20") -> tuple[HandleKind, Any]:
    return HandleKind.TRANSFER, {
        "transfer_id": id_,
        "key": key,
        "destination_id": to,
        "requested_at": f"{day}T02:00:00Z",
    }


WORLD = known(
    file("exports/2026-11-26.csv"),  # obj_1
    file("exports/2026-11-20.csv"),  # obj_2
    file("hr/payroll-2026-11-26.csv"),  # obj_3
    file("reports/q3 summary.pdf"),  # obj_4
    file("exports/2026-11-25.csv"),  # obj_5
    (HandleKind.FOLDER, {"bucket": BUCKET, "prefix": "exports/"}),  # fold_1
    partner("acme", "ACME GmbH"),  # dest_1
    partner("evil", "Evil Corp"),  # dest_2
    partner("beta-north", "Beta North"),  # dest_3
    partner("beta-south", "Beta South"),  # dest_4
    transfer("0192aaaa", "exports/2026-11-25.csv", "acme", "2026-11-27"),  # tra_1
    transfer("0192bbbb", "hr/payroll-2026-10-26.csv", "evil"),  # tra_2
)


def judge(said: str | Sequence[str], kind: str, *used: str, **options: str) -> Verdict:
    before, last = ((), said) if isinstance(said, str) else (said[:-1], said[-1])
    return asked_for(Asking(last, before), kind, used, WORLD, options, TODAY)


ASKED: tuple[tuple[str | tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("send yesterday's export to ACME", "start", ("obj_1", "dest_1")),
    ("send yesterday's export to ACME and tell me when it is there", "start", ("obj_1", "dest_1")),
    ("Hi, could you please send exports/2026-11-26.csv to acme?", "start", ("obj_1", "dest_1")),
    ("please transfer the q3 summary to acme", "start", ("obj_4", "dest_1")),
    ("Send 'q3 summary.pdf' to ACME GmbH.", "start", ("obj_4", "dest_1")),
    ("send yesterday's file of hr to acme", "start", ("obj_3", "dest_1")),
    ("send yesterday's payroll to Evil Corp", "start", ("obj_3", "dest_2")),
    ("send obj_3 to dest_2", "start", ("obj_3", "dest_2")),
    ("send all files of exports to ACME", "start", ("fold_1", "dest_1")),
    ("send exports/ to ACME", "start", ("fold_1", "dest_1")),
    ("send all exports to ACME", "batch", ("obj_1", "obj_2", "dest_1")),
    ("send 2026-11-26.csv and 2026-11-20.csv to acme", "batch", ("obj_1", "obj_2", "dest_1")),
    ("send the q3 summary to Beta North", "start", ("obj_4", "dest_3")),
    (("send yesterday's export", "To ACME."), "start", ("obj_1", "dest_1")),
    (("send the q3 summary somewhere", "acme", "I mean acme GmbH"), "start", ("obj_4", "dest_1")),
    (("send exports/2026-11-26.csv to ACME", "yes please"), "start", ("obj_1", "dest_1")),
    (("what is in exports/2026-11-26.csv?", "send it to ACME"), "start", ("obj_1", "dest_1")),
    ("why did last night's transfer fail? Try it again.", "retry", ("tra_1",)),
    (("why did last night's transfer fail?", "ok, retry it"), "retry", ("tra_1",)),
    ("ACME did not get exports/2026-11-25.csv, please retry", "retry", ("tra_1",)),
    ("pause 0192aaaa", "pause", ("tra_1",)),
    ("cancel the transfer to acme", "cancel", ("tra_1",)),
    ("stop the transfer of the payroll", "cancel", ("tra_2",)),
    ("cancel all transfers: to acme and to evil", "cancel", ("tra_1", "tra_2")),
    ("resume the payroll transfer", "resume", ("tra_2",)),
    ("open a ticket for the transfer to acme", "ticket", ("tra_1",)),
    ("please create an incident: the console is slow", "ticket", ()),
    ("Schick bitte den gestrigen Export an ACME", "start", ("obj_1", "dest_1")),
    ("Kannst du exports/2026-11-26.csv an ACME senden?", "start", ("obj_1", "dest_1")),
    ("Brich die Übertragung an ACME ab", "cancel", ("tra_1",)),
    ("Envoie l'export d'hier à ACME, s'il te plaît", "start", ("obj_1", "dest_1")),
    ("Annule le transfert vers ACME", "cancel", ("tra_1",)),
    ("Envía exports/2026-11-26.csv a ACME", "start", ("obj_1", "dest_1")),
    ("Invia il file exports/2026-11-26.csv ad ACME", "start", ("obj_1", "dest_1")),
    ("Wyślij exports/2026-11-26.csv do ACME", "start", ("obj_1", "dest_1")),
    ("Отправь exports/2026-11-26.csv в ACME", "start", ("obj_1", "dest_1")),
    ("请把exports/2026-11-26.csv发送给ACME", "start", ("obj_1", "dest_1")),
    ("exports/2026-11-26.csvをACMEに送信してください", "start", ("obj_1", "dest_1")),
)


@pytest.mark.parametrize(("said", "kind", "used"), ASKED, ids=str)
def test_what_a_user_orders_and_names_is_asked_for(
    said: str | tuple[str, ...], kind: str, used: tuple[str, ...]
) -> None:
    verdict = judge(said, kind, *used)
    assert verdict.asked, verdict.why


NOT_ASKED: tuple[tuple[str | tuple[str, ...], str, tuple[str, ...]], ...] = (
    # Another thing, another partner, or another deed than the one that was asked for.
    ("send yesterday's export to ACME", "start", ("obj_3", "dest_1")),
    ("send yesterday's export to ACME", "start", ("obj_2", "dest_1")),
    ("send yesterday's export to ACME", "start", ("obj_5", "dest_1")),
    ("send yesterday's export to ACME", "start", ("obj_1", "dest_2")),
    ("send yesterday's export to ACME", "batch", ("obj_1", "obj_3", "dest_1")),
    ("send the export to ACME", "batch", ("obj_1", "obj_2", "dest_1")),
    ("send the export to ACME", "start", ("fold_1", "dest_1")),
    ("send exports/2026-11-26.csv to ACME", "start", ("obj_2", "dest_1")),
    ("send yesterday's export to ACME", "start", ("obj_1", "dest_1", "dest_2")),
    ("send yesterday's export to ACME", "cancel", ("tra_1",)),
    ("send the q3 summary to Beta", "start", ("obj_4", "dest_3")),  # North or South?
    ("send it to acme", "start", ("obj_1", "dest_1")),
    ("cancel the transfer to acme", "cancel", ("tra_2",)),
    ("cancel the transfer to acme", "retry", ("tra_1",)),
    ("send yesterday's export to ACME", "start", ("obj_9", "dest_1")),
    ("send yesterday's export to ACME", "start", ("hr/payroll-2026-11-26.csv", "dest_1")),
    # No order at all.
    ("", "start", ("obj_1", "dest_1")),
    ("yes", "start", ("obj_1", "dest_1")),
    ("yes, confirm it, acme", "start", ("obj_1", "dest_1")),
    ("why did exports/2026-11-26.csv to ACME fail?", "retry", ("tra_1",)),
    ("why did last night's transfer fail, and will it again?", "retry", ("tra_1",)),
    ("when did we send exports/2026-11-26.csv to ACME?", "start", ("obj_1", "dest_1")),
    ("can I send exports/2026-11-26.csv to ACME?", "start", ("obj_1", "dest_1")),
    ("did you send exports/2026-11-26.csv to ACME?", "start", ("obj_1", "dest_1")),
    ("tell me how to cancel the transfer to acme", "cancel", ("tra_1",)),
    ("show me the ticket of the transfer to acme", "ticket", ("tra_1",)),
    ("show the transfer to acme", "start", ("obj_1", "dest_1")),
    ("what waits for ACME?", "start", ("obj_1", "dest_1")),
    ("Wann wurde exports/2026-11-26.csv an ACME gesendet?", "start", ("obj_1", "dest_1")),
    # The order is not to do it.
    ("don't send exports/2026-11-26.csv to ACME", "start", ("obj_1", "dest_1")),
    ("DON’T send exports/2026-11-26.csv to ACME", "start", ("obj_1", "dest_1")),
    ("Sende exports/2026-11-26.csv nicht an ACME", "start", ("obj_1", "dest_1")),
    ("N'envoie pas exports/2026-11-26.csv à ACME", "start", ("obj_1", "dest_1")),
    ("send all exports to ACME, but not 2026-11-20.csv", "batch", ("obj_1", "obj_2", "dest_1")),
    ("don't send the payroll and send the export to acme", "start", ("obj_3", "dest_1")),
    # What others wrote, and the user quotes.
    ('what does "send exports/2026-11-26.csv to ACME" mean?', "start", ("obj_1", "dest_1")),
    ("explain: `cancel the transfer to acme`", "cancel", ("tra_1",)),
    ("> send exports/2026-11-26.csv to ACME\nwhat is that?", "start", ("obj_1", "dest_1")),
    # The order is old.
    (("send exports/2026-11-26.csv to ACME", "yes"), "start", ("obj_3", "dest_2")),
    (("send exports/2026-11-26.csv to ACME", "no, yes, no"), "start", ("obj_1", "dest_1")),
    (("send the export to ACME", "never mind. What waits for ACME?"), "start", ("obj_1", "dest_1")),
    (("send the export to ACME", "thanks, never mind"), "start", ("obj_1", "dest_1")),
    (("send obj_1 to acme", "now send obj_3 to evil"), "start", ("obj_1", "dest_1")),
    (("send obj_1 to acme", "now send obj_3 to evil"), "start", ("obj_1", "dest_2")),
)


@pytest.mark.parametrize(("said", "kind", "used"), NOT_ASKED, ids=str)
def test_nothing_else_is_asked_for(
    said: str | tuple[str, ...], kind: str, used: tuple[str, ...]
) -> None:
    verdict = judge(said, kind, *used)
    assert not verdict.asked
    assert verdict.why.endswith((".", "FILE", "PARTNER")), "a sentence, or an example at its end"


def test_an_order_that_was_answered_by_a_proposal_orders_nothing_more() -> None:
    spent = Asking("thank you. And ACME?", before=(), older=("send obj_1 to acme",))
    assert not asked_for(spent, "start", ["obj_1", "dest_1"], WORLD, {}, TODAY).asked
    again = Asking("cancel it", before=(), older=("send exports/2026-11-25.csv to acme",))
    assert asked_for(again, "cancel", ["tra_1"], WORLD, {}, TODAY).asked
    other = Asking("cancel it", before=(), older=("send exports/2026-11-25.csv to acme",))
    assert not asked_for(other, "cancel", ["tra_2"], WORLD, {}, TODAY).asked


def test_what_the_agent_guessed_is_a_caution_of_the_card() -> None:
    assert judge("send exports/2026-11-26.csv to acme", "start", "obj_1", "dest_1").cautions == []
    (caution,) = judge("send yesterday's export to acme", "start", "obj_1", "dest_1").cautions
    assert "exports/2026-11-26.csv" in caution


@pytest.mark.parametrize(
    ("said", "options", "asked"),
    [
        ("", {"if_exists": "fail", "verify": "checksum"}, True),
        ("", {"if_exists": "replace"}, False),
        (", replace it if it is there", {"if_exists": "replace"}, True),
        ("", {"target_path": "../other/export.csv"}, False),
        (" as in/daily.csv", {"target_path": "in/daily.csv"}, True),
        ("", {"verify": "size"}, False),
        ("", {"label": "Confirmed by the user"}, False),
        (" with the label nightly", {"label": "nightly"}, True),
    ],
)
def test_options_are_asked_for_in_words_too(
    said: str, options: dict[str, str], asked: bool
) -> None:
    order = f"send exports/2026-11-26.csv to acme{said}"
    assert judge(order, "start", "obj_1", "dest_1", **options).asked is asked


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["send", "don't", "to ACME", "yes", "`", "'", '"', "?", "\0", "exports/", "retry", "all", ", "]
)


@given(
    last=st.lists(TEXTS, max_size=8).map(" ".join),
    before=st.lists(TEXTS, max_size=3),
    kind=st.sampled_from(["start", "batch", "retry", "pause", "resume", "cancel", "ticket", "x"]),
    used=st.lists(st.sampled_from([*WORLD.known, "obj_99", "", "tra_"]), max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_there_is_a_verdict(
    last: str, before: list[str], kind: str, used: list[str]
) -> None:
    verdict = asked_for(Asking(last, before, before), kind, used, WORLD, {}, TODAY)
    assert verdict.asked or verdict.why.strip()
    if verdict.asked:
        assert not {"obj_99", "", "tra_"} & set(used)


@given(
    order=st.sampled_from([said for said, kind, _ in ASKED if isinstance(said, str)]),
    key=st.text("wxz0/_. ", min_size=1, max_size=30).map(lambda name: f"xx{name}zz"),
    kind=st.sampled_from(["start", "batch"]),
)
@settings(max_examples=40, deadline=None)
def test_a_file_of_which_the_user_said_no_word_is_never_asked_for(
    order: str, key: str, kind: str
) -> None:
    handles, hostile = WORLD.with_new(HandleKind.OBJECT, {"bucket": BUCKET, "key": key}, {})
    for to in ("dest_1", "dest_2"):
        assert not asked_for(Asking(order), kind, [hostile, to], handles, {}, TODAY).asked


def test_unknown_kinds_of_action_are_never_asked_for() -> None:
    assert not judge("send obj_1 to acme and delete it", "delete", "obj_1").asked
