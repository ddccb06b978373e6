"""The console has a word for everything that the agent looks at, and for every state."""

import re
from datetime import timedelta
from typing import get_args

from contracts.agent_api import MAX_MESSAGE, ProposalState
from services.agent.domain_services.read_tools import read_tools
from tests.fakes.agent_outcomes import InMemoryOutcomes
from tests.unit.web.page_files import APP

OUTCOMES = InMemoryOutcomes(timedelta(days=1))
WORDS = (APP / "screens" / "agent" / "words.js").read_text("utf-8")


def names_in(table: str) -> set[str]:
    [content] = re.findall(rf"^const {table} = \{{\n(.*?)^\}};", WORDS, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^  (\w+): ", content, re.MULTILINE))


def test_each_tool_that_reads_is_told_in_words() -> None:
    assert names_in("LOOKED_AT") == {each.name for each in read_tools(OUTCOMES)}


def test_each_state_of_a_proposal_is_told_in_words() -> None:
    assert names_in("STATES") == set(get_args(ProposalState))


def test_a_message_is_counted_against_the_limit_of_the_service() -> None:
    [limit] = re.findall(r"MOST_CHARACTERS = ([\d_]+);", WORDS)
    assert int(limit) == MAX_MESSAGE
