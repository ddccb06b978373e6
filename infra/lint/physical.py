"""Turns references and names into the texts that they become on AWS."""

import re
from collections.abc import Iterable

from infra.lint.catalogue import KINDS, Kind
from infra.lint.expansion import ACCOUNT, Expansion
from infra.lint.resolve import Known, Value, resolved

REFERENCE = re.compile(r"\$\{([^!}.]+)(?:\.([^}]+))?\}")


def text_of(expansion: Expansion, value: Value) -> str:
    """References become what AWS answers. Names that CloudFormation makes up get a likely text."""
    if isinstance(value, dict) and len(value) == 1:
        [(function, argument)] = value.items()
        if function == "Ref":
            return _answer(expansion, argument, "")
        if function == "Fn::GetAtt":
            return _answer(expansion, *argument)
        if function == "Fn::Sub":
            return _substituted(expansion, argument)
        if function in ("Fn::Join", "Fn::Split", "Fn::Select"):
            return _computed(expansion, function, argument)
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts_of(expansion: Expansion, values: Value) -> list[str]:
    return [text_of(expansion, each) for each in (values if isinstance(values, list) else [values])]


def given_name(kind: Kind, properties: Value) -> Value:
    """As the template has it, or None."""
    for part in kind.named_by.split("."):
        properties = properties.get(part, {})
    return properties or None


def name_of(expansion: Expansion, logical_id: str) -> str:
    resource = expansion.resources[logical_id]
    kind = KINDS.get(resource["Type"])
    properties = resource.get("Properties", {})
    given = given_name(kind, properties) if kind else None
    if given is None and resource["Type"] == "AWS::ApiGateway::RestApi":
        given = properties.get("Body", {}).get("info", {}).get("title")
    if given is None:
        return f"{expansion.deployment.name}-{logical_id}-1A2B3C4D5E6F"
    return text_of(expansion, given)


def arn_of(expansion: Expansion, logical_id: str) -> str:
    kind = KINDS.get(expansion.resources[logical_id]["Type"])
    if kind is None or not kind.arn:
        return f"{logical_id}.Arn"
    return f"arn:{expansion.pseudo['AWS::Partition']}:" + kind.arn.format(
        region=expansion.deployment.region,
        account=ACCOUNT,
        name=name_of(expansion, logical_id),
    )


def names_of(expansions: Iterable[Expansion], *kinds: str) -> set[str]:
    return {
        name_of(expansion, logical_id)
        for expansion in expansions
        for logical_id, _ in expansion.of_kind(*kinds)
    }


def arns_of(expansions: Iterable[Expansion], *kinds: str) -> set[str]:
    return {
        arn_of(expansion, logical_id)
        for expansion in expansions
        for logical_id, _ in expansion.of_kind(*kinds)
    }


def _answer(expansion: Expansion, logical_id: str, attribute: str) -> str:
    """The answer of GetAtt, or of Ref when there is no attribute."""
    if logical_id not in expansion.resources:
        return f"{logical_id}.{attribute}"
    resource = expansion.resources[logical_id]
    kind = KINDS.get(resource["Type"])
    if resource["Type"] == "AWS::Lambda::Alias" and not attribute:
        alias = resource["Properties"]
        return f"{_function_arn(expansion, alias['FunctionName'])}:{alias['Name']}"
    if kind is None:
        return f"{logical_id}.{attribute}" if attribute else logical_id
    name, arn = name_of(expansion, logical_id), arn_of(expansion, logical_id)
    if not attribute:
        return kind.ref.format(
            name=name, arn=arn, region=expansion.deployment.region, account=ACCOUNT
        )
    if attribute in ("Name", resource["Type"].rpartition("::")[2] + "Name"):
        return name
    return arn if attribute.endswith("Arn") else f"{logical_id}.{attribute}"


def _function_arn(expansion: Expansion, function: Value) -> str:
    arns = {
        name_of(expansion, logical_id): arn_of(expansion, logical_id)
        for logical_id, _ in expansion.of_kind("AWS::Lambda::Function")
    }
    name = text_of(expansion, function)
    return arns.get(name, name)


def _substituted(expansion: Expansion, argument: Value) -> str:
    text, given = argument if isinstance(argument, list) else (argument, {})

    def put(match: re.Match[str]) -> str:
        if match[2] is None and match[1] in given:
            return text_of(expansion, given[match[1]])
        return _answer(expansion, match[1], match[2] or "")

    return REFERENCE.sub(put, text).replace("${!", "${")


def _computed(expansion: Expansion, function: str, argument: Value) -> str:
    """Evaluates functions such as Sub and Join, after their arguments have become texts."""

    def closed(value: Value) -> Value:
        if isinstance(value, list):
            return [closed(each) for each in value]
        return text_of(expansion, value) if isinstance(value, dict) else value

    return str(resolved({function: closed(argument)}, Known({})))
