"""The root of every service's errors. A class declares its fields and its message, no constructor.

class TransferNotFound(RequestError):
    code, status = "transfer_not_found", 404
    message = "There is no transfer {transfer_id!r}. List yours with GET /api/history."
    transfer_id: str

raise TransferNotFound("42")     # or TransferNotFound(transfer_id="42"); mypy checks both
"""

from collections.abc import Mapping
from inspect import get_annotations
from string import Formatter
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform, get_origin


@dataclass_transform(eq_default=False)
class DeclaredError(Exception):
    """`message` may name fields, properties and class attributes. It is formatted once, when the
    error is made.

    This is not a dataclass, because making one takes 0.15 ms for each class, and every cold start
    pays for all of them.
    """

    code: ClassVar[str] = "internal_error"  # public, so its meaning never changes
    status: ClassVar[int | None] = None  # the HTTP status; None where the service decides
    retryable: ClassVar[bool] = False
    message: ClassVar[str]

    _fields: ClassVar[tuple[str, ...]] = ()
    _told: ClassVar[tuple[str, ...]] = ()  # the names that `message` uses

    def __init_subclass__(cls) -> None:
        """Raises TypeError for a message that uses a name that errors of this class do not have."""
        super().__init_subclass__()
        inherited = [name for base in cls.__bases__ for name in getattr(base, "_fields", ())]
        hints: Mapping[str, object] = get_annotations(cls)
        own = [name for name, hint in hints.items() if get_origin(hint) is not ClassVar]
        cls._fields = tuple(dict.fromkeys([*inherited, *own]))
        cls._told = _names_in(getattr(cls, "message", ""))
        for name in cls._told:
            if name not in cls._fields and not hasattr(cls, name):
                raise TypeError(f"{cls.__name__}.message names {name!r}, which is no field of it.")

    def _fill(self, *args: object, **kwargs: object) -> None:
        values = dict(zip(self._fields, args, strict=False)) | kwargs
        given = len(args) + len(kwargs)
        if given != len(self._fields) or values.keys() != set(self._fields):
            wanted = ", ".join(self._fields) or "nothing"
            raise TypeError(f"{type(self).__name__} takes each once: {wanted}.")
        vars(self).update(values)
        told = {name: getattr(self, name) for name in self._told}
        super().__init__(self.message.format_map(told))

    if TYPE_CHECKING:  # mypy derives a constructor for classes with fields; others get this one

        def __init__(self) -> None: ...
    else:
        __init__ = _fill

    def __reduce__(self) -> tuple[Any, ...]:
        values: Mapping[str, object] = vars(self)
        return type(self), tuple(values[name] for name in self._fields), dict(values)


def _names_in(message: str) -> tuple[str, ...]:
    parsed = [name for _, name, _, _ in Formatter().parse(message) if name is not None]
    return tuple(dict.fromkeys(parsed))
