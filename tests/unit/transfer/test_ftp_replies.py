"""Replies of FTP servers, however they arrive and however long they are."""

import pytest

from services.transfer.adapters.ftp_features import Features
from services.transfer.adapters.ftp_replies import Malformed, Reply, ReplyStream


def replies(*pieces: bytes) -> list[Reply]:
    stream, found = ReplyStream(), []
    for piece in pieces:
        stream.feed(piece)
        while (reply := stream.next()) is not None:
            found.append(reply)
    return found


def test_a_reply_is_cut_out_wherever_its_pieces_end() -> None:
    whole = b"220-welcome\r\n 220 not yet\r\n230 neither\r\n220 end\r\n331 go on\r\n"
    expected = [
        Reply(220, ("welcome", " 220 not yet", "230 neither", "end")),
        Reply(331, ("go on",)),
    ]
    assert replies(whole) == expected
    assert replies(*(bytes([each]) for each in whole)) == expected


def test_servers_may_leave_out_text_and_carriage_return() -> None:
    assert replies(b"200\n", b"211-a\n211-b\n211\n") == [
        Reply(200, ("",)),
        Reply(211, ("a", "b", "")),
    ]


@pytest.mark.parametrize(
    "said",
    [
        b"hello\r\n",
        b"22 short\r\n",
        b"999 no such kind\r\n",
        b"220+what\r\n",
        b"\r\n",
        b"220-" + b"x" * 9_000,
        b"220-\r\n" + b" and so on\r\n" * 10_000,
        b"220-\r\n" + b"\n" * 5_000,
        b"220-\r\n" + b"-" * 20 + b"\r\n" * 70_000,
    ],
)
def test_what_is_no_reply_or_has_no_end_is_refused(said: bytes) -> None:
    with pytest.raises(Malformed):
        replies(said)


def test_words_of_a_server_are_printable_and_short() -> None:
    (reply,) = replies(b"550 \x1b[2Jgone\x00\xff" + b"x" * 900 + b"\r\n")
    assert reply.words.isprintable()
    assert len(reply.words) <= 200


def test_features_are_read_by_name_and_bounded() -> None:
    many = [f" X{number}" for number in range(1000)]
    told = Features.of(Reply(211, ("features", " REST STREAM", " utf8", *many, "end")))
    assert told.restarts
    assert "UTF8" in told
    assert len(told.offered) == 200
    assert not Features.of(Reply(500, ("what?",))).restarts
    assert not Features.of(Reply(211, ("", " REST", ""))).restarts
