"""The partner's server cannot be reached or refuses us."""

from services.transfer.domain.errors.transfer_error import TransferError


class PartnerError(TransferError):
    """No session with the partner's server."""


class HostNotResolved(PartnerError):
    code, retryable = "host_not_resolved", True
    message = (
        "The name {host!r} has no address. Check the destination's host, and the DNS of the"
        " network."
    )
    host: str


class AddressForbidden(PartnerError):
    code = "address_forbidden"
    message = (
        "Host {host!r} resolves to {address}, a network FileFerry must not connect to. Use a public"
        " address, or have an administrator allow the network (AllowedNetworks)."
    )
    host: str
    address: str


class ConnectionRefused(PartnerError):
    code, retryable = "connection_refused", True
    message = (
        "{host}:{port} refused the connection. Check the port, and ask the partner whether the"
        " server is up and lets our address in."
    )
    host: str
    port: int


class ConnectionTimedOut(PartnerError):
    code, retryable = "connection_timed_out", True
    message = (
        "{host}:{port} did not answer within {seconds:g} s. Ask the partner whether a firewall"
        " drops our connections."
    )
    host: str
    port: int
    seconds: float


class ConnectionLost(PartnerError):
    code, retryable = "connection_lost", True
    message = (
        "The connection with {host}:{port} broke ({detail}). If it goes on, ask the partner for the"
        " reason in the server's log."
    )
    host: str
    port: int
    detail: str


class ProtocolViolation(PartnerError):
    """Tried again: a server's program that crashes in the middle looks the same."""

    code, retryable = "protocol_violation", True
    message = (
        "{host}:{port} sent what its protocol does not allow ({detail}), so FileFerry ended the"
        " session. If it goes on, ask the partner which software runs there and whether it is up to"
        " date."
    )
    host: str
    port: int
    detail: str


class ServerPrintsText(PartnerError):
    code = "server_prints_text"
    message = (
        "{host}:{port} prints text where SFTP should begin: {text!r}. It comes from the user's"
        " login shell, most often from a start-up file. Ask the partner to keep the shell silent"
        " for sessions without a terminal, or to give this user internal-sftp."
    )
    host: str
    port: int
    text: str


class TooSlow(PartnerError):
    code, retryable = "too_slow", True
    message = (
        "{host}:{port} is too slow ({detail}), so FileFerry ended the session. If it goes on, ask"
        " the partner about the load of the server and of its network."
    )
    host: str
    port: int
    detail: str


class SessionRefused(PartnerError):
    code, retryable = "session_refused", True
    message = (
        "{host}:{port} starts no session for us ({detail}). Ask the partner whether file transfers"
        " are enabled for this user, how many sessions it may have at once, and whether its"
        " password has expired."
    )
    host: str
    port: int
    detail: str


class DataConnectionFailed(PartnerError):
    """FTP moves each file and listing through a connection of its own, to a port that the server
    names."""

    code, retryable = "data_connection_failed", True
    message = (
        "{host} answers, but no data connection could be made ({detail}). Ask the partner whether"
        " the firewall lets us in to the server's passive ports, and what the server's log says."
    )
    host: str
    detail: str


class EncryptionNotOffered(PartnerError):
    code = "encryption_not_offered"
    message = (
        "{host}:{port} does not encrypt as the destination demands ({detail}). It got neither login"
        " nor data. Check port and tls ('explicit' or 'implicit') of the destination, and ask the"
        " partner whether FTPS is enabled."
    )
    host: str
    port: int
    detail: str


class UnencryptedLoginRefused(PartnerError):
    code = "unencrypted_login_refused"
    message = (
        "{host} would get the password and every file unencrypted, and the destination does not"
        " accept that. Use 'ftps', or register it with accepts_unencrypted_login."
    )
    host: str


class PasswordRejected(PartnerError):
    code = "password_rejected"
    message = (
        "{host} refused the password of user {user!r}. Set the right one with PATCH on the"
        " destination."
    )
    host: str
    user: str


class PasswordExpired(PartnerError):
    """`demand` is what the server said."""

    code = "password_expired"
    message = (
        "{host} demands a new password of user {user!r} ({demand!r}), and FileFerry never changes"
        " one. Set a new one there with another program, then here with PATCH on the destination."
    )
    host: str
    user: str
    demand: str


class SecondFactorDemanded(PartnerError):
    """`demand` is the server's question, or the login methods that it still asks for."""

    code = "second_factor_demanded"
    message = (
        "{host} demands more of user {user!r} than FileFerry was given: {demand!r}. FileFerry sends"
        " the password once, the key or both, and answers nothing else. If it asks for the other"
        " of the two, set both with PATCH on the destination; if for a code, ask the partner for a"
        " user without one."
    )
    host: str
    user: str
    demand: str


class LoginNotOffered(PartnerError):
    code = "login_not_offered"
    message = (
        "{host} takes no {kind} from user {user!r}, only: {offered}. Set what it takes with PATCH"
        " on the destination, or ask the partner to allow the other."
    )
    host: str
    user: str
    kind: str
    offered: str


class CredentialMissing(PartnerError):
    code = "credential_missing"
    message = (
        "There is no credential of destination {secret_id!r} (any more): another host, port or user"
        " drops it. Set the password or the private key with PATCH on the destination."
    )
    secret_id: str


class KeyRejected(PartnerError):
    code = "key_rejected"
    message = (
        "{host} refused key {fingerprint} of user {user!r}. Ask the partner to authorise this key,"
        " or set another one."
    )
    host: str
    user: str
    fingerprint: str


class HostKeyUnconfirmed(PartnerError):
    code = "host_key_unconfirmed"
    message = (
        "No host key is pinned for {host}; it offers {offered}. Compare it with the partner's, then"
        " confirm it with PATCH host_keys."
    )
    host: str
    offered: str


class CertificateUntrusted(PartnerError):
    """Nothing is pinned. `offered` is the certificate's fingerprint, `line` what would be
    pinned."""

    code = "certificate_untrusted"
    message = (
        "{host} shows a certificate that no public authority vouches for ({detail}): {offered}. It"
        " got neither login nor data. Compare the fingerprint with the partner's, then confirm it"
        " with PATCH host_keys."
    )
    host: str
    detail: str
    offered: str
    line: str


class HostKeyChanged(PartnerError):
    """`pinned` and `offered` are fingerprints. `line` is the offered key, as it would be pinned."""

    code = "host_key_changed"
    message = (
        "{host} offers {what} {offered}, but {pinned} is pinned. This server got neither login"
        " nor data. Ask the partner whether it was changed on purpose; only then pin the new"
        " one with PATCH host_keys."
    )
    host: str
    pinned: str
    offered: str
    line: str

    @property
    def what(self) -> str:
        return "certificate" if self.line.startswith("tls-") else "host key"


class NoCommonAlgorithm(PartnerError):
    """`kind` says what for: key exchange, host key, cipher, MAC, compression, signature."""

    code = "no_common_algorithm"
    message = (
        "{host} and FileFerry have no safe {kind} in common. It offers: {offered}. FileFerry takes:"
        " {accepted}. Ask the partner to enable one of these."
    )
    host: str
    kind: str
    offered: str
    accepted: str
