"""Tools that read: what all of them have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway, ApiRefused, AskedWrong
from services.agent.domain.handles import HandleKind, Handles, Naming
from services.agent.domain.tool import Outcome, Scene
from services.agent.domain_services.cleaning import clean
from services.agent.domain_services.tool_schema import closed, wrong_with

WHERE_LISTED = {  # which tool tells a handle of that kind
    HandleKind.BUCKET: "list_buckets",
    HandleKind.FOLDER: "list_files",
    HandleKind.OBJECT: "list_files",
    HandleKind.DESTINATION: "list_destinations",
    HandleKind.TRANSFER: "list_transfers",
    HandleKind.TICKET: "transfer_details",
    HandleKind.PAGE: "the tool whose list goes on",
}
TELL_THE_USER = "Tell the user. The same question gets the same answer."
ADVICE = {  # by the status of what the API refuses
    401: "The user's login is over: they have to sign in again.",
    403: "The user may not see this. An admin can grant it: say so, and use check_access.",
    404: "There is no such thing, or the user may not see it. Do not guess another name.",
    429: "There were too many calls in a short time. Answer with what you know.",
    503: "It is not possible just now. Tell the user to try it later.",
}
MAX_HANDLE = 20  # characters


def handle_field(kind: HandleKind, what: str) -> Json:
    """The schema of a field that holds a handle."""
    how = f"{what}: a handle such as {kind}_1, as {WHERE_LISTED[kind]} told it."
    return {
        "type": "string",
        "maxLength": MAX_HANDLE,
        "pattern": f"^{kind}_[0-9]+$",
        "description": how,
    }


PAGE = {"page": handle_field(HandleKind.PAGE, "Where the list goes on; send no other field")}


class Look:
    """One call of a tool. `handles` grow with what is listed."""

    def __init__(self, asked: Json, scene: Scene, cursor: str | None = None) -> None:
        self.asked, self.scene, self.cursor = asked, scene, cursor
        self._naming = Naming(scene.handles)

    @property
    def handles(self) -> Handles:
        return self._naming.handles

    def read(self, operation: str, query: Mapping[str, str] | None = None, **path: str) -> Json:
        return self.scene.reader.read(operation, path, query)

    def handle(self, kind: HandleKind, same: Json, more: Json | None = None) -> str:
        """The handle of what was listed."""
        return self._naming.name(kind, same, more or {})

    def page_of(self, operation: str, rows: str, query: Mapping[str, str], **path: str) -> "Page":
        """One page of a list, from where it goes on. `rows` is the list's name in the answer."""
        at = {"cursor": self.cursor} if self.cursor else {}
        told = self.read(operation, {**query, **at}, **path)
        cursor = told.get("cursor")
        return Page(
            rows_of(operation, told, rows), cursor if isinstance(cursor, str) else None, told
        )

    def more(self, tool: str, cursor: str | None) -> dict[str, Any]:
        """What is told at the end of a list. The model gets a handle, never the cursor."""
        if cursor is None:
            return {"more": False}
        same = {"tool": tool, "asked": dict(self.asked), "cursor": cursor}
        page = self.handle(HandleKind.PAGE, same)
        return {"more": True, "page": page, "advice": f"Call {tool} with page {page} to go on."}

    def meant(self, kind: HandleKind, field_name: str) -> Json:
        """What the handle in that field stands for. Raises AskedWrong."""
        name = self.asked[field_name]
        found = self.handles.of_kind(kind, name)
        if found is None:
            raise AskedWrong(
                f"{name} is not known here, or no more. List it anew with {WHERE_LISTED[kind]},"
                " and use the handle that it tells."
            )
        return found


@dataclass(frozen=True)
class Page:
    rows: Sequence[Json]
    cursor: str | None
    document: Json


def rows_of(operation: str, told: Json, name: str) -> Sequence[Json]:
    """The objects of a list in an answer. Raises ApiAway for an answer without it."""
    found = told.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ApiAway(operation, f"its answer has no list of {name}")
    return found


def picked(told: Json, *names: str) -> dict[str, Any]:
    """These fields, as far as they say anything."""
    return {name: told[name] for name in names if told.get(name) not in (None, [], "")}


def text_in(operation: str, told: Json, name: str) -> str:
    """Raises ApiAway for an answer without it."""
    found = told.get(name)
    if not isinstance(found, str):
        raise ApiAway(operation, f"its answer has no {name}")
    return found


def problem_of(trouble: AskedWrong | ApiRefused | ApiAway) -> Json:
    """What is told instead of an answer."""
    if isinstance(trouble, ApiRefused):
        refused = {"problem": trouble.sentence, "code": trouble.problem, "status": trouble.answered}
        return refused | {"advice": ADVICE.get(trouble.answered, TELL_THE_USER)}
    if isinstance(trouble, ApiAway):
        return {"problem": str(trouble), "advice": "Try it once more. If it stays, say so."}
    return {"problem": str(trouble)}


@dataclass(frozen=True)
class ReadTool:
    """`look` gets what fits the schema. It may raise AskedWrong, ApiRefused and ApiAway."""

    name: str
    description: str
    look: Callable[[Look], Json]
    fields: Mapping[str, Json] = field(default_factory=dict)
    required: Sequence[str] = ()

    @property
    def schema(self) -> Json:
        return closed(self.fields, self.required)

    def run(self, asked: Json, scene: Scene) -> Outcome:
        try:
            look = self._begun(asked, scene)
            return Outcome(clean(self.look(look)), look.handles)
        except (AskedWrong, ApiRefused, ApiAway) as trouble:
            return Outcome(clean(problem_of(trouble)), scene.handles, failed=True)

    def _begun(self, asked: Json, scene: Scene) -> Look:
        if wrong := wrong_with(asked, self.schema):
            raise AskedWrong(wrong)
        if "page" not in asked:
            return Look(asked, scene)
        kept = Look(asked, scene).meant(HandleKind.PAGE, "page")
        if kept["tool"] != self.name:
            raise AskedWrong(f"{asked['page']} is a list of {kept['tool']}. Ask that tool for it.")
        return Look(kept["asked"], scene, kept["cursor"])
