"""Asks ECS not to end a task while it works: by a deployment, or because there is less to do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from math import ceil
from urllib.parse import urlsplit

from runtime.telemetry import logger

MOST_MINUTES = 2_880  # ECS protects a task for no longer
ANSWER_SECONDS = 5.0
LARGEST_ANSWER = 10_000  # bytes
PATH = "/task-protection/v1/state"


class EcsTaskProtection:
    """`agent_uri` is ECS_AGENT_URI, which every task on Fargate has. Without it nothing is done.
    What goes wrong is logged, and the work goes on without protection. A refusal is something else:
    ECS is about to end the task."""

    def __init__(self, agent_uri: str | None) -> None:
        self._agent = urlsplit(agent_uri) if agent_uri else None

    @contextmanager
    def during(self, seconds: float) -> Iterator[bool]:
        """False when ECS refuses, which it answers with status 200 as well."""
        minutes = min(MOST_MINUTES, ceil(seconds / 60) + 1)
        allowed = self._tell({"ProtectionEnabled": True, "ExpiresInMinutes": minutes})
        try:
            yield allowed
        finally:
            if allowed:
                self._tell({"ProtectionEnabled": False})

    def _tell(self, state: dict[str, object]) -> bool:
        if self._agent is None or self._agent.hostname is None:
            return True
        agent = HTTPConnection(self._agent.hostname, self._agent.port, timeout=ANSWER_SECONDS)
        try:
            path, headers = self._agent.path + PATH, {"Content-Type": "application/json"}
            agent.request("PUT", path, json.dumps(state), headers)
            answer = agent.getresponse()
            said = answer.read(LARGEST_ANSWER).decode(errors="replace")
            refused, done = _has(said, "failure"), _has(said, "protection")
            if refused or not done:
                told = said[:500]
                logger().warning("task protection not set", status=answer.status, said=told)
            return not refused
        except (OSError, HTTPException) as error:
            logger().warning("task protection not set", error=type(error).__name__)
            return True
        finally:
            agent.close()


def _has(said: str, part: str) -> bool:
    try:
        answer = json.loads(said)
    except ValueError:
        return False
    return isinstance(answer, dict) and bool(answer.get(part))
