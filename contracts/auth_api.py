"""HTTP requests and answers about logging in, sessions and users."""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from contracts.auth_events import ClientKind, LoginMethod
from contracts.caller import Grants, Role, UserName
from contracts.contract import (
    PLAIN,
    Contract,
    Id,
    IssuedToken,
    Mail,
    Patch,
    Published,
    SecretLength,
    Slug,
    Text,
    UtcTime,
)

MIN_PASSWORD, MAX_PASSWORD = 12, 256  # characters
MAX_ROLES = 4  # there are no more


def _strong(password: SecretStr) -> SecretStr:
    if len(set(password.get_secret_value())) < 5:
        raise PydanticCustomError("weak", "Use at least 5 different characters.")
    return password


def _some(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if not 1 <= len(roles) <= MAX_ROLES:
        raise PydanticCustomError("roles", "Give 1 to 4 roles.")
    return roles


FullName = Annotated[str, Text("1 to 100 characters, none of them a control character", 100, PLAIN)]
GivenPassword = Annotated[SecretStr, SecretLength(1, MAX_PASSWORD)]
NewPassword = Annotated[
    SecretStr, SecretLength(MIN_PASSWORD, MAX_PASSWORD), AfterValidator(_strong)
]
GivenToken = Annotated[SecretStr, SecretLength(1, 1_024)]
Roles = Annotated[
    tuple[Role, ...],
    AfterValidator(_some),
    Field(json_schema_extra={"minItems": 1, "maxItems": MAX_ROLES}),
]
Challenge = Annotated[
    str, Text("The base64url SHA-256 of the verifier: 43 characters", 43, r"[A-Za-z0-9_-]+", 43)
]
Verifier = Annotated[SecretStr, SecretLength(43, 128)]


class LoginRequest(Contract):
    """A session of the console ends when it is idle, or when its time is over. A session of the API
    ends only when its time is over."""

    user: UserName
    password: GivenPassword
    client: ClientKind = "api"


class RefreshRequest(Contract):
    refresh_token: GivenToken


class TokensView(Published):
    """Send `access_token` as 'Authorization: Bearer ...'. A refresh token works once."""

    access_token: IssuedToken
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749's word
    expires_in_seconds: int = Field(ge=0)
    refresh_token: IssuedToken
    session_expires_at: UtcTime


class SsoQuery(Contract, strict=False):
    """Without `return_to` the callback itself answers with the tokens.

    With `return_to` the browser is sent there with `?code=`. The code can be redeemed once, with
    the verifier of `challenge` (as in PKCE).
    """

    return_to: Annotated[str, Text("An address of an origin that is allowed", 500)] | None = None
    challenge: Challenge | None = None
    client: ClientKind = "api"

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.return_to is None) != (self.challenge is None):
            raise PydanticCustomError("sso", "Send return_to and challenge together.")
        return self


class SsoCallbackQuery(Contract, strict=False, extra="ignore"):
    """What the identity provider sends the browser back with."""

    state: Annotated[str, Text("As the provider got it", 200)]
    code: Annotated[str, Text("As the provider gave it", 4_096)] | None = None
    error: Annotated[str, Text("As the provider gave it", 200)] | None = None


class SsoRedeemRequest(Contract):
    code: GivenToken
    verifier: Verifier


class WebSocketTicketView(Published):
    """Connect to `url` with `?ticket=` and the ticket. It works once, for `expires_in_seconds`."""

    url: str
    ticket: IssuedToken
    expires_in_seconds: int = Field(ge=0)


class PasswordChange(Contract):
    current_password: GivenPassword
    new_password: NewPassword


class SessionView(Published):
    """`idle_seconds`: the session is closed after that long without a call. It is null for sessions
    that may be idle. `handed_to`: teams, where it was handed over to Microsoft Teams."""

    id: Id
    method: LoginMethod
    client: ClientKind
    opened_at: UtcTime
    last_seen_at: UtcTime
    expires_at: UtcTime
    idle_seconds: int | None
    handed_to: Slug | None = None


class OwnSessionView(SessionView):
    """`source_ip` is where it was opened from. `current`: it is the one that asks."""

    source_ip: str | None
    current: bool


class OwnSessionsView(Published):
    """Newest first."""

    sessions: tuple[OwnSessionView, ...]


class UserView(Published):
    """`email` is where the user is told of transfers. Single sign-on sets it at each login, if the
    provider says that it is verified."""

    user: UserName
    name: str
    email: str | None
    roles: tuple[Role, ...]
    grants: Grants
    login: LoginMethod
    locked: bool
    created_at: UtcTime
    updated_at: UtcTime


class MeView(UserView):
    session: SessionView


class UsersPage(Published):
    """Sorted by user. `cursor` is null on the last page."""

    users: tuple[UserView, ...]
    cursor: str | None


class UserRequest(Contract):
    """Without a password the user can only log in by single sign-on."""

    user: UserName
    name: FullName
    roles: Roles
    password: NewPassword | None = None
    grants: Grants = Grants()
    email: Mail | None = None


class UserPatch(Patch):
    """`grants` replaces all earlier grants of the user."""

    name: FullName | None = None
    roles: Roles | None = None
    password: NewPassword | None = None
    locked: bool | None = None
    grants: Grants | None = None
    email: Mail | None = None
    no_email: Literal[True] | None = Field(
        default=None, description="takes the e-mail address away"
    )

    @model_validator(mode="after")
    def _one_wish_for_the_address(self) -> Self:
        if self.email is not None and self.no_email:
            raise PydanticCustomError("email", "Send email or no_email, not both.")
        return self
