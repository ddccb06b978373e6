"""Remembers what was live on a stage, and goes back to it (docs/adr/0064).

`pointers` says what decides which version is called. `history` keeps the releases, and `facts` what
each of them needs. `rollback` goes back, and `cloudformation` learns of it.
"""

from infra.stacks import Stack


def has_releases(stack: Stack) -> bool:
    """Whether AWS keeps the version before, so that one can go back to it without a deployment."""
    return stack.is_service or stack.name == "api"
