"""HTTP requests and answers about destinations. Secrets are taken and never answered."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from contracts.contract import (
    PLAIN,
    Contract,
    Patch,
    SecretLength,
    Slug,
    Text,
    something_and_no_null,
)

Name = Annotated[str, Text("1 to 100 characters, none of them a control character", 100, PLAIN)]
Host = Annotated[
    str,
    Text("A host name or an IP address: 1 to 253 of A-Z a-z 0-9 . _ : -", 253, r"[A-Za-z0-9._:-]+"),
]
Port = Annotated[int, Field(ge=1, le=65_535)]
Protocol = Literal["sftp", "ftp", "ftps"]
Tls = Literal["explicit", "implicit"]
ProvedBy = Literal["host_key", "certificate", "public_authority", "nothing"]
User = Annotated[str, Text("1 to 128 characters, none of them a control character", 128, PLAIN)]
MAX_BASE_BYTES = 1_024  # leaves the rest of a path's 4,095 for the target


def _base_fits(value: str) -> str:
    if len(value.encode()) > MAX_BASE_BYTES:
        raise PydanticCustomError("base_refused", "A base path has at most 1024 bytes in UTF-8.")
    return value


BasePath = Annotated[
    str,
    Text(
        "A path at the partner: absolute ('/upload'), or relative to the folder where the login"
        " begins ('upload', or '.' for that folder itself). It begins with no '~', because SFTP"
        " does not expand it, holds no part '..' and no control character, and has at most 1024"
        " bytes.",
        MAX_BASE_BYTES,
        rf"(?!~)(?!(.*/)?\.\.(/|$)){PLAIN}",
    ),
    AfterValidator(_base_fits),
]
Sessions = Annotated[int, Field(ge=1, le=10)]  # OpenSSH's own default limit is 10
HostKeyLine = Annotated[
    str,
    Text(
        "A host key as in known_hosts without the host: '<algorithm> <base64>'. For ftps"
        " 'tls-certificate-sha256 <digest>' or 'tls-public-key-sha256 <digest>', in 64 hexadecimal"
        " digits or in base64.",
        4_096,
        r"[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\x00-\x1f\x7f]*)?",
    ),
]
HostKeys = Annotated[list[HostKeyLine], Field(max_length=10)]  # room to rotate several algorithms
Password = Annotated[SecretStr, SecretLength(1, 1_024)]
PrivateKey = Annotated[SecretStr, SecretLength(1, 32_768)]  # RSA 16384 in PEM is 13 KB


def _one_at_least(schema: dict[str, Any]) -> None:
    given, none = {"not": {"type": "null"}}, {"type": "null"}
    password = {"password": given, "private_key": none, "passphrase": none}
    sftp = {
        "protocol": {"const": "sftp"},
        "tls": none,
        "accepts_unencrypted_login": {"const": False},
    }
    ftps = {"protocol": {"const": "ftps"}, "accepts_unencrypted_login": {"const": False}}
    ftp = {
        "protocol": {"const": "ftp"},
        "tls": none,
        "accepts_unencrypted_login": {"const": True},
        "host_keys": {"maxItems": 0},
    }
    schema["anyOf"] = [
        {"required": ["password"], "properties": sftp | password},
        {"required": ["private_key"], "properties": sftp | {"private_key": given}},
        {"required": ["password"], "properties": ftps | password},
        {"required": ["password", "accepts_unencrypted_login"], "properties": ftp | password},
    ]


def _no_lone_passphrase(schema: dict[str, Any]) -> None:
    something_and_no_null(schema)
    schema["dependentRequired"] = {"passphrase": ["private_key"]}


ProbeName = Annotated[
    str, Text("A file name: 1 to 100 of A-Z a-z 0-9 . _ -", 100, r"[A-Za-z0-9._-]+")
]
Delivery = Literal["atomic", "direct"]


class DestinationRequest(Contract):
    """Send `password`, `private_key` or both: both are for servers that ask for one after the
    other. A private key is read at once and refused if it cannot be used. Host keys may be pinned
    after the first test.

    `ftp` and `ftps` log in with a password only. `tls` is how ftps begins: 'explicit' (the default)
    or 'implicit'. What is pinned in `host_keys` has to be its certificate or the public key in it.
    With nothing pinned a public authority has to vouch for the server's name. `ftp` is not
    encrypted, and is refused without `accepts_unencrypted_login`. Without `port` it is 22 for sftp,
    990 for implicit ftps, 21 otherwise.

    `delivery` 'direct' writes straight to the target's name, for a drop box that allows no rename.
    There the file is visible while it is incomplete. `create_folders` makes the target's missing
    folders. Without `probe_writes` a test makes no file at the partner. With `probe_name` the names
    of its files begin with that."""

    model_config = ConfigDict(json_schema_extra=_one_at_least)

    id: Slug
    name: Name
    protocol: Protocol
    host: Host
    port: Port | None = None
    user: User
    base_path: BasePath = "/"
    max_sessions: Sessions = 4
    delivery: Delivery = "atomic"
    create_folders: bool = False
    probe_writes: bool = True
    probe_name: ProbeName | None = None
    tls: Tls | None = None
    accepts_unencrypted_login: bool = False
    password: Password | None = None
    private_key: PrivateKey | None = None
    passphrase: Password | None = None
    host_keys: HostKeys = Field(default_factory=list)

    @model_validator(mode="after")
    def _some_credential(self) -> Self:
        if self.password is None and self.private_key is None:
            raise PydanticCustomError("credential", "Give a password, a private_key or both.")
        _refuse_lone_passphrase(self)
        return self


class DestinationPatch(Patch):
    """`password` and `private_key` are one credential: a patch with either of them replaces the
    stored credential whole. To keep both, send both. Another `host`, `port` or `user` drops the
    stored credential. Another `host` or `port` drops the pinned host keys too, unless new ones come
    along.
    """

    model_config = ConfigDict(json_schema_extra=_no_lone_passphrase)

    name: Name | None = None
    host: Host | None = None
    port: Port | None = None
    user: User | None = None
    base_path: BasePath | None = None
    max_sessions: Sessions | None = None
    delivery: Delivery | None = None
    create_folders: bool | None = None
    probe_writes: bool | None = None
    probe_name: ProbeName | None = None
    tls: Tls | None = None
    password: Password | None = None
    private_key: PrivateKey | None = None
    passphrase: Password | None = None
    host_keys: HostKeys | None = None

    @model_validator(mode="after")
    def _whole_credential(self) -> Self:
        _refuse_lone_passphrase(self)
        return self


def _refuse_lone_passphrase(request: DestinationRequest | DestinationPatch) -> None:
    if request.passphrase is not None and request.private_key is None:
        raise PydanticCustomError("credential", "A passphrase comes with the private_key it opens.")
