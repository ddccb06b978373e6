"""Finds source buckets that no trail records, and selectors of a trail that match nothing."""

from collections.abc import Iterator, Sequence

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.permissions import written_in
from infra.lint.physical import texts_of

TRAIL = "AWS::CloudTrail::Trail"
MOST_VALUES = 500  # AWS's limit for all selectors of a trail
ARN = "resources.ARN"


def unseen_reads(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    for logical_id, trail in expansion.of_kind(TRAIL):
        values = [
            value
            for selector in trail.get("AdvancedEventSelectors", [])
            for each in selector["FieldSelectors"]
            for operator, values in each.items()
            if operator != "Field"
            for value in texts_of(expansion, values)
        ]
        for value in values:
            if "*" in value or "?" in value:
                yield expansion.finding(
                    "trail",
                    logical_id,
                    f"CloudTrail takes {value} as it stands, without wildcards, so it records"
                    " nothing: a pattern of SourceBuckets may have one `*`, at its end.",
                )
        if len(values) > MOST_VALUES:
            yield expansion.finding(
                "trail",
                logical_id,
                f"Its selectors have {len(values)} values, AWS takes {MOST_VALUES}: name buckets"
                " by patterns.",
            )
    prefixes = [each for one in stage for each in _recorded(one)]
    for logical_id, role in expansion.of_kind("AWS::IAM::Role"):
        for resource in sorted(set(_objects(expansion, role))):
            known = resource.partition("*")[0].partition("?")[0]
            if not any(known.startswith(each) for each in prefixes):
                yield expansion.finding(
                    "trail",
                    logical_id,
                    f"It may read {resource}, and no trail records that: give infra/audit the same"
                    " SourceBuckets.",
                )


def _recorded(expansion: Expansion) -> Iterator[str]:
    for _, trail in expansion.of_kind(TRAIL):
        for selector in trail.get("AdvancedEventSelectors", []):
            for each in selector["FieldSelectors"]:
                if each["Field"] == ARN:
                    yield from texts_of(expansion, each.get("StartsWith", []))


def _objects(expansion: Expansion, role: dict[str, object]) -> Iterator[str]:
    policies = role.get("Policies", [])
    assert isinstance(policies, list)  # noqa: S101 - the schema has been checked
    for policy in policies:
        for statement in written_in(policy["PolicyDocument"]):
            actions = texts_of(expansion, statement.get("Action", []))
            if statement["Effect"] == "Allow" and any(
                a.startswith("s3:GetObject") for a in actions
            ):
                yield from texts_of(expansion, statement["Resource"])
