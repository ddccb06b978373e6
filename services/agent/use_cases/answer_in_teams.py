"""Answers what somebody wrote in Teams, with the rights of the user that they are connected as."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.agent.domain import teams_words as words
from services.agent.domain.errors import (
    AgentError,
    AgentOff,
    ApiAway,
    ApiRefused,
    ConversationBusy,
    ConversationFull,
    ProposalsBusy,
    RecordBusy,
    RoleMissing,
)
from services.agent.domain.ports import Ports
from services.agent.domain.teams import ANSWERED_WITHIN, Incoming, Link, LinkState, code_in
from services.agent.domain.teams_errors import ActivityBusy, ChatClosed, SessionOver, TeamsBusy
from services.agent.domain.teams_ports import Begun, Reply, TeamsPorts
from services.agent.domain.tool import Tool
from services.agent.domain_services.showing import Answer
from services.agent.domain_services.taking_turns import Sending
from services.agent.domain_services.teams_connecting import connect, void_shown
from services.agent.domain_services.teams_links import (
    changed,
    fresh_tokens,
    mark_ended,
    remove_link,
)
from services.agent.use_cases.open_conversation import open_conversation
from services.agent.use_cases.send_message import send_message

MOST_CHARACTERS = 4_000  # of a message, as the API has it (contracts.agent_api.MAX_MESSAGE)
SAID: Mapping[type[AgentError], str] = {
    ConversationBusy: words.BUSY,
    ConversationFull: words.FULL,
    AgentOff: words.OFF,
    RoleMissing: words.NO_ROLE,
    RecordBusy: words.TROUBLE,
    ProposalsBusy: words.TROUBLE,
    TeamsBusy: words.TROUBLE,
    ApiAway: words.TROUBLE,
    ApiRefused: words.TROUBLE,
}


def answer_in_teams(
    incoming: Incoming, *, ports: Ports, teams: TeamsPorts, tools: Mapping[str, Tool]
) -> None:
    """Once, however often the activity comes. An answer that Teams did not take is found again by
    the activity's key. Raises ActivityBusy, ConnectorAway, ConnectorRefused, TeamsBusy."""
    begun = teams.arrivals.begin(incoming.key, teams.new_id(), teams.now())
    if begun is Begun.ANSWERED:
        return
    if begun is Begun.BEING_ANSWERED:
        raise ActivityBusy(incoming.key)
    reply = _Answering(incoming, ports, teams, tools).reply()
    if reply is not None:
        with suppress(ChatClosed):
            teams.connector.reply(incoming.chat, incoming.activity_id, reply)
    teams.arrivals.end(incoming.key, teams.now())


