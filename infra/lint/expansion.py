"""Expands a deployment as AWS does. SAM comes first, then parameters, conditions and the rest."""

import copy
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.lint.deployments import Deployment, packaged
from infra.lint.finding import Finding
from infra.lint.resolve import Known, Value, resolved
from infra.templates import Template

ACCOUNT = "111122223333"
SSM = "AWS::SSM::Parameter::Value<"
PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}


@dataclass(frozen=True)
class Expansion:
    """`resources` are those that exist on the stage. Of all intrinsic functions, only references to
    them are left."""

    deployment: Deployment
    source: Template  # with the documents that it includes
    pseudo: Mapping[str, str]
    conditions: Mapping[str, bool]
    resources: Mapping[str, Template]
    outputs: Mapping[str, Template]

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, Template]]:
        """(logical id, properties)"""
        for logical_id, resource in self.resources.items():
            if resource["Type"] in kinds:
                yield logical_id, resource.get("Properties", {})

    def finding(self, rule: str, logical_id: str, message: str) -> Finding:
        return Finding(
            stack=self.deployment.stack,
            logical_id=logical_id,
            rule=rule,
            message=message,
            stage=self.deployment.stage,
        )


class NotExpanded(Exception):
    """SAM refused the template. `findings` say why."""

    def __init__(self, deployment: Deployment, reasons: Sequence[str]) -> None:
        self.findings = [
            Finding(deployment.stack, "template", "sam", reason, deployment.stage)
            for reason in reasons
        ]
        super().__init__(f"SAM refuses the template of {deployment.stack}: {'; '.join(reasons)}")


def expand(deployment: Deployment, stored: Mapping[str, str]) -> Expansion:
    """`stored` has the values that earlier stacks of the stage left in SSM, by the parameter.

    Raises NotExpanded.
    """
    pseudo = pseudo_parameters(deployment)
    values = {**parameter_values(deployment, stored), **pseudo}
    source = packaged(deployment)
    try:
        template = translated(source, deployment.region, values)
    except InvalidDocumentException as error:
        raise NotExpanded(deployment, [cause.message for cause in error.causes]) from error
    known = Known(values, template.get("Conditions", {}), template.get("Mappings", {}))
    resources = {
        logical_id: _resource(resource, known)
        for logical_id, resource in template["Resources"].items()
        if "Condition" not in resource or known.holds(resource["Condition"])
    }
    absent = template["Resources"].keys() - resources.keys()
    for resource in resources.values():
        if "DependsOn" in resource:  # AWS does not wait for resources that a condition left out
            resource["DependsOn"] = [each for each in resource["DependsOn"] if each not in absent]
    outputs = {
        name: resolved({k: v for k, v in output.items() if k != "Condition"}, known)
        for name, output in template.get("Outputs", {}).items()
        if "Condition" not in output or known.holds(output["Condition"])
    }
    conditions = {name: known.holds(name) for name in known.conditions}
    return Expansion(deployment, source, pseudo, conditions, resources, outputs)


def pseudo_parameters(deployment: Deployment) -> dict[str, str]:
    region = deployment.region
    [(partition, suffix)] = [
        found for start, found in PARTITIONS.items() if region.startswith(start)
    ] or [("aws", "amazonaws.com")]
    return {
        "AWS::Region": region,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": partition,
        "AWS::URLSuffix": suffix,
        "AWS::StackName": deployment.name,
        "AWS::StackId": f"{deployment.name}/1",
    }


def parameter_values(deployment: Deployment, stored: Mapping[str, str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, declared in deployment.template.get("Parameters", {}).items():
        text = deployment.values.get(name, declared.get("Default", ""))
        kind = declared["Type"]
        if kind.startswith(SSM):
            text = stored.get(text, f"value-of-{name}")
        if kind == "Number":
            values[name] = number(str(text))
        elif "List" in kind:
            values[name] = [each.strip() for each in str(text).split(",")]
        else:
            values[name] = str(text)
    return values


def number(text: str) -> int | float | str:
    """The number, or the text itself when it is no number. Then AWS would refuse it."""
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text


def translated(source: Template, region: str, values: Mapping[str, Value]) -> Template:
    """The template with CloudFormation's resources instead of SAM's. Raises
    InvalidDocumentException."""
    template = copy.deepcopy(source)  # the translator writes into it
    if "Transform" not in template:
        return template
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of features it lacks
    session = SimpleNamespace(region_name=region)  # it asks nothing else of boto3
    translator = Translator({}, Parser(), boto_session=session)
    done: Template = translator.translate(template, dict(values))
    return done


def _resource(resource: Template, known: Known) -> Template:
    done: Template = resolved({k: v for k, v in resource.items() if k != "Condition"}, known)
    if isinstance(done.get("DependsOn"), str):
        done["DependsOn"] = [done["DependsOn"]]
    return done
