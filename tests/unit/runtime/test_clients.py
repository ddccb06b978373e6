"""Clients are made once and shared, also when several threads ask first at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from botocore.config import Config

from runtime.clients import AwsClients

CONFIG = Config(region_name="eu-central-1", read_timeout=7)
THREADS = 8


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


def test_threads_that_ask_at_once_share_one_client() -> None:
    clients, start = AwsClients(), Barrier(THREADS)

    def ask(_: int) -> int:
        start.wait()
        return id(clients.shared("sqs", CONFIG))

    with ThreadPoolExecutor(THREADS) as pool:
        assert len(set(pool.map(ask, range(THREADS)))) == 1


def test_a_client_has_its_settings_and_a_new_one_its_own_credentials() -> None:
    clients = AwsClients()
    assert clients.shared("sqs", CONFIG).meta.config.read_timeout == 7
    keys = {"aws_access_key_id": "other", "aws_secret_access_key": "secret"}
    one, another = (clients.new("s3", CONFIG, **keys) for _ in range(2))
    assert one is not another
    assert one._request_signer._credentials.access_key == "other"  # what it signs with
