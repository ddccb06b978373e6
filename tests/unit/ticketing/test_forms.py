"""How tickets look in ServiceNow is configured, and wrong configurations are named."""

import re

import pytest

from services.ticketing.domain.form import forms_of
from services.ticketing.domain.ticket import Kind


def test_without_a_mapping_tickets_are_incidents_of_their_caller() -> None:
    form = forms_of({})[Kind.AUDIT]
    assert (form.table, form.resolved_state, form.cancelled_state) == ("incident", "6", "8")
    assert form.fields == {"caller_id": "{owner_email}"}


def test_a_known_table_has_its_own_states_and_person() -> None:
    form = forms_of({"user": {"table": "sc_req_item", "fields": {"priority": "4"}}})[Kind.USER]
    assert (form.resolved_state, form.close_code) == ("3", None)
    assert form.fields == {"requested_for": "{owner_email}", "priority": "4"}


def test_a_table_of_ones_own_says_its_states() -> None:
    own = {
        "table": "u_transfer",
        "resolved_state": "done",
        "cancelled_state": "no",
        "ended_states": ["done", "no"],
    }
    form = forms_of({"audit": own})[Kind.AUDIT]
    assert (form.table, form.ended_states, form.fields) == ("u_transfer", ("done", "no"), {})


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ([], "no JSON object"),
        ({"users": {}}, "'users'; there are user, audit, request"),
        ({"user": {"tabel": "x"}}, "user: write an object with some of"),
        ({"user": {"table": "u_own"}}, "'u_own' needs cancelled_state, ended_states"),
        ({"user": {"fields": {"state": "1"}}}, "'state' is written by FileFerry itself"),
        (
            {"user": {"fields": {"description": "1"}}},
            "'description' is written by FileFerry itself",
        ),
        ({"user": {"fields": {"x": "{nobody}"}}}, "{nobody} is unknown"),
        ({"user": {"fields": {"x": 1}}}, "x: write text"),
        ({"user": {"fields": {"a b": "1"}}}, "'a b' is no name"),
        ({"user": {"fields": [1]}}, "fields is an object"),
        ({"user": {"resolved_state": 6}}, "user: resolved_state: write text"),
        ({"user": {"table": ["incident"]}}, "user: table: write text"),
        ({"user": {"journal": None}}, "user: journal: write text"),
        ({"audit": {"ended_states": ["7"]}}, "audit: state '6' is not among ended_states"),
    ],
)
def test_a_wrong_mapping_is_named(mapping: object, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        forms_of(mapping)
