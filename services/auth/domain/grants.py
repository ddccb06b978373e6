"""How many grants one user may have."""

import json
from dataclasses import asdict

from kernel.caller import Grants
from services.auth.domain.errors import FieldInvalid

# Grants travel in the authorizer's answer with every request. AWS does not say how long that answer
# may be. Reverse proxies everywhere take headers of 8 kB.
MAX_BYTES = 5_000


def check_grants(grants: Grants) -> None:
    """Raises FieldInvalid."""
    size = len(json.dumps(asdict(grants), ensure_ascii=False).encode())
    if size > MAX_BYTES:
        advice = f"All grants together may have {MAX_BYTES} bytes: grant shorter prefixes, or '*'."
        raise FieldInvalid("grants", f"{size} bytes", advice)
