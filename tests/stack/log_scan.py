"""Reads all that the stack wrote, and all the secrets that it keeps."""

import json

from botocore.exceptions import ClientError

from infra.local.log_lines import log_lines
from infra.local.stack import LocalStack
from tests.stack.secrets_used import SecretsUsed

# Of a login at ServiceNow, and a signing key's id, which stands in every token.
NO_SECRETS = frozenset({"kid", "url", "user", "token_url", "client_id"})


def all_logs(stack: LocalStack) -> str:
    """All lines of every log group and of the programs, also of the emulator's own log."""
    written = [line.text for line in log_lines(stack.client("logs"), 0, groups="/")]
    for path in sorted((stack.state_dir / "log").glob("*.log")):
        written += [f"--- {path.name}", path.read_text(errors="replace")]
    return "\n".join(written)


def secrets_in_vault(stack: LocalStack, used: SecretsUsed) -> None:
    """Signing keys, destinations' credentials, the identity provider's client secret, the login at
    ServiceNow, the channels' addresses and tokens."""
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
    """Each secret text in the JSON. A value that is no JSON counts as a whole."""
    if not value.startswith("{"):
        return [value]
    document = json.loads(value)
    return [text for name, text in document.items() if name not in NO_SECRETS and text]
