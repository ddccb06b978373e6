"""What went wrong at Bedrock, as an error of the domain."""

import re

from botocore.eventstream import ParserError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from kernel.shown_names import sentence
from services.agent.domain.errors import (
    ContextTooLong,
    ModelAway,
    ModelBusy,
    ModelError,
    ModelRefused,
)

MOST_WHY = 300  # characters
# Lower case, because the same errors are spelled otherwise within a stream.
BUSY = frozenset(
    {
        "throttlingexception",
        "servicequotaexceededexception",
        "modelnotreadyexception",
        "serviceunavailableexception",
        "toomanyrequestsexception",
    }
)
AWAY = frozenset(
    {
        "internalserverexception",
        "modelerrorexception",
        "modelstreamerrorexception",
        "modeltimeoutexception",
    }
)
SERVER_FAULT = 500
# Bedrock has no code of its own for it: a ValidationException says so in words, which differ by
# model. Other words would be told as a refusal.
TOO_LONG = re.compile(r"(?i)too long|too many (input )?tokens|context (length|window|limit)")
OURS = (NoCredentialsError, NoRegionError, ParamValidationError)
LOST = (BotoCoreError, HTTPError, ParserError, ResponseParserError, OSError)


def model_error(error: Exception, *, begun: bool) -> Exception:
    """`begun`: some of the answer had come. An error that is none of Bedrock's stays as it is."""
    why = sentence(f"{type(error).__name__}: {error}", MOST_WHY)
    if isinstance(error, ClientError):
        return _told(error, why, begun=begun)
    if isinstance(error, OURS):
        return ModelRefused(why)
    return ModelAway(why) if isinstance(error, LOST) else error


def _told(error: ClientError, why: str, *, begun: bool) -> ModelError:
    code = error.response.get("Error", {}).get("Code", "").lower()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "validationexception" and TOO_LONG.search(str(error)):
        return ContextTooLong(why)
    if begun or code in AWAY:
        return ModelAway(why)
    if code in BUSY:
        return ModelBusy(why)
    return ModelAway(why) if status >= SERVER_FAULT else ModelRefused(why)
