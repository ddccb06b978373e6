"""The client's side of SSH user authentication (RFC 4252 and 4256) on a paramiko Transport.

paramiko's own AuthHandler takes packet 60 for a question, whatever was asked, and requests the
service again for each method, at which strict servers hang up.
"""

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Never

import paramiko

from services.transfer.adapters.ssh_transport import PartnerTransport, end_by_violation
from services.transfer.domain.words import Words

SERVICE_REQUEST, SERVICE_ACCEPT = 5, 6  # SSH_MSG_*
REQUEST, FAILURE, SUCCESS, BANNER = 50, 51, 52, 53  # SSH_MSG_USERAUTH_*
REPLY_OF_METHOD = 60  # INFO_REQUEST, PASSWD_CHANGEREQ or PK_OK: it depends on the method
INFO_RESPONSE = 61
POLL_SECONDS = 0.1  # how soon a connection that ended is noticed
MAX_METHODS = 20  # in a FAILURE; there are five in use
MAX_SIGNATURES = 100  # that are looked at; OpenSSH announces 20
MAX_PROMPTS = 4  # of one round that are read; more than one is never answered
MAX_TEXT_BYTES = 4_096  # far more than Words shows
NO_MORE_METHODS = 14  # SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
UNASKED = "an answer to a login that nobody asked for"
TOO_MANY = "too many authentication failures"  # OpenSSH's, which comes with a general code


@dataclass(frozen=True)
class Accepted:
    pass


@dataclass(frozen=True)
class Refused:
    """`methods` can continue. `partial`: this step went well, and another one must follow."""

    methods: frozenset[str]
    partial: bool = False


@dataclass(frozen=True)
class Questions:
    """One round of 'keyboard-interactive'. `count` may be larger than len(prompts)."""

    said: Words  # title and instruction
    prompts: tuple[tuple[Words, bool], ...]  # text, and whether the answer may be seen
    count: int


@dataclass(frozen=True)
class NewPasswordWanted:
    """SSH_MSG_USERAUTH_PASSWD_CHANGEREQ"""

    said: Words


@dataclass(frozen=True)
class KeyAcceptable:
    """SSH_MSG_USERAUTH_PK_OK: the key may log in with the algorithm that was asked about."""


@dataclass(frozen=True)
class ServiceAccepted:
    pass


Answer = Accepted | Refused | Questions | NewPasswordWanted | KeyAcceptable | ServiceAccepted


