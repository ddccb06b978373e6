"""Reads all that the stack wrote, and all the secrets that it keeps."""

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.local.stack import LocalStack
from tests.stack.secrets_used import SecretsUsed

PAGE = 10_000


def all_logs(stack: LocalStack) -> str:
    """Of every log group there is, and of the programs: the emulator's own log among them."""
    written = list(messages(stack.client("logs")))
    for path in sorted((stack.state_dir / "log").glob("*.log")):
        written += [f"--- {path.name}", path.read_text(errors="replace")]
    return "\n".join(written)


def messages(logs: Any) -> Iterator[str]:  # noqa: ANN401 - boto3 has no types
    """Of each group from time to time: MiniStack shows 10,000 events at once, and no next page."""
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            begin, seen = 0, set[tuple[int, str]]()
            while begin >= 0:
                wish = {"logGroupName": group["logGroupName"], "startTime": begin}
                events = logs.filter_log_events(**wish, limit=PAGE)["events"]
                found = {(event["timestamp"], event["message"]) for event in events}
                yield from (message for _, message in sorted(found - seen))
                more = len(events) == PAGE
                assert not more or found - seen, f"more than {PAGE} events at {begin}"
                seen |= found
                begin = max(found)[0] if more else -1


def secrets_in_vault(stack: LocalStack, used: SecretsUsed) -> None:
    """Signing keys, destinations' credentials, the identity provider's client secret."""
    vault = stack.client("secretsmanager")
    for page in vault.get_paginator("list_secrets").paginate():
        for secret in page["SecretList"]:
            for stage in ("AWSCURRENT", "AWSPREVIOUS"):
                try:
                    value = vault.get_secret_value(SecretId=secret["ARN"], VersionStage=stage)
                except ClientError:  # most have one version only
                    continue
                for text in _texts(value["SecretString"]):
                    used.add(f"value of {secret['Name']}", text)


def _texts(value: str) -> list[str]:
    """Of JSON each text in it, apart from the key's id, which stands in every token."""
    if not value.startswith("{"):
        return [value]
    document = json.loads(value)
    return [text for name, text in document.items() if name != "kid" and text]
