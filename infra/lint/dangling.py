"""ARNs that name nothing of the stage: a grant that allows nothing, a variable that leads nowhere.

References are cfn-lint's; here it is about ARNs that a template puts together from a name.
"""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from infra.lint.alarms import ALARMS, aliases_of
from infra.lint.catalogue import KINDS
from infra.lint.expansion import ACCOUNT, Expansion
from infra.lint.finding import Finding
from infra.lint.literals import texts_in
from infra.lint.physical import arns_of, names_of, text_of
from infra.stacks import ONCE

# Kinds that only templates make; secrets, executions and API keys come at run time, too.
MADE_HERE = re.compile(
    rf"arn:[a-z-]+:(?:sqs:[a-z0-9-]+:{ACCOUNT}:|sns:[a-z0-9-]+:{ACCOUNT}:"
    rf"|lambda:[a-z0-9-]+:{ACCOUNT}:function:|states:[a-z0-9-]+:{ACCOUNT}:stateMachine:"
    rf"|dynamodb:[a-z0-9-]+:{ACCOUNT}:table/|events:[a-z0-9-]+:{ACCOUNT}:(?:event-bus|rule)/"
    rf"|iam::{ACCOUNT}:role/)[^${{}}]+"
)


def dangling_arns(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    """The pipeline's roles are about all stages, and about what is not there yet."""
    if expansion.deployment.stack in ONCE:
        return
    there = arns_of(stage, *KINDS)
    functions = names_of(stage, "AWS::Lambda::Function")
    there |= {
        f"{arn.rpartition(':')[0]}:{alias}"
        for arn in there
        if ":function:" in arn and (name := arn.rpartition(":")[2]) in functions
        for alias in aliases_of(name, stage)
    }
    there |= {arn for each in stage for arn in _workflow_aliases(each)}
    deployment = expansion.deployment
    peer, here = f":{deployment.values.get('PeerRegion') or '-'}:", f":{deployment.region}:"
    for logical_id, resource in expansion.resources.items():
        if resource["Type"] in ALARMS:  # alarms.py says more about them
            continue
        for text in sorted({each for each in texts_in(resource) if MADE_HERE.fullmatch(each)}):
            whole = re.sub(r"(:table/[^/]+)/.*", r"\1", text)
            whole = whole.replace(peer, here)  # the stage's other region has what this one has
            if not any(fnmatchcase(arn, whole) for arn in there):
                yield expansion.finding(
                    "dangling", logical_id, f"{text} is nothing of this stage: correct the name."
                )


def _workflow_aliases(expansion: Expansion) -> Iterator[str]:
    """The ARN of an alias begins with that of its state machine, which its version names."""
    for _, alias in expansion.of_kind("AWS::StepFunctions::StateMachineAlias"):
        version_id = alias["DeploymentPreference"]["StateMachineVersionArn"]["Ref"]
        version = expansion.resources[version_id]["Properties"]
        yield f"{text_of(expansion, version['StateMachineArn'])}:{alias['Name']}"
