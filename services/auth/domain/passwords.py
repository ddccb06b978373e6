"""What no password may be, besides too short."""

from services.auth.domain.errors import WeakPassword

MIN_NAME = 4  # characters; shorter names are found in many a good password by chance


def check_password(password: str, user: str) -> None:
    """Raises WeakPassword when it holds the user's name or the part of it before an '@'."""
    name = user.split("@")[0]
    if len(name) >= MIN_NAME and name in password.lower():
        raise WeakPassword("It contains the user's name.")
