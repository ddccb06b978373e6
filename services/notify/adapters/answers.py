"""What answers over HTTP mean for a message: the errors of the domain for what came back."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from kernel.shown_names import sentence
from runtime.guarded_http import AddressNotCalled, AnswerLost, GuardedHttp, HttpAnswer, NotSent
from services.notify.domain.channel import Secrets
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)

MOST_SAID = 200  # characters of an answer that are kept
SHORTEST_SECRET = 6  # characters of a part of an address; shorter ones are words such as 'hooks'
MOST_WAIT_SECONDS = 6 * 3_600.0  # whoever asks for longer is asked again then
ADDRESS = re.compile(r"https?://\S+|[^\s@<>]+@[^\s@<>]+", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
REDIRECTS = range(300, 400)
DEAD = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.GONE,
    }
)
MOVED = "It sends callers on to another address. Save that address instead."
FORBIDDEN = "Save an address that begins with https:// and is reachable from the internet."
NO_ADDRESS = "Its address is missing. Save the address again."
Now = Callable[[], datetime]


@dataclass(frozen=True)
class Call:
    url: str
    headers: Mapping[str, str]
    body: bytes


def posted(http: GuardedHttp, call: Call) -> HttpAnswer:
    """Makes the call once. Raises SendError where no answer came."""
    try:
        return http.send("POST", call.url, call.headers, call.body)
    except AddressNotCalled as error:
        raise ChannelDead(error.host, None, error.reason, FORBIDDEN) from None
    except NotSent as error:
        raise NotYet(error.host, error.reason, None) from None
    except AnswerLost as error:
        raise OutcomeUnclear(error.host, error.reason) from None


def address_of(secrets: Secrets) -> str:
    """Raises ChannelDead where the channel has none."""
    if secrets.address is None:
        raise ChannelDead("", None, "no address", NO_ADDRESS)
    return secrets.address


def host_in(url: str) -> str:
    return urlsplit(url).hostname or ""


def said(answer: HttpAnswer, secrets: Secrets) -> str:
    """The beginning of the answer, without what it repeats of addresses and tokens."""
    text = TAG.sub(" ", answer.body.decode("utf-8", "replace"))
    parts = "|".join(re.escape(each) for each in _parts(secrets))
    if parts:  # whoever writes an address anew may write %2b for %2B
        text = re.sub(parts, "***", text, flags=re.IGNORECASE)
    # An answer without a blank would keep the search for addresses busy for minutes.
    return sentence(ADDRESS.sub("(address)", text[: 4 * MOST_SAID]), MOST_SAID)


def json_in(answer: HttpAnswer) -> Mapping[str, object]:
    """Empty where the body is no JSON object."""
    try:
        read = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def failure(host: str, answer: HttpAnswer, told: str, advice: str, now: Now) -> SendError:
    """For an answer that is no success. `advice` is for a channel that is refused as a whole."""
    status = answer.status
    explained = f"{status} {told}".strip()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotYet(host, "too many messages", wait_seconds(answer.headers, now))
    if status == HTTPStatus.GATEWAY_TIMEOUT:  # what is behind the gateway may have taken it
        return OutcomeUnclear(host, explained)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return NotYet(host, explained, wait_seconds(answer.headers, now))
    if status in REDIRECTS:
        return ChannelDead(host, status, str(status), MOVED)
    if status in DEAD:
        return ChannelDead(host, status, explained, advice)
    return MessageRefused(host, status, told)


def wait_seconds(headers: Mapping[str, str], now: Now) -> float | None:
    """Of Retry-After (RFC 9110, 10.2.3): seconds or a date. None for what is neither."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text):
        return min(float(text), MOST_WAIT_SECONDS)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:  # '-0000' is UTC
        at = at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now()).total_seconds()), MOST_WAIT_SECONDS)


def _parts(secrets: Secrets) -> list[str]:
    """What must not be repeated, the longest first."""
    parts = urlsplit(secrets.address or "")
    found = {*parts.path.split("/"), *re.split("[&=]", parts.query), parts.query, parts.path}
    found |= {unquote(each) for each in found}
    found |= {secrets.bot_token or "", secrets.signing_secret or ""}
    return sorted((each for each in found if len(each) >= SHORTEST_SECRET), key=len, reverse=True)
