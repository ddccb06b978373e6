"""Proves to a partner's server who we are: by key, by password or both, as the server asks."""

from contextlib import suppress
from dataclasses import dataclass, field

import paramiko

from services.transfer.adapters.ssh_algorithms import SIGNATURES
from services.transfer.adapters.ssh_questions import about_a_code, about_a_new_password
from services.transfer.adapters.ssh_userauth import (
    UNASKED,
    Accepted,
    Answer,
    NewPasswordWanted,
    Questions,
    Refused,
    UserAuth,
)
from services.transfer.domain.errors import (
    KeyRejected,
    LoginNotOffered,
    NoCommonAlgorithm,
    PartnerError,
    PasswordExpired,
    PasswordRejected,
    SecondFactorDemanded,
)
from services.transfer.domain.words import Words

KEY, PASSWORD, QUESTIONS = "publickey", "password", "keyboard-interactive"
KINDS = {KEY: "key", PASSWORD: "password", QUESTIONS: "password"}
MAX_REQUESTS = 6  # OpenSSH's own MaxAuthTries; a server could offer in circles for ever
MAX_ROUNDS = 8  # of one 'keyboard-interactive'; PAM needs two or three
CONNECTION_ERRORS = (paramiko.SSHException, OSError, EOFError)
OLD_SIGNATURE = "ssh-rsa"  # with SHA-1; we ask about it and never sign with it


@dataclass
class Authentication:
    """The key comes first, because a key that is refused tells the server nothing. The password is
    sent once: by the method 'password' where the server offers it, otherwise as the answer to its
    only question."""

    dialogue: UserAuth
    host: str
    user: str
    key: paramiko.PKey | None = field(repr=False)
    password: str | None = field(repr=False)
    _offered: frozenset[str] | None = None  # None: not known yet
    _went_well: bool = False  # a first step did, so the server waits for another one
    _used: set[str] = field(default_factory=set)
    _password_sent: bool = False
    _answered: bool = False  # a question, with the password

    def run(self) -> None:
        """Returns when we are logged in. Raises PartnerError, and what UserAuth raises."""
        self.dialogue.request_service()
        refusal: PartnerError | None = None
        for _ in range(MAX_REQUESTS):
            method = self._next_method()
            if method is None or self.dialogue.turned_away:
                break
            answer = self._try_to_the_end(method)
            if isinstance(answer, Accepted):
                return
            if not isinstance(answer, Refused):
                endless = isinstance(answer, Questions)
                self.dialogue.break_off(f"over {MAX_ROUNDS} rounds" if endless else UNASKED)
            refusal = None if answer.partial else self._refusal(method, answer.methods, refusal)
            self._note(method, answer)
        if isinstance(refusal, KeyRejected) and self.key is not None:
            self._ask_for_old_signatures(self.key)
        raise refusal or self._demanded(", ".join(sorted(self._offered or ())))

    def _next_method(self) -> str | None:
        unsent = self.password is not None and not self._password_sent
        given = {KEY: self.key is not None, PASSWORD: unsent}
        given[QUESTIONS] = unsent or self._went_well  # at least to hear what it demands
        for method, possible in given.items():
            if not possible or method in self._used:
                continue
            if self._offered is None or method in self._offered:
                return method
        return None

    def _note(self, method: str, answer: Refused) -> None:
        """A method that was only refused because its turn has not come may be used later."""
        self._offered = answer.methods
        self._went_well = self._went_well or answer.partial
        counted = answer.partial or method in answer.methods
        if counted:
            self._used.add(method)
        if method == PASSWORD:
            self._password_sent = counted

    def _try_to_the_end(self, method: str) -> Answer:
        try:
            return self._try(method)
        except CONNECTION_ERRORS:
            if self.dialogue.turned_away:
                raise self._refusal(method, frozenset(), None) from None
            raise

    def _try(self, method: str) -> Answer:
        if method == KEY and self.key is not None:
            return self._by_key(self.key)
        if method == PASSWORD and self.password is not None:
            answer = self.dialogue.password(self.password)
            if isinstance(answer, NewPasswordWanted):
                raise PasswordExpired(self.host, self.user, answer.said)
            return answer
        return self._by_questions()

    def _by_key(self, key: paramiko.PKey) -> Answer:
        algorithms = SIGNATURES.get(key.get_name(), (key.get_name(),))
        if key.get_name() not in SIGNATURES:
            return self.dialogue.key(key, algorithms[0])
        announced = self.dialogue.announced_signatures
        agreed = [each for each in algorithms if each in (announced or algorithms)]
        if not agreed:
            raise self._no_signature(", ".join(announced), algorithms)
        return self.dialogue.key(key, agreed[0])

    def _ask_for_old_signatures(self, key: paramiko.PKey) -> None:
        """Raises NoCommonAlgorithm when they are what the key was refused for. Asked last, because
        it counts as a try, and some servers hang up. Also asked after an announcement: OpenSSH
        announces what it was told not to accept."""
        algorithms = SIGNATURES.get(key.get_name())
        with suppress(*CONNECTION_ERRORS):  # it allows no further try, so we cannot know
            if algorithms is not None and self.dialogue.would_take(key, OLD_SIGNATURE):
                raise self._no_signature(OLD_SIGNATURE, algorithms)

    def _by_questions(self) -> Answer:
        """The password answers the first question if it is the only one of its round, does not echo
        and can be for the password. Everything else that the server asks ends the login."""
        answer, said, asked = self.dialogue.questions(), "", None
        for _ in range(MAX_ROUNDS):
            if not isinstance(answer, Questions):
                break
            said = f"{said} {answer.said}".strip()
            if answer.count == 0:  # PAM informs
                answer = self.dialogue.respond([])
                continue
            prompt, echoes = answer.prompts[0]
            if prompt == asked and not about_a_new_password(said):  # the answer was wrong
                raise PasswordRejected(self.host, self.user)
            alone = answer.count == 1 and not echoes and asked is None
            other = about_a_new_password(prompt) or about_a_code(prompt)
            if not alone or other or self._password_sent or self.password is None:
                prompts = " ".join(text for text, _ in answer.prompts)
                raise self._demanded(f"{said} {prompts}".strip())
            asked, said = prompt, ""
            self._password_sent = self._answered = True
            answer = self.dialogue.respond([self.password])
        if isinstance(answer, Refused) and about_a_new_password(said):
            raise PasswordExpired(self.host, self.user, Words(said))
        return answer

    def _refusal(
        self, method: str, offered: frozenset[str], before: PartnerError | None
    ) -> PartnerError:
        if method == QUESTIONS and not self._answered:
            if self._went_well:
                return self._demanded(QUESTIONS)
            offered -= {QUESTIONS}  # it asked nothing, so it takes no password this way
        if offered and method not in offered:
            if before is not None and not isinstance(before, LoginNotOffered):
                return before
            kind, names = KINDS[method], Words(", ".join(sorted(offered)))
            return LoginNotOffered(self.host, self.user, kind, names)
        if method == KEY and self.key is not None:
            return KeyRejected(self.host, self.user, self.key.fingerprint)
        return PasswordRejected(self.host, self.user)

    def _demanded(self, what: str) -> PartnerError:
        kind = PasswordExpired if about_a_new_password(what) else SecondFactorDemanded
        return kind(self.host, self.user, Words(what))

    def _no_signature(self, offered: str, accepted: tuple[str, ...]) -> PartnerError:
        kind = "signature algorithm for an RSA key"
        return NoCommonAlgorithm(self.host, kind, Words(offered), ", ".join(accepted))
