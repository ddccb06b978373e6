"""Makes sure that MiniStack is what its corrections were written for."""


class MiniStackChanged(Exception):
    """This release of MiniStack is not the one the corrections were written for."""


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise MiniStackChanged(
            f"{what}: look through infra/local/launcher.py and the modules named *_corrections.py"
            " before raising MiniStack's version."
        )
