"""What no password may be, and the one form in which they are looked at and hashed."""

import unicodedata

from services.auth.domain.errors import WeakPassword

MIN_NAME = 4  # characters; shorter names are found in many a good password by chance
MIN_PASSWORD, MIN_DIFFERENT = 12, 5  # characters, as contracts' NewPassword has it


def normal(password: str) -> str:
    """Keyboards write one and the same letter differently (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, user: str) -> None:
    """Looks at what is hashed: many letters may be other spellings of few.

    Raises WeakPassword, also when it holds the user's name or the part of it before an '@'.
    """
    plain = normal(password)
    if len(plain) < MIN_PASSWORD:
        raise WeakPassword(f"Use at least {MIN_PASSWORD} characters.")
    if len(set(plain)) < MIN_DIFFERENT:
        raise WeakPassword(f"Use at least {MIN_DIFFERENT} different characters.")
    name = user.split("@")[0]
    if len(name) >= MIN_NAME and name in plain.lower():
        raise WeakPassword("It contains the user's name.")