@dataclass(frozen=True)
class _Answering:
    incoming: Incoming
    ports: Ports
    teams: TeamsPorts
    tools: Mapping[str, Tool]

    def reply(self) -> Reply | None:
        """None: nothing is to be said."""
        incoming = self.incoming
        if not incoming.personal:
            return self._not_alone()
        symbols = code_in(incoming.text, alone=True)
        if symbols is not None:
            return connect(incoming, symbols, teams=self.teams)
        link = self.teams.links.of_person(incoming.person)
        if link is None or link.state is LinkState.REMOVED:
            return Reply(words.WELCOME if incoming.welcome else words.NOT_CONNECTED)
        return self._of_link(link)

    def _not_alone(self) -> Reply | None:
        if self.incoming.welcome:
            return None
        symbols = code_in(self.incoming.text, alone=False)
        if symbols is None:
            return Reply(words.ALONE)
        void_shown(symbols, teams=self.teams)
        return Reply(words.ALONE + words.CODE_SEEN)

    def _of_link(self, link: Link) -> Reply | None:
        incoming = self.incoming
        if incoming.command == "disconnect":
            remove_link(link, teams=self.teams)
            return None  # the farewell says it
        if link.state_at(self.teams.now()) is LinkState.ENDED:
            return Reply(words.SESSION_OVER)
        if incoming.welcome or incoming.command == "help":
            return Reply(words.HELP)
        if incoming.command == "new":
            changed(link, Link.talking_anew, teams=self.teams)
            return Reply(words.NEW)
        if incoming.length > MOST_CHARACTERS:
            return Reply(words.TOO_LONG.format(length=incoming.length, most=MOST_CHARACTERS))
        if not incoming.text:
            return Reply(words.NO_TEXT)
        return self._leased(link)

    def _leased(self, link: Link) -> Reply | None:
        """One activity of a link at a time: its tokens can be refreshed once."""
        key, teams = self.incoming.key, self.teams

        def taken(now: Link) -> Link | None:
            mine = now.state is LinkState.CONNECTED
            return now.leased(key, teams.now()) if mine else None

        def let_go(now: Link) -> Link | None:
            mine = now.lease is not None and now.lease.holder == key
            return replace(now, lease=None) if mine else None

        held = changed(link, taken, teams=teams)
        if held is None:
            return Reply(words.BUSY) if self._is_connected(link) else None
        try:
            return self._turn(held)
        finally:
            with suppress(TeamsBusy):  # it ends by its time
                changed(held, let_go, teams=teams)

    def _turn(self, link: Link) -> Reply | None:
        """The answer is told only if whoever asked may still hear it."""
        try:
            access = fresh_tokens(link, teams=self.teams).access
            caller = self.teams.sessions.caller(access)
            reply = self._answered(link, caller, access)
            if not self._is_connected(link):
                return None  # the farewell, or whoever took its place, says why
            with suppress(ApiAway, ApiRefused):
                self.teams.sessions.caller(access)
        except SessionOver:
            mark_ended(link, teams=self.teams)
            return Reply(words.SESSION_OVER)
        except tuple(SAID) as error:
            return Reply(next(said for kind, said in SAID.items() if isinstance(error, kind)))
        return reply

    def _is_connected(self, link: Link) -> bool:
        found = self.teams.links.of_owner(link.owner)
        same = found is not None and found.id == link.id
        return same and found is not None and found.state is LinkState.CONNECTED

    def _answered(self, link: Link, caller: Caller, access: SecretStr) -> Reply:
        incoming, ports = self.incoming, self.ports
        digest = hashlib.sha256(incoming.text.encode()).hexdigest()
        once = Idempotency(f"{link.owner}#TeamsMessage#{incoming.key}", digest)
        sent = ports.conversations.sent_before(once, ports.now())
        if sent is None and ports.now() - incoming.received_at > ANSWERED_WITHIN:
            return Reply(words.TOO_LATE)
        where = sent.conversation_id if sent else self._conversation(link, caller)
        sending = Sending(where, incoming.text, caller, access, incoming.correlation_id, once)
        return self._told(send_message(sending, ports=ports, tools=self.tools))

    def _conversation(self, link: Link, caller: Caller) -> str:
        """The running one of the link. Two who open it at once open the same one."""
        known = link.conversation_id
        if known is not None and self.ports.conversations.read(known) is not None:
            return known
        name = f"{link.id}#{link.talk}#{known}"  # another one when the known one is gone
        once = Idempotency(f"{link.owner}#TeamsConversation#{name}", "")
        opened = open_conversation(caller, once, self.incoming.correlation_id, ports=self.ports)
        found = opened.conversation.id

        def remembered(now: Link) -> Link | None:
            return replace(now, conversation_id=found) if now.talk == link.talk else None

        changed(link, remembered, teams=self.teams)
        return found

    def _told(self, answer: Answer) -> Reply:
        entry, proposal = answer.entry, answer.shown.proposal
        parts = [words.NO_FILES] if self.incoming.has_files else []
        parts += [entry.text] if entry.text else []
        parts += [entry.trouble.message] if entry.trouble else []
        own = proposal if proposal is not None and proposal.id == entry.proposal_id else None
        return Reply("\n\n".join(parts), own)
