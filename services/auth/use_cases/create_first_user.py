"""Makes a user for whoever may invoke the function itself: the first admin, or one more when no
admin is left."""

from services.auth.domain.ports import Ports
from services.auth.domain.user import User
from services.auth.domain_services.add_user import NewUser, add_user, new_user


def create_first_user(wish: NewUser, *, ports: Ports) -> User:
    """Raises UserExists, WeakPassword, FieldInvalid."""
    return add_user(new_user(wish, ports=ports), None, ports=ports)
