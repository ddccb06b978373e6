"""How many grants one user may have."""

import json
from dataclasses import asdict

from kernel.caller import Grants
from services.auth.domain.errors import FieldInvalid

# They travel in the authorizer's answer with every request. AWS does not say how long it may be;
# headers of 8 kB are what reverse proxies take everywhere.
MAX_BYTES = 5_000


def check_grants(grants: Grants) -> None:
    """Raises FieldInvalid."""
    size = len(json.dumps(asdict(grants), ensure_ascii=False).encode())
    if size > MAX_BYTES:
        advice = f"All grants together may have {MAX_BYTES} bytes: grant shorter prefixes, or '*'."
        raise FieldInvalid("grants", f"{size} bytes", advice)