class UserAuth:
    """Stands in for paramiko's AuthHandler. paramiko's reading thread calls what is in
    `_handler_table`; the thread that logs in calls the rest.

    A server may only answer what was asked: any other answer ends the connection, so none can pile
    up. Everything together has to end by `deadline`, on the monotonic clock. Raises TimeoutError
    after it, and SSHException when the connection ends.
    """

    def __init__(self, transport: PartnerTransport, user: str, deadline: float) -> None:
        self._transport = transport
        self._user = user
        self._deadline = deadline
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()  # None: it is over
        self._method: str | None = None  # that waits for an answer
        self._authenticated = False
        self._banner = b""
        self._handler_table: dict[int, Callable[[Any], None]] = {
            SERVICE_ACCEPT: lambda _: self._take(ServiceAccepted()),
            SUCCESS: lambda _: self._take(Accepted()),
            FAILURE: self._failure,
            BANNER: self._show,
            REPLY_OF_METHOD: self._reply_of_method,
        }
        transport.auth_handler = self

    @property
    def banner(self) -> Words | None:
        """What the server shows to everybody who logs in."""
        return _words(self._banner) or None

    @property
    def announced_signatures(self) -> tuple[str, ...]:
        """server-sig-algs (RFC 8308): what the server takes from a key. Empty: it does not say. It
        comes before the service is accepted."""
        listed = self._transport.server_extensions.get("server-sig-algs", b"")
        return tuple(str(Words(name)) for name in listed.split(b",", MAX_SIGNATURES) if name)

    @property
    def turned_away(self) -> bool:
        """The server hung up instead of refusing: that was the last try it allows."""
        code, text = self._transport.farewell or (0, "")
        return code == NO_MORE_METHODS or TOO_MANY in text.lower()

    def is_authenticated(self) -> bool:
        return self._authenticated

    def break_off(self, rule: str) -> Never:
        """The server broke this rule."""
        end_by_violation(self._transport.sock, rule)

    def abort(self) -> None:
        self._answers.put(None)

    def request_service(self) -> None:
        message = _message(SERVICE_REQUEST, "ssh-userauth")
        if not isinstance(self._asked("service", message), ServiceAccepted):
            self.break_off(UNASKED)

    def password(self, password: str) -> Answer:
        return self._asked("password", self._request("password", False, password))

    def questions(self) -> Answer:
        message = self._request("keyboard-interactive", "", "")
        return self._asked("keyboard-interactive", message)

    def respond(self, responses: list[str]) -> Answer:
        message = paramiko.Message()
        message.add_byte(bytes((INFO_RESPONSE,)))
        message.add_int(len(responses))
        for response in responses:
            message.add_string(response)
        return self._asked("keyboard-interactive", message)

    def key(self, key: paramiko.PKey, algorithm: str) -> Answer:
        request = self._request("publickey", True, algorithm, key.asbytes())
        signed = paramiko.Message()
        signed.add_string(self._transport.session_id)
        signed.add_bytes(request.asbytes())
        request.add_string(key.sign_ssh_data(signed.asbytes(), algorithm))
        return self._asked("publickey", request)

    def would_take(self, key: paramiko.PKey, algorithm: str) -> bool:
        """Asks without a signature, so it proves nothing to the server."""
        request = self._request("publickey", False, algorithm, key.asbytes())
        return isinstance(self._asked("publickey", request), KeyAcceptable)

    def _request(self, method: str, *fields: str | bytes | bool) -> paramiko.Message:
        return _message(REQUEST, self._user, "ssh-connection", method, *fields)

    def _asked(self, method: str, message: paramiko.Message) -> Answer:
        self._method = method
        self._transport._send_user_message(message)  # waits while keys are exchanged anew
        while True:
            try:
                answer = self._answers.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if time.monotonic() >= self._deadline:
                    raise TimeoutError("no answer to the login in time") from None
                if self._transport.is_active():
                    continue
                answer = None
            if answer is None:
                error = self._transport.get_exception()  # of any kind
                raise paramiko.SSHException(str(error or "the server hung up")) from None
            return answer

    def _take(self, answer: Answer) -> None:
        if self._method is None:
            self.break_off(UNASKED)
        self._method = None
        if isinstance(answer, Accepted):
            self._authenticated = True
            self._transport._auth_trigger()  # compression begins with the next packet
        self._answers.put(answer)

    def _failure(self, message: Any) -> None:
        methods = message.get_binary().split(b",", MAX_METHODS)[:MAX_METHODS]
        names = frozenset(str(Words(name)) for name in methods if name)
        self._take(Refused(names, message.get_boolean()))

    def _show(self, message: Any) -> None:
        room = MAX_TEXT_BYTES - len(self._banner)
        self._banner += message.get_binary()[:room]

    def _reply_of_method(self, message: Any) -> None:
        if self._method == "password":
            self._take(NewPasswordWanted(_words(message.get_binary())))
        elif self._method == "publickey":
            self._take(KeyAcceptable())
        elif self._method == "keyboard-interactive":
            self._take(_questions(message))
        else:
            self.break_off(UNASKED)


def _questions(message: Any) -> Questions:
    title, instruction, _language = (message.get_binary() for _ in range(3))
    count = message.get_int()
    prompts = tuple(
        (_words(message.get_binary()), message.get_boolean())
        for _ in range(min(count, MAX_PROMPTS))
    )
    return Questions(_words(title[:MAX_TEXT_BYTES] + b" " + instruction), prompts, count)


def _words(raw: bytes) -> Words:
    """In one line."""
    return Words(b" ".join(raw[: 2 * MAX_TEXT_BYTES].split()))


def _message(kind: int, *fields: str | bytes | bool) -> paramiko.Message:
    message = paramiko.Message()
    message.add_byte(bytes((kind,)))
    for field in fields:
        if isinstance(field, bool):
            message.add_boolean(field)
        else:
            message.add_string(field)
    return message
