"""How tickets of a kind look in ServiceNow: table, fields, states."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from services.ticketing.domain.ticket import Kind

NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")  # of a table or a field there
PLACE = re.compile(r"\{([^{}]*)\}")
# What values of fields may name: '{owner_email}'
PLACES = frozenset(
    {
        "owner",
        "owner_name",
        "owner_email",
        "transfer_id",
        "destination",
        "destination_name",
        "bucket",
        "label",
    }
)
# are written by rules of our own
OURS = frozenset(
    {
        "correlation_id",
        "correlation_display",
        "short_description",
        "description",
        "state",
        "close_notes",
    }
)


@dataclass(frozen=True)
class Form:
    """`ended_states` are those in which a person would not expect us to write. `journal` is the
    field that notes are added to. `staging` is the staging table of an import set, by which tickets
    of the table are opened."""

    table: str
    resolved_state: str
    cancelled_state: str
    ended_states: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    close_code: str | None = None
    cancel_code: str | None = None
    journal: str = "work_notes"
    staging: str | None = None


INCIDENT = Form(
    table="incident",
    resolved_state="6",
    cancelled_state="8",
    ended_states=("6", "7", "8"),
    fields={"caller_id": "{owner_email}"},
    close_code="Solution provided",
    cancel_code="Solution provided",
)
REQUESTED_ITEM = Form(
    table="sc_req_item",
    resolved_state="3",
    cancelled_state="4",
    ended_states=("3", "4", "7"),
    fields={"requested_for": "{owner_email}"},
)
OWN_TABLE = Form(table="", resolved_state="", cancelled_state="", ended_states=())
LISTED, OPTIONAL = {"fields", "ended_states"}, {"close_code", "cancel_code", "staging"}
KNOWN = {form.table: form for form in (INCIDENT, REQUESTED_ITEM)}


def forms_of(mapping: Any) -> Mapping[Kind, Form]:  # noqa: ANN401 - JSON
    """From {"user": {"table": "sc_req_item", "fields": {"assignment_group": "..."}}, "audit": ...}.
    What is left out is as usual for the table; an empty value leaves a usual field out. Raises
    ValueError, which names what is wrong."""
    if not isinstance(mapping, dict):
        raise ValueError("is no JSON object")
    if unknown := sorted(set(mapping) - set(Kind)):
        raise ValueError(f"has {unknown[0]!r}; there are {', '.join(Kind)}")
    return {kind: _form(kind, mapping.get(kind.value, {})) for kind in Kind}


def form_in(forms: Mapping[Kind, Form], kind: Kind, table: str) -> Form:
    """Of a ticket that is in this table. It stays there when the mapping names another one for its
    kind, whose states mean something else."""
    known = (forms[kind], *forms.values(), *KNOWN.values())
    return next((form for form in known if form.table == table), forms[kind])


def _form(kind: Kind, said: Any) -> Form:  # noqa: ANN401 - JSON
    known = {each.name for each in fields(Form)}
    if not isinstance(said, dict) or set(said) - known:
        raise ValueError(f"{kind}: write an object with some of {', '.join(sorted(known))}")
    for name, value in said.items():
        optional = value is None and name in OPTIONAL
        if name not in LISTED and not isinstance(value, str) and not optional:
            raise ValueError(f"{kind}: {name}: write text, in quotes")
    table = said.get("table", INCIDENT.table)
    needed = {"resolved_state", "cancelled_state", "ended_states"}
    if table not in KNOWN and (missing := sorted(needed - set(said))):
        raise ValueError(f"{kind}: table {table!r} needs {', '.join(missing)}")
    given = {"fields": {}, "ended_states": (), **said}
    if not isinstance(given["fields"], dict) or not isinstance(given["ended_states"], list | tuple):
        raise ValueError(f"{kind}: fields is an object, and ended_states a list")
    usual = KNOWN.get(table, OWN_TABLE)
    given["fields"] = {**usual.fields, **given["fields"]}
    given["ended_states"] = tuple(map(str, given["ended_states"])) or usual.ended_states
    form = replace(usual, **given)
    _check(kind, form)
    return form


def _check(kind: Kind, form: Form) -> None:
    for name in (form.table, form.journal, form.staging or form.table, *form.fields):
        if not NAME.fullmatch(name):
            raise ValueError(f"{kind}: {name!r} is no name of a table or a field")
    if taken := sorted(OURS & set(form.fields)):
        raise ValueError(f"{kind}: {taken[0]!r} is written by FileFerry itself")
    for name, value in form.fields.items():
        if not isinstance(value, str):
            raise ValueError(f"{kind}: {name}: write text")
        if unknown := [place for place in PLACE.findall(value) if place not in PLACES]:
            raise ValueError(
                f"{kind}: {name}: {{{unknown[0]}}} is unknown; use {', '.join(sorted(PLACES))}"
            )
    for state in (form.resolved_state, form.cancelled_state):
        if state not in form.ended_states:
            raise ValueError(f"{kind}: state {state!r} is not among ended_states")
