"""The brain of the demo: rules for what people say to the agent in docs/demo.md.

    send the report of today to the demo partner      how long will the measurements take to demo?
    why did the last transfer fail?                   what waits for demo?
    cancel transfer 7d1f... (retry, pause, resume)    may I send to demo?
    which buckets (files, destinations, transfers) are there?

A rule asks for what it needs as if it were there. What is not there yet becomes the use of a tool.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from tests.doubles.bedrock_moves import Json, Moves, Request, Say, Use

WORD = re.compile(r"[a-z0-9]+")
STOP_WORDS = frozenset(
    WORD.findall(
        "a all an and are as at by can do does file files for from give how i in is it its last"
        " latest long many may me my newest object of on our please s send take tell that the their"
        " there to up what when where which who will with would you"
    )
)
MOST_FOLDERS = 2  # there are eight rounds
STEERED = ("retry", "pause", "resume", "cancel")
CONFIRM = "Look at the card, and confirm it there if it is what you want."
TELL_THEM = "Tell them: "  # how the tool ends what is for the model
HELP = (
    "I can look at buckets, files, destinations and transfers, say why a transfer failed and how"
    " long one will take, and propose to send something. I am a program of rules that stands in for"
    " a model, so say it in simple words: send today.csv to demo."
)


class _Wants(Exception):
    """The rule needs what this tool tells."""

    def __init__(self, use: Use) -> None:
        self.use = use


class _Over(Exception):
    """The rule has nothing more to do. The message is what is said."""


def demo(request: Request) -> Moves:
    said = request.asked.lower()
    rule = next((rule for pattern, rule in RULES if re.search(pattern, said)), None)
    try:
        return [Say(say=rule(request, said) if rule else HELP)]
    except _Wants as wants:
        return [wants.use]
    except _Over as over:
        return [Say(say=str(over))]


def _told(request: Request, tool: str, **asked: Any) -> Json:  # noqa: ANN401 - JSON
    for each in request.results:
        if (each.name, each.asked) == (tool, asked):
            if each.failed:
                raise _Over(f"That did not work: {_problem(each.told)}")
            found: Json = each.told
            return found
    raise _Wants(Use(use=tool, asked=asked))


def _problem(told: Any) -> str:  # noqa: ANN401 - JSON
    """What of it is for the user: the rest tells a model what to do."""
    said = str(told.get("problem", told) if isinstance(told, Mapping) else told)
    return said.rpartition(TELL_THEM)[2]


def _again(request: Request, _: str) -> str:
    """'Yes' confirms nothing. What was proposed last is proposed once more, so that its card is
    shown again (docs/adr/0072)."""
    made = [each for each in request.all_results if each.name == "propose" and not each.failed]
    asked = made[-1].asked if made else None
    if asked is None:
        return "Nothing was proposed here. Say in one message what you want to be done."
    return f"{_told(request, 'propose', **asked)['proposal']}. {CONFIRM}"


def _send(request: Request, said: str) -> str:
    what, _, where = said.partition(" to ")
    destination = _destination(request, where)
    more = {"if_exists": "replace"} if "replac" in said else {}
    found = _object(request, what)
    proposed = _told(
        request,
        "propose",
        action="start",
        objects=[found["handle"]],
        destination=destination["handle"],
        **more,
    )
    return f"{proposed['proposal']}. {CONFIRM}"


def _estimate(request: Request, said: str) -> str:
    what, _, where = said.rpartition(" to ")
    destination, found = _destination(request, where), _object(request, what)
    told = _told(request, "estimate", destination=destination["handle"], object=found["handle"])
    if told.get("seconds") is None:
        return f"I do not know yet how long {found['key']} will take to {destination['id']}."
    return (
        f"{found['key']} will take about {told['seconds']} s to {destination['id']}, most likely"
        f" {told['low_seconds']} to {told['high_seconds']} s. {told['counted']} transfers tell it."
    )


def _why(request: Request, _: str) -> str:
    failed = _told(request, "list_transfers", status="failed", order="newest")["transfers"]
    if not failed:
        return "None of your transfers failed."
    details = _told(request, "transfer_details", transfer=failed[0]["handle"])
    failure = details.get("failure") or {}
    advice = _told(request, "reason_advice", code=failure.get("code", "unknown"))
    return f"{details['id']}: {failure.get('message')} {advice['what_to_do']}"


def _waits(request: Request, said: str) -> str:
    destination = _destination(request, said.rpartition(" for ")[2])
    told = _told(request, "waiting_for", destination=destination["handle"])
    return (
        f"{told.get('in_use')} of {told.get('max_sessions')} sessions with {destination['id']} are"
        f" in use, and {len(told['wait_in_line'])} wait in line."
    )


def _steer(request: Request, said: str) -> str:
    """The transfer whose id was said, or else the newest."""
    action = next(each for each in STEERED if each in said)
    transfers = _told(request, "list_transfers", order="newest")["transfers"]
    if not transfers:
        return "You have no transfer yet."
    meant = next((each for each in transfers if str(each["id"]).lower() in said), transfers[0])
    proposed = _told(request, "propose", action=action, transfer=meant["handle"])
    return f"{proposed['proposal']}. {CONFIRM}"


def _ticket(request: Request, _: str) -> str:
    proposed = _told(request, "propose", action="ticket")
    return f"{proposed['proposal']}. {CONFIRM}"


def _may(request: Request, said: str) -> str:
    destination = _destination(request, said.rpartition(" to ")[2])
    told = _told(request, "check_access", destination=destination["handle"])
    return "Yes, you may." if told["may_send"] else " ".join(map(str, told["missing"]))


def _list(request: Request, said: str) -> str:
    if "bucket" in said:
        return _names("Buckets", _told(request, "list_buckets")["buckets"], "name")
    if "file" in said or "object" in said:
        return _names("Files", _files(request), "key")
    if "transfer" in said:
        transfers = _told(request, "list_transfers", order="newest")["transfers"]
        return _names("Transfers", transfers, "id")
    destinations = _told(request, "list_destinations")["destinations"]
    return _names("Destinations", destinations, "id")


RULES: Sequence[tuple[str, Callable[[Request, str], str]]] = (
    (r"^\W*(yes|yep|ok|okay|sure|ja|oui)\b(\W+(please|go|on|do|it|confirm|i))*\W*$", _again),
    (r"\bwhy\b", _why),
    (r"\bhow long\b", _estimate),
    (r"\b(may|can|allowed)\b.*\bto\b", _may),
    (r"\bwait", _waits),
    (r"\b(send|copy|upload|deliver)\b.* to ", _send),
    (rf"\b({'|'.join(STEERED)})\b", _steer),
    (r"\bticket\b", _ticket),
    (r"\b(list|which|show|what)\b", _list),
)


def _names(what: str, rows: Sequence[Json], name: str) -> str:
    return f"{what}: {', '.join(str(each[name]) for each in rows) or 'none'}."


def _destination(request: Request, said: str) -> Json:
    found = _told(request, "list_destinations")["destinations"]
    return _meant(said, found, ("id", "name"), "destination")


def _object(request: Request, said: str) -> Json:
    return _meant(said, _files(request), ("key",), "file")


def _files(request: Request) -> list[Json]:
    """Of all buckets, the newest first. Whoever may send only what is in some folders of a bucket
    is told these folders."""
    found: list[Json] = []
    for bucket in _told(request, "list_buckets")["buckets"]:
        listed = [_below(request, bucket=bucket["handle"])]
        folders = listed[0].get("folders", [])[:MOST_FOLDERS]
        listed += [_below(request, folder=each["handle"]) for each in folders]
        found += [file for each in listed for file in each["files"]]
    return sorted(found, key=lambda each: str(each.get("last_modified")), reverse=True)


def _below(request: Request, **place: str) -> Json:
    return _told(request, "list_files", **place, everything_below=True, order="newest")


def _meant(said: str, rows: Sequence[Json], names: Sequence[str], what: str) -> Json:
    """The row that shares most words with what was said; of two alike, the first."""
    wanted = set(WORD.findall(said)) - STOP_WORDS

    def shared(row: Mapping[str, Any]) -> int:
        words = set(WORD.findall(" ".join(str(row.get(name)) for name in names).lower()))
        return len({each for each in wanted if any(_alike(each, word) for word in words)})

    best = max(rows, key=shared, default=None)
    if best is None or not shared(best):
        _not_found(what, wanted)
    return best


def _alike(wanted: str, word: str) -> bool:
    """Also 'report' and 'reports'."""
    return wanted == word or (len(wanted) > 3 and word.startswith(wanted[:-1]))


def _not_found(what: str, wanted: set[str]) -> NoReturn:
    raise _Over(f"I find no {what} that fits {' '.join(sorted(wanted)) or 'that'}.")
