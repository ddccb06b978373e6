"""Checks that MiniStack is the release for which our corrections were written."""


class MiniStackChanged(Exception):
    """Our corrections were written for another release of MiniStack."""


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise MiniStackChanged(
            f"{what}: look through infra/local/launcher.py and the modules named *_corrections.py"
            " before raising MiniStack's version."
        )
