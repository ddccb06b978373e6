"""The REST API's routes with which admins manage users."""

from functools import partial

from pydantic import SecretStr

from contracts import auth_api as http
from contracts import caller
from kernel.caller import Role
from runtime.callers import grants_of
from runtime.calls import Answer, Call
from runtime.http import Operation
from services.auth.domain.ports import Ports
from services.auth.domain.user import User
from services.auth.domain_services.add_user import NewUser
from services.auth.handlers.api_views import user_view
from services.auth.use_cases import manage_users as manage
from services.auth.use_cases.end_sessions import end_sessions_of
from services.auth.use_cases.read_users import list_users, read_user


def operations(ports: Ports) -> dict[str, Operation]:
    return {
        "list_users": partial(_list, ports),
        "create_user": partial(_create, ports),
        "read_user": partial(_read, ports),
        "change_user": partial(_change, ports),
        "remove_user": partial(_remove, ports),
        "end_sessions": partial(_end_sessions, ports),
    }


def _list(ports: Ports, call: Call[None]) -> http.UsersPage:
    query = call.query
    page = list_users(call.caller, query.limit, query.cursor, ports=ports)
    return http.UsersPage(users=tuple(map(user_view, page.items)), cursor=page.cursor)


def _create(ports: Ports, call: Call[http.UserRequest]) -> Answer:
    body = call.body
    wish = NewUser(
        name=body.user,
        full_name=body.name,
        roles=roles_of(body.roles),
        grants=grants_of(body.grants),
        password=_shown(body.password),
        email=body.email,
    )
    return _answer(manage.create_user(call.caller, wish, call.idempotency, ports=ports))


def _read(ports: Ports, call: Call[None]) -> Answer:
    return _answer(read_user(call.caller, call.path["user"], ports=ports))


def _change(ports: Ports, call: Call[http.UserPatch]) -> Answer:
    body = call.body
    changes = manage.UserChanges(
        full_name=body.name,
        roles=None if body.roles is None else roles_of(body.roles),
        grants=None if body.grants is None else grants_of(body.grants),
        locked=body.locked,
        password=_shown(body.password),
        email=body.email,
        no_email=body.no_email is True,
    )
    name = call.path["user"]
    return _answer(manage.change_user(call.caller, name, changes, call.if_match, ports=ports))


def _remove(ports: Ports, call: Call[None]) -> None:
    manage.remove_user(call.caller, call.path["user"], call.if_match, ports=ports)


def _end_sessions(ports: Ports, call: Call[None]) -> None:
    end_sessions_of(call.caller, call.path["user"], ports=ports)


def _answer(user: User) -> Answer:
    return Answer(user_view(user), version=user.version)


def roles_of(roles: tuple[caller.Role, ...]) -> tuple[Role, ...]:
    """Each role once, in the order of the enumeration."""
    return tuple(role for role in Role if role.value in roles)


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
