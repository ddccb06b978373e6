"""What an FTP server says that it can do: its answer to FEAT (RFC 2389)."""

from dataclasses import dataclass, field

from services.transfer.adapters.ftp_replies import Reply

FEATURES = 211
MAX_FEATURES = 200  # ProFTPD with all of its modules has some 40
MAX_WORDS = 200  # characters of one line


@dataclass(frozen=True)
class Features:
    """By name, what stands behind it. Empty for a server that does not answer FEAT."""

    offered: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, reply: Reply) -> "Features":
        if reply.code != FEATURES:
            return cls()
        offered: dict[str, str] = {}
        for line in reply.lines[1:-1][:MAX_FEATURES]:
            name, _, more = line.strip()[:MAX_WORDS].partition(" ")
            if name:
                offered.setdefault(name.upper(), more.strip())
        return cls(offered)

    def __contains__(self, name: str) -> bool:
        return name in self.offered

    @property
    def restarts(self) -> bool:
        """A file in stream mode can go on at an offset (RFC 3659, section 5)."""
        return "STREAM" in self.offered.get("REST", "").upper().split()
