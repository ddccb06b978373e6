"""The evaluator itself: each rule of IAM that our policies rely on."""

from typing import Any

import pytest

from tests.infra.iam import Call, Decision, NotUnderstood, decide, like

READ = {
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem"],
    "Resource": "arn:aws:dynamodb:r:1:table/a",
}
CALL = Call("dynamodb:GetItem", "arn:aws:dynamodb:r:1:table/a")


def on(action: str, **condition: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}


def test_what_nobody_allows_is_refused() -> None:
    assert decide(CALL, []) is Decision.NOT_ALLOWED
    assert decide(CALL, [READ]) is Decision.ALLOWED
    assert decide(Call("dynamodb:PutItem", CALL.resource), [READ]) is Decision.NOT_ALLOWED
    assert decide(Call(CALL.action, CALL.resource + "b"), [READ]) is Decision.NOT_ALLOWED


def test_a_denial_wins_wherever_it_stands() -> None:
    denial = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
    assert decide(CALL, [READ, denial]) is Decision.DENIED
    assert decide(CALL, [READ], [READ, denial]) is Decision.DENIED


def test_a_boundary_allows_nothing_and_limits() -> None:
    assert decide(CALL, [], [READ]) is Decision.NOT_ALLOWED
    assert decide(CALL, [READ], []) is Decision.NOT_ALLOWED
    assert decide(CALL, [READ], [READ]) is Decision.ALLOWED


def test_actions_are_of_any_case_and_resources_are_not() -> None:
    assert decide(Call("DynamoDB:getitem", CALL.resource), [READ]) is Decision.ALLOWED
    assert decide(Call(CALL.action, CALL.resource.upper()), [READ]) is Decision.NOT_ALLOWED


def test_not_action_is_about_all_others() -> None:
    denial = {"Effect": "Deny", "NotAction": "dynamodb:*", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert decide(CALL, [allow, denial]) is Decision.ALLOWED
    assert decide(Call("s3:GetObject", "*"), [allow, denial]) is Decision.DENIED


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [("a*c", "a/b:c", True), ("a?c", "ac", False), ("[ab]", "a", False), ("[ab]", "[ab]", True)],
)
def test_wildcards_are_those_of_iam(pattern: str, text: str, *, fits: bool) -> None:
    assert like(pattern, text) is fits


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ({"StringEquals": {"k": ["a", "b"]}}, ("b",), True),
        ({"StringEquals": {"k": "a"}}, None, False),
        ({"StringEqualsIfExists": {"k": "a"}}, None, True),
        ({"StringNotEquals": {"k": "a"}}, None, True),
        ({"StringNotEquals": {"k": ["a", "b"]}}, ("b",), False),
        ({"StringLike": {"k": "T#*"}}, ("T#1",), True),
        ({"ForAllValues:StringLike": {"k": ["T#*"]}}, ("T#1", "D#1"), False),
        ({"ForAllValues:StringLike": {"k": ["T#*", "D#*"]}}, ("T#1", "D#1"), True),
        ({"ForAllValues:StringLike": {"k": ["T#*"]}}, None, True),
        ({"ForAnyValue:StringEquals": {"k": ["a"]}}, ("a", "b"), True),
        ({"ForAnyValue:StringEquals": {"k": ["a"]}}, None, False),
        ({"ForAnyValue:StringNotEquals": {"k": ["a"]}}, ("a",), False),
        ({"Null": {"k": "false"}}, None, False),
        ({"Null": {"k": "false"}}, ("a",), True),
        ({"Null": {"k": "true"}}, None, True),
        ({"Bool": {"k": "false"}}, ("false",), True),
        ({"ArnLike": {"k": "arn:aws:iam::1:role/a-*"}}, ("arn:aws:iam::1:role/a-b",), True),
        ({"ArnLike": {"k": "arn:aws:*:role/a"}}, ("arn:aws:iam::1:role/a",), False),
        ({"ArnNotLike": {"k": "arn:aws:iam::1:role/a"}}, ("arn:aws:iam::1:role/a",), False),
    ],
)
def test_conditions(
    condition: dict[str, Any], values: tuple[str, ...] | None, *, holds: bool
) -> None:
    call = Call("a:B", "r", {} if values is None else {"K": values})
    assert (decide(call, [on("a:B", **condition)]) is Decision.ALLOWED) is holds


@pytest.mark.parametrize(
    "statement",
    [
        on("a:B", NumericLessThan={"k": "1"}),
        {**on("a:B"), "Principal": "*"},
        {**on("a:B"), "Resource": "arn:aws:s3:::${aws:username}"},
        on("a:B", StringEquals={"k": "a"}),  # of several values
    ],
)
def test_what_is_not_understood_is_said(statement: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        decide(Call("a:B", "r", {"k": ("a", "b")}), [statement])
