"""A function that is called by hand may take its time, and is called once."""

import socket
import threading

import pytest
from botocore.config import Config

from infra import calling
from infra.calling import CALLS, CallRefused, call_function, functions_of
from infra.complete.smoke import SECONDS
from tests.infra.resources import TEMPLATES

CALLED = ("SmokeTest", "Carry", "CreateAdmin", "AnnounceUsers", "SwitchHome")


def test_the_answer_is_waited_for_longer_than_a_function_takes() -> None:
    longest = [
        function["Properties"].get("Timeout", 0)
        for template in TEMPLATES.values()
        for name in CALLED
        if (function := template["Resources"].get(f"{name}Function"))
    ]
    assert SECONDS in longest
    assert CALLS.read_timeout > max(longest)


def test_a_function_that_does_not_answer_is_called_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    calls: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            while True:
                try:
                    calls.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        monkeypatch.setenv(
            "AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{listener.getsockname()[1]}"
        )
        monkeypatch.setattr(calling, "CALLS", CALLS.merge(Config(read_timeout=0.3)))
        with pytest.raises(CallRefused, match=r"fileferry-dev-auth-smoke-test did not answer"):
            call_function(functions_of("dev"), "dev", "auth", "smoke-test", {})
        listener.shutdown(socket.SHUT_RDWR)
    assert len(calls) == 1
    for each in calls:
        each.close()
