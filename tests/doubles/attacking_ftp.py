"""FTP servers that attack whoever logs in, or lie to them. Each class is one attack."""

import socket
import time

from tests.doubles.good_ftp import FEATURES, HOST, GoodFtp

DRIBBLE_SECONDS = 0.1
FLOOD = b"230-and so on\r\n" * 1000


class EndlessGreeting(GoodFtp):
    greeting = b"220-a long story\r\n"

    def command(self) -> str:
        while True:
            self.client.sendall(FLOOD)


class EndlessLine(GoodFtp):
    greeting = b"220 a long line"

    def command(self) -> str:
        while True:
            self.client.sendall(b"x" * 65_536)


class Web(GoodFtp):
    greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"


class EndlessPreliminaries(GoodFtp):
    def do_FEAT(self, argument: str) -> None:
        while True:
            self.client.sendall(b"120 in a minute\r\n" * 100)


class EndlessFacts(GoodFtp):
    """A listing of gigabytes."""

    def do_MLST(self, argument: str) -> None:
        self.say("250-")
        while True:
            self.client.sendall(b" type=file;size=1; /x\r\n" * 1000)


class EndlessFeatures(GoodFtp):
    def do_FEAT(self, argument: str) -> None:
        self.say("211-features")
        while True:
            self.client.sendall(b" XCRC\r\n" * 1000)


class DribblesReply(GoodFtp):
    def do_PASS(self, argument: str) -> None:
        for each in b"230-welcome, and take your time" * 20:
            self.client.sendall(bytes([each]))
            time.sleep(DRIBBLE_SECONDS)


class SaysNothing(GoodFtp):
    greeting = b""


class TooMany(GoodFtp):
    greeting = b"421 too many are here\r\n"


class RepliesUnasked(GoodFtp):
    def do_TYPE(self, argument: str) -> None:
        self.say("200 yes", "226 and your file is stored")


class NeverCompletes(GoodFtp):
    def completed(self) -> None:
        return


class BreaksOffAtTheEnd(GoodFtp):
    def completed(self) -> None:
        self.say("426 broken off")


class FullAtTheEnd(GoodFtp):
    def completed(self) -> None:
        self.say("552 your quota is used up")


class ClosesDataEarly(GoodFtp):
    def take(self, data: socket.socket, content: bytearray) -> None:
        content += data.recv(1000)

    def completed(self) -> None:
        self.say("451 something went wrong")


class ClosesDataEarlyAndIsHappy(ClosesDataEarly):
    def completed(self) -> None:
        self.say("226 done")


class TakesNothing(GoodFtp):
    def take(self, data: socket.socket, content: bytearray) -> None:
        while self.command():
            pass


class DribblesData(GoodFtp):
    def give(self, data: socket.socket, content: bytes) -> None:
        for _ in range(600):
            data.sendall(b"x")
            time.sleep(DRIBBLE_SECONDS)


class ForgetsRestart(GoodFtp):
    """Offers REST, and stores from the beginning nevertheless."""

    def do_REST(self, argument: str) -> None:
        self.say("350 at that")


class NamesAnotherHost(GoodFtp):
    """PASV leads to a host of its choice, which is not its own."""

    features = tuple(each for each in FEATURES if each != "EPSV")
    victim = (10, 0, 0, 1)

    def do_EPSV(self, argument: str) -> None:
        self.say("502 not here")

    def do_PASV(self, argument: str) -> None:
        port = self.listen()
        numbers = ",".join(map(str, (*self.victim, port >> 8, port & 255)))
        self.say(f"227 there ({numbers})")


class NamesNoPort(GoodFtp):
    def do_EPSV(self, argument: str) -> None:
        self.say("229 here (|||99999|)")


class NobodyListens(GoodFtp):
    def do_EPSV(self, argument: str) -> None:
        with socket.socket() as bound:  # and not listening, not even while the reply is on its way
            bound.bind((HOST, 0))
            self.say(f"229 here (|||{bound.getsockname()[1]}|)")


class LineBreakInHome(GoodFtp):
    """Its folder, sent back to it, would be another command."""

    features = ("SIZE", "REST STREAM")

    def do_PWD(self, argument: str) -> None:
        self.client.sendall(b'257 "/a\rDELE theirs" is the folder\r\n')

    def do_CWD(self, argument: str) -> None:
        self.say("250 there")

    def do_SIZE(self, argument: str) -> None:
        self.say("550 no such file")


class RefusesTls(GoodFtp):
    def do_AUTH(self, argument: str) -> None:
        self.say("502 nobody needs that")


class AnswersBeforeTls(GoodFtp):
    """What a man in the middle puts behind the plain answer would count as said within TLS."""

    def do_AUTH(self, argument: str) -> None:
        self.say("234 go on", "230 welcome, without a password")
        self.command()


class PlainData(GoodFtp):
    """Says yes to PROT P, and sends in plain."""

    def do_PROT(self, argument: str) -> None:
        self.say("200 yes")

    def data(self) -> socket.socket:
        data = super().data()
        data.sendall(b"220 not encrypted\r\n")
        return data


class RefusesPrivateData(GoodFtp):
    def do_PROT(self, argument: str) -> None:
        self.say("536 in plain only")
