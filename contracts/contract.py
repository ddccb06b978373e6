"""The base models of everything published, and the kinds of text that their fields hold."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    SecretStr,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Contract(BaseModel):
    """Strict and frozen. Unknown fields and wrong types are refused. No error shows a value."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, allow_inf_nan=False
    )


def _open_to_new_fields(schema: dict[str, Any]) -> None:
    schema.pop("additionalProperties", None)


class Published(Contract):
    """What readers receive. It is strict for its writer. Its schema allows new optional fields."""

    model_config = ConfigDict(json_schema_extra=_open_to_new_fields)


@dataclass(frozen=True)
class Text:
    """Metadata for `Annotated[str, ...]`: the whole text matches `pattern`.

    `advice` is the error message and says what is allowed. Lengths are in characters.
    """

    advice: str
    max_length: int
    pattern: str = r"[\s\S]*"
    min_length: int = 1

    def _checked(self, value: str) -> str:
        fits = self.min_length <= len(value) <= self.max_length
        if not fits or not re.fullmatch(self.pattern, value):
            raise PydanticCustomError("text_refused", "{advice}", {"advice": self.advice})
        return value

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        limits = {"minLength": self.min_length, "maxLength": self.max_length}
        whole = f"(?:{self.pattern})" if "|" in self.pattern else self.pattern
        return {**handler(schema), **limits, "pattern": f"^{whole}$"}


@dataclass(frozen=True)
class SecretLength:
    """Metadata for `Annotated[SecretStr, ...]`: how many characters, in the schema too."""

    min_length: int
    max_length: int

    def _checked(self, value: SecretStr) -> SecretStr:
        if not self.min_length <= len(value.get_secret_value()) <= self.max_length:
            limits = {"least": self.min_length, "most": self.max_length}
            raise PydanticCustomError(
                "secret_refused", "Send {least} to {most} characters.", limits
            )
        return value

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "minLength": self.min_length, "maxLength": self.max_length}


# Shown only in the answer that hands it over, and masked wherever the model itself is printed.
IssuedToken = Annotated[
    SecretStr,
    PlainSerializer(lambda token: token.get_secret_value(), when_used="json"),
    WithJsonSchema({"type": "string"}),  # a secret would be `writeOnly`, and none in an answer
]


def something_and_no_null(schema: dict[str, Any]) -> None:
    schema["minProperties"] = 1
    for name, field in schema["properties"].items():
        schema["properties"][name] = without_null(field)


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field that may be left out but not be null."""
    options = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if not options:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return rest | (options[0] if len(options) == 1 else {"anyOf": options})


class Patch(Contract):
    """Fields left out stay as they are. `model_fields_set` tells which fields were sent."""

    model_config = ConfigDict(json_schema_extra=something_and_no_null)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty_patch", "Give at least one field to change.")
        for name in sorted(self.model_fields_set):
            if getattr(self, name) is None:
                raise PydanticCustomError(
                    "null_patch", "{name} cannot be null: leave it out to keep it.", {"name": name}
                )
        return self


Header = Annotated[str, Text("Send 1 to 255 visible ASCII characters.", 255, r"[!-~]+")]

VersionTag = Annotated[
    str, Text('Send the ETag of the last answer, as in "7", or *.', 20, r'"[0-9]{1,18}"|\*')
]


class CallHeaders(Contract):
    """The headers that mean something; a repeated Idempotency-Key gets the first answer."""

    idempotency_key: Header | None = Field(default=None, alias="Idempotency-Key")
    if_match: VersionTag | None = Field(default=None, alias="If-Match")


RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
MAX_KEY_BYTES = 1_024  # S3's own limit, in UTF-8
CONTROL = (
    r"\u0000-\u001f\u007f-\u009f\u2028\u2029"  # they break lines in protocols, logs and consoles
)
PLAIN = rf"[^{CONTROL}]+"


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the year would be 0 or 10000
        raise PydanticCustomError(
            "time_refused", "In UTC this is no year of four digits."
        ) from None


def _as_rfc_3339(value: object) -> object:
    """Pydantic would also take seconds since 1970 and other forms of ISO 8601."""
    if isinstance(value, str) and not re.fullmatch(RFC_3339, value, re.IGNORECASE | re.ASCII):
        raise PydanticCustomError("time_refused", "Send a time like 2026-11-02T12:00:00Z.")
    return value


def _key_fits(value: str) -> str:
    if not 1 <= len(value.encode()) <= MAX_KEY_BYTES:
        raise PydanticCustomError("key_refused", "A key has 1 to 1024 bytes in UTF-8.")
    return value


UtcTime = Annotated[AwareDatetime, AfterValidator(_in_utc)]
SentTime = Annotated[UtcTime, BeforeValidator(_as_rfc_3339)]  # where everything is text
Id = Annotated[str, Text("1 to 128 of A-Z a-z 0-9 . _ : -", 128, r"[A-Za-z0-9._:-]+")]
Digest = Annotated[str, Text("64 lower-case hexadecimal digits", 64, r"[0-9a-f]{64}", 64)]
ETag = Annotated[str, Text("An ETag as a list of files shows it", 256, r"[\x21-\x7e]+")]
Crc64 = Annotated[str, Text("16 lower-case hexadecimal digits", 16, r"[0-9a-f]{16}", 16)]
Bytes = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
_BUCKET = r"(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_BUCKET_ADVICE = (
    "A bucket's name has 3 to 63 of a-z 0-9 . - begins and ends with a letter or digit,"
    " holds no '..' and is not written like an IP address."
)
BucketName = Annotated[str, Text(_BUCKET_ADVICE, 63, _BUCKET, 3)]
AnyBucket = Annotated[str, Text(f"{_BUCKET_ADVICE} '*' is every bucket.", 63, rf"{_BUCKET}|\*")]
ObjectKey = Annotated[
    str, AfterValidator(_key_fits), Field(json_schema_extra={"minLength": 1, "maxLength": 1024})
]
VersionId = Annotated[str, Text("1 to 1024 visible ASCII characters", 1024, r"[\x21-\x7e]+")]
Cursor = Annotated[str, Text("Send the cursor of the page before, unchanged.", 4_096, r"[!-~]+")]
_SLUG = r"[a-z0-9][a-z0-9-]*"
_SLUG_ADVICE = "1 to 64 of a-z 0-9 -, beginning with a letter or digit"
Slug = Annotated[str, Text(_SLUG_ADVICE, 64, _SLUG)]
AnySlug = Annotated[str, Text(f"{_SLUG_ADVICE}; '*' is all of them", 64, rf"{_SLUG}|\*")]
TimeZone = Annotated[
    str, Text("A time zone's name, as Europe/Berlin", 64, r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
]


MAX_MAIL = 254  # characters; longer addresses cannot be sent to (RFC 5321, 4.5.3.1.3)
MAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
Mail = Annotated[
    str,
    Text(
        f"An e-mail address: name@host.example, at most {MAX_MAIL} characters of ASCII",
        MAX_MAIL,
        MAIL,
        3,
    ),
]


class PageQuery(Contract, strict=False):
    """Not strict, because everything in a query string is text."""

    limit: int = Field(default=50, ge=1, le=1000)
    cursor: Cursor | None = None
