"""The emulator behaves as a WebSocket API on AWS does, where services and clients rely on it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.infra.sockets import Sockets, ask, opened, run

pytestmark = pytest.mark.slow  # an emulator, and functions in it
KB = 1024


@pytest.fixture(scope="module")
def sockets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sockets]:
    with opened(tmp_path_factory.mktemp("emulator")) as running:
        yield running


def refusal(sockets: Sockets, ticket: str, **query: str) -> int:
    async def steps() -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with sockets.connect(ticket, **query):
                pass
        statuses.append(refused.value.response.status_code)

    statuses: list[int] = []
    run(steps())
    return statuses[0]


@pytest.mark.parametrize(
    ("ticket", "status"), [("", 401), ("old", 401), ("denied", 403), ("broken", 500)]
)
def test_who_may_not_connect_is_told_so_before_the_handshake_ends(
    sockets: Sockets, ticket: str, status: int
) -> None:
    assert refusal(sockets, ticket) == status


@pytest.mark.parametrize(("wish", "status"), [("refuse", 403), ("raise", 502), ("none", 502)])
def test_a_connect_that_the_function_refuses_or_fails_opens_nothing(
    sockets: Sockets, wish: str, status: int
) -> None:
    assert refusal(sockets, "ann", wish=wish) == status


def test_a_header_opens_as_a_ticket_does_and_messages_know_the_caller(sockets: Sockets) -> None:
    async def steps() -> None:
        bearer = {"Authorization": "Bearer bea"}
        async with websockets.connect(sockets.url, additional_headers=bearer, proxy=None) as socket:
            told = await ask(socket, '{"action": "ping"}')
            again = await ask(socket, '{"action": "subscribe"}')
        asked = told["asked"]
        assert asked["authorizer"] == {"principalId": "bea", "caller": '{"user": "bea"}'}
        assert again["asked"]["authorizer"] == asked["authorizer"]
        assert again["asked"]["connectedAt"] == asked["connectedAt"]
        assert (asked["routeKey"], again["asked"]["routeKey"]) == ("ping", "subscribe")
        assert asked["messageDirection"] == "IN"
        assert told["headers"] is None

    run(steps())


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"action": "fly"}', '{"action": 7}', "ä" * 99, "[" * 30_000]
)
def test_what_names_no_action_reaches_the_default_route(sockets: Sockets, text: str) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            told = await ask(socket, text)
        assert (told["asked"]["routeKey"], told["body"]) == ("$default", text)

    run(steps())


@pytest.mark.parametrize("size", [32 * KB, 32 * KB + 1])
def test_a_frame_of_more_than_32_kb_closes_with_1009(sockets: Sockets, size: int) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            text = "measure".ljust(size, "x")
            if size == 32 * KB:
                assert (await ask(socket, text))["body"] == size
                return
            with pytest.raises(ConnectionClosed) as closed:
                await ask(socket, text)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009

    run(steps())


@pytest.mark.parametrize("frames", [4, 5])
def test_a_message_of_more_than_128_kb_closes_with_1009(sockets: Sockets, frames: int) -> None:
    async def steps() -> None:
        parts = ["measure".ljust(32 * KB, "x"), *["x" * 32 * KB] * (frames - 1)]
        async with sockets.connect() as socket:
            await socket.send(parts)
            if frames == 4:
                assert json.loads(await socket.recv())["body"] == 128 * KB
                return
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009

    run(steps())


def test_a_binary_frame_closes_with_1003(sockets: Sockets) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            connection = (await ask(socket, "who"))["asked"]["connectionId"]
            await socket.send(b'{"action": "ping"}')
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003
        ids.append(connection)

    ids: list[str] = []
    run(steps())
    assert sockets.wait_until_logged("DISCONNECT", ids[0])["code"] == 1003


def test_a_function_that_fails_is_told_by_the_gateway_and_an_answer_is_not_sent(
    sockets: Sockets,
) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            told = await ask(socket, "raise")
            assert (told["message"], len(told)) == ("Internal server error", 3)
            await socket.send("answer")
            assert (await ask(socket, "next"))["body"] == "next"

    run(steps())


def test_messages_of_one_connection_may_overtake_each_other(sockets: Sockets) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            assert (await ask(socket, "wait"))["body"] == "wait"
            assert (await ask(socket, "quick"))["body"] == "quick"
            assert await socket.recv() == "waited"

    run(steps())


def test_what_was_posted_before_a_connection_is_deleted_arrives(sockets: Sockets) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            told = await ask(socket, "bye")
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        ids.append(told["asked"]["connectionId"])

    ids: list[str] = []
    run(steps())
    posts = sockets.posts
    sockets.wait_until_logged("DISCONNECT", ids[0])
    for call in (posts.post_to_connection, posts.delete_connection, posts.get_connection):
        more = {"Data": b"x"} if call == posts.post_to_connection else {}
        with pytest.raises(posts.exceptions.GoneException):
            call(ConnectionId=ids[0], **more)


def test_a_connection_is_not_there_before_its_connect_was_answered(sockets: Sockets) -> None:
    assert refusal(sockets, "ann", wish="early") == 410


def test_no_more_than_128_kb_can_be_posted(sockets: Sockets) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            connection = (await ask(socket, "who"))["asked"]["connectionId"]
            posts, text = sockets.posts, "x" * 128 * KB
            post = posts.post_to_connection
            await asyncio.to_thread(post, ConnectionId=connection, Data=text)
            assert await socket.recv() == text
            with pytest.raises(posts.exceptions.PayloadTooLargeException):
                await asyncio.to_thread(post, ConnectionId=connection, Data=text + "x")

    run(steps())


def test_who_is_too_fast_is_told_so_and_the_connection_stays(sockets: Sockets) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            assert (await ask(socket, '{"action": "ping"}'))["asked"]["routeKey"] == "ping"
            sockets.deploy(MessageRate="0.01", MessageBurst="2")
            told = [await ask(socket, '{"action": "unsubscribe"}') for _ in range(3)]
            assert ["asked" in each for each in told] == [True, True, False]
            assert told[2]["message"] == "Too Many Requests"
            assert (await ask(socket, '{"action": "subscribe"}'))["asked"][
                "routeKey"
            ] == "subscribe"

    async def connects() -> None:
        for _ in range(2):
            with suppress(InvalidStatus):
                async with sockets.connect():
                    pass

    try:
        run(steps())
        run(connects())
        assert refusal(sockets, "ann") == 429
    finally:
        sockets.deploy()


def test_no_compression_is_offered(sockets: Sockets) -> None:
    async def steps() -> None:
        async with sockets.connect() as socket:
            assert socket.protocol.extensions == []

    run(steps())
