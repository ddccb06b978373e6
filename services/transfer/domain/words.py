"""What a partner's server says, made fit for our messages, logs, events and pages."""

MAX_CHARACTERS = 200


class Words(str):
    """Printable text of at most MAX_CHARACTERS. Whatever a server says is hostile input, so it goes
    through this type before it goes anywhere else."""

    __slots__ = ()

    def __new__(cls, said: "str | bytes") -> "Words":
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        shown = text[:MAX_CHARACTERS]
        return super().__new__(cls, "".join(c if c.isprintable() else "?" for c in shown))
