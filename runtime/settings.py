"""The base of a service's settings. Its fields are environment variables, which are read once.

class Settings(ServiceSettings):
    transfers_table: str               # TRANSFERS_TABLE
    cors_origins: CommaList = ()       # CORS_ORIGINS=https://a.example,https://b.example

settings = Settings.load()
"""

from typing import Annotated, Self

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: str | tuple[str, ...]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


# Without NoDecode pydantic-settings would read the variable as JSON.
CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class SettingsInvalid(Exception):
    """The message names every variable that is missing or wrong. It never shows a value."""

    code = "settings_invalid"


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    stage: str
    log_level: str = "INFO"

    def cost_tags(self, stack: str) -> dict[str, str]:
        """For what a function makes that is billed. What a stack makes has these from the stack."""
        return {"fileferry:stage": self.stage, "fileferry:stack": stack}

    @classmethod
    def load(cls) -> Self:
        """Reads the environment. Raises SettingsInvalid."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"
                for each in error.errors(include_input=False, include_url=False)
            )
            raise SettingsInvalid(f"{cls.__module__}: wrong environment: {wrong}.") from None
