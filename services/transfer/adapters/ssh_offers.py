"""What the server offered and said while an SSH connection was made, which paramiko forgets."""

from typing import Any

import paramiko

from services.transfer.domain.errors import NoCommonAlgorithm
from services.transfer.domain.words import Words

PREFERENCES = (
    ("key exchange", "kex_algo_list", "preferred_kex"),
    ("host key algorithm", "server_key_algo_list", "preferred_keys"),
    ("cipher", "client_encrypt_algo_list", "preferred_ciphers"),
    ("cipher", "server_encrypt_algo_list", "preferred_ciphers"),
    ("MAC", "client_mac_algo_list", "preferred_macs"),
    ("MAC", "server_mac_algo_list", "preferred_macs"),
    ("compression", "client_compress_algo_list", "preferred_compression"),
    ("compression", "server_compress_algo_list", "preferred_compression"),
)


MARKS = ("ext-info-", "kex-strict-")  # stand among the algorithms and are none


class Remembering:
    """Mix it into a paramiko.Transport. `offered` has the server's lists of algorithms by name,
    `farewell` the code and text of its SSH_MSG_DISCONNECT, `no_channel` why it opened none."""

    remote_version: str
    offered: dict[str, tuple[str, ...]] | None = None
    farewell: tuple[int, Words] | None = None
    no_channel: Words | None = None

    def _really_parse_kex_init(self, m: Any, ignore_first_byte: bool = False) -> Any:
        parsed = super()._really_parse_kex_init(m, ignore_first_byte)  # type: ignore[misc]
        if self.offered is None:
            self.offered = {name: _algorithms(parsed[name]) for _, name, _ in PREFERENCES}
        return parsed

    def _parse_disconnect(self, m: Any) -> None:
        self.farewell = m.get_int(), Words(m.get_binary())

    def _parse_channel_open_failure(self, m: Any) -> None:
        """paramiko would end the connection at a text that is not UTF-8."""
        legible = paramiko.Message()
        legible.add_int(m.get_int())
        legible.add_int(m.get_int())
        self.no_channel = Words(m.get_binary())
        legible.add_string(self.no_channel)
        super()._parse_channel_open_failure(paramiko.Message(legible.asbytes()))  # type: ignore[misc]


def _algorithms(listed: list[str]) -> tuple[str, ...]:
    return tuple(name for name in listed if not name.startswith(MARKS))


def mismatch(transport: Remembering, host: str) -> NoCommonAlgorithm:
    """Why the two sides could not agree: the first list without a common entry."""
    for kind, name, preference in PREFERENCES:
        theirs, ours = (transport.offered or {}).get(name, ()), getattr(transport, preference)
        if transport.offered is not None and not set(ours) & set(theirs):
            return NoCommonAlgorithm(host, kind, Words(", ".join(theirs)), ", ".join(ours))
    version = Words(transport.remote_version or "")
    return NoCommonAlgorithm(host, "version of SSH", version, "SSH-2.0")
