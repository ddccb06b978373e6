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
PATH = "/task-protection/v1/state"


class EcsTaskProtection:
    """`agent_uri` is ECS_AGENT_URI, which every task on Fargate has. Without it nothing is done.
    What goes wrong is logged: the work goes on without protection."""

    def __init__(self, agent_uri: str | None) -> None:
        self._agent = urlsplit(agent_uri) if agent_uri else None

    @contextmanager
    def during(self, seconds: float) -> Iterator[None]:
        minutes = min(MOST_MINUTES, ceil(seconds / 60) + 1)
        self._tell({"ProtectionEnabled": True, "ExpiresInMinutes": minutes})
        try:
            yield
        finally:
            self._tell({"ProtectionEnabled": False})

    def _tell(self, state: dict[str, object]) -> None:
        if self._agent is None or self._agent.hostname is None:
            return
        agent = HTTPConnection(self._agent.hostname, self._agent.port, timeout=ANSWER_SECONDS)
        try:
            path, headers = self._agent.path + PATH, {"Content-Type": "application/json"}
            agent.request("PUT", path, json.dumps(state), headers)
            answer = agent.getresponse()
            if answer.status != 200:
                said = answer.read(500).decode(errors="replace")
                logger().warning("task not protected", status=answer.status, said=said)
        except (OSError, HTTPException) as error:
            logger().warning("task not protected", error=type(error).__name__)
        finally:
            agent.close()
