"""The client of FileFerry's REST API: calls with a token, pages, and answers as contract models."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from cli.errors import CommandFailed, NotSignedIn
from cli.http import Answer, Http, Wait

UNAUTHORIZED = 401
Model = TypeVar("Model", bound=BaseModel)


class Tokens(Protocol):
    def access_token(self, refused: str | None = None) -> str:
        """A token that is valid, and not the `refused` one. Raises NotSignedIn."""
        ...

    def close(self) -> None: ...


class Client:
    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        *,
        transport: httpx.BaseTransport | None = None,
        wait: Wait | None = None,
        note: Callable[[str], None] = lambda text: None,
        repeats: bool = True,
    ) -> None:
        """`base_url` is the address without '/api'. `note` is told why it takes long. `repeats`:
        as Http has it."""
        self.base_url = base_url
        self._tokens = tokens
        self._http = Http(base_url, transport, wait, note, repeats)

    def access_token(self) -> str:
        """Valid now; renewed silently when its end is near. Raises NotSignedIn."""
        return self._tokens.access_token()

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float = math.inf,
    ) -> Any:  # noqa: ANN401
        """The answer's JSON document, None where it has none. Raises CommandFailed."""
        answer = self.answer(method, path, body=body, query=query, headers=headers, within=within)
        return answer.document

    def answer(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float = math.inf,
    ) -> Answer:
        """The whole answer, with its headers. A token that was refused is renewed once.

        `within` bounds each call in seconds. A renewal is not cut off: that could end the session.
        """

        def with_token(token: str) -> Answer:
            signed = {**(headers or {}), "Authorization": f"Bearer {token}"}
            return self._http.call(
                method, path, body=body, query=query, headers=signed, within=within
            )

        token = self._tokens.access_token()
        try:
            return with_token(token)
        except NotSignedIn as refused:
            if refused.status != UNAUTHORIZED:
                raise
        return with_token(self._tokens.access_token(refused=token))

    def pages(self, path: str, query: Mapping[str, object] | None = None) -> Iterator[Any]:
        """Each page of a list, until the API says that it was the last one."""
        cursor, before = None, set()
        while True:
            page = self.call("GET", path, query={**(query or {}), "cursor": cursor})
            if not isinstance(page, dict):
                raise CommandFailed("The list has another form than this version knows: update it.")
            yield page
            cursor = page.get("cursor")
            if cursor is None:
                return
            if str(cursor) in before:
                raise CommandFailed("The list does not end: a page of it comes again.")
            before.add(str(cursor))

    def close(self) -> None:
        self._http.close()
        self._tokens.close()


def read(model: type[Model], document: object) -> Model:
    """An answer as the contract has it. Unknown fields are those of a newer FileFerry."""
    try:
        return model.model_validate_json(json.dumps(document), extra="ignore")
    except ValidationError as error:
        raise CommandFailed(
            f"The answer is no {model.__name__} as this version of fileferry knows it: update it."
        ) from error
