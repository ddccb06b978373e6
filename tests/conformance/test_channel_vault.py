"""Vault gives back what was stored, until it is deleted."""

from collections.abc import Iterator

import pytest

from runtime.made_secrets import MadeSecrets
from services.notify.adapters.secretsmanager_vault import SecretsManagerVault
from services.notify.domain.channel import Secrets
from services.notify.domain.ports import Vault
from tests.conformance.clouds import CLOUDS, cloud, new_name
from tests.fakes.notify_channels import InMemoryVault

HOOK = Secrets(address='https://hooks.example/größe?"sig"=\\文件', signing_secret="whsec_x")
TAGS = {"fileferry:stage": "test", "fileferry:stack": "notify"}
BOT = Secrets(bot_token="xoxb-1")


@pytest.fixture(params=["in_memory", *CLOUDS])
def vault(request: pytest.FixtureRequest) -> Iterator[Vault]:
    if request.param == "in_memory":
        yield InMemoryVault()
        return
    with cloud(request.param, request) as clients:
        prefix = f"fileferry/{new_name('test')}/notify/channels/"
        yield SecretsManagerVault(MadeSecrets(clients("secretsmanager"), prefix, TAGS))


def test_secrets_come_back_exactly_until_they_are_deleted(vault: Vault) -> None:
    vault.store("a-1", HOOK)
    vault.store("b-1", BOT)
    assert (vault.read("a-1"), vault.read("b-1"), vault.read("c-1")) == (HOOK, BOT, None)
    for _ in range(2):
        vault.delete("a-1")
        assert vault.read("a-1") is None
    vault.delete("never-stored")
    assert vault.read("b-1") == BOT
