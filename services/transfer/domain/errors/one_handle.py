"""A file that has to go through one handle takes longer than one go."""

from services.transfer.domain.errors.target import TargetError


class TooLongForOneHandle(TargetError):
    """`long_turns`: a container is there for what a function cannot carry, and even that is too
    short. None for a file of many, which no container carries."""

    code = "too_long_for_one_handle"
    message = (
        "The object has {size_bytes} bytes. This server takes a file only in one go, and one go"
        " surely carries {most_bytes} bytes. Ask the partner to allow that an existing file is"
        " opened for writing again (for example AllowOverwrite), and test the destination anew."
        " {advice}"
    )
    size_bytes: int
    most_bytes: int
    long_turns: bool | None

    @property
    def advice(self) -> str:
        if self.long_turns is None:
            return "Or send it as a transfer of its own, which a container worker may carry."
        if self.long_turns:
            return "Or have the container worker's turn (LongTurnSeconds) made longer."
        return (
            "Or have the container worker deployed, which has more time than a function: set"
            " LongTurnSeconds, then make deploy-worker and make deploy-transfer."
        )


class OutOfTime(TargetError):
    code = "out_of_time"
    message = (
        "{path!r} could not be written in one go: {done_bytes} of {size_bytes} bytes were moved"
        " in the time that one go has. Ask the partner for a faster line, or to allow that an"
        " existing file is opened for writing again."
    )
    path: str
    done_bytes: int
    size_bytes: int
