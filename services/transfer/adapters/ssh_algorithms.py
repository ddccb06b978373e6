"""The SSH algorithms that we accept, in our order of preference."""

from services.transfer.domain.host_key import HostKey

# AES-GCM first: half the CPU of CTR with a MAC. CBC, 3DES, MD5 and the shortened MACs are left out.
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)
MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
)
SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}  # one kind of key has several algorithms


def preferred_host_keys(known: tuple[str, ...], pinned: tuple[HostKey, ...]) -> tuple[str, ...]:
    """`known`, with the algorithms of the pinned keys first. So a server with several keys shows a
    pinned one."""
    wanted = [
        algorithm
        for key in pinned
        for algorithm in SIGNATURES.get(key.algorithm, (key.algorithm,))
        if algorithm in known
    ]
    return tuple(dict.fromkeys((*wanted, *known)))
