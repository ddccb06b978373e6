"""Policies of the bus. Only a service's own functions may publish in its name.

The policies deny. One that allows would only add to what the account's roles may do anyway.
"""

from collections.abc import Sequence

from infra.complete.intrinsics import Value, attribute, ref, resource, sub

ROLE = (
    "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    ":role/fileferry-${Stage}-${AWS::Region}-{service}-*"
)


def owner_policies(bus: str, services: Sequence[str]) -> Value:
    """One call may carry events of several sources. If one is not allowed, all are refused."""
    made = {}
    for service in services:
        owner = {"aws:PrincipalArn": sub(ROLE.replace("{service}", service))}
        theirs = {"events:source": f"fileferry.{service}"}
        condition = {"ForAnyValue:StringEquals": theirs, "ArnNotLike": owner}
        made[f"Only{service.capitalize()}Publishes"] = _denial(bus, service, condition)
    known = {"events:source": [f"fileferry.{service}" for service in services]}
    others = _denial(bus, "services", {"ForAnyValue:StringNotEquals": known})
    return {**made, "OnlyServicesPublish": others}


def _denial(bus: str, whom: str, condition: Value) -> Value:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": attribute(bus),
        "Condition": condition,
    }
    properties = {
        "EventBusName": ref(bus),
        "StatementId": sub(f"fileferry-${{Stage}}-only-{whom}"),
        "Statement": statement,
    }
    return resource("Events::EventBusPolicy", properties, Condition="OnAws")
