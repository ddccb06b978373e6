"""Which passwords are refused, and the one form in which passwords are checked and hashed."""

import unicodedata

from services.auth.domain.errors import WeakPassword

MIN_NAME = 4  # characters; shorter names occur in many good passwords by chance
MIN_PASSWORD, MIN_DIFFERENT = 12, 5  # characters, as contracts' NewPassword has it


def normal(password: str) -> str:
    """Gives each letter one form, because keyboards write the same letter in different forms (NIST
    SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, user: str) -> None:
    """Checks the form that is hashed, because different letters may have the same form there.

    Raises WeakPassword, also when the password contains the user's name. Of a name with an '@' only
    the part before it counts.
    """
    plain = normal(password)
    if len(plain) < MIN_PASSWORD:
        raise WeakPassword(f"Use at least {MIN_PASSWORD} characters.")
    if len(set(plain)) < MIN_DIFFERENT:
        raise WeakPassword(f"Use at least {MIN_DIFFERENT} different characters.")
    name = user.split("@")[0]
    if len(name) >= MIN_NAME and name in plain.lower():
        raise WeakPassword("It contains the user's name.")
