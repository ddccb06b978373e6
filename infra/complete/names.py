"""Names of resources. They have service, purpose and stage. Roles have the region, too, because
IAM is global.
"""

import re
from collections.abc import Mapping
from typing import Any

from infra.complete.intrinsics import sub

# The longest value of each. A name that fits today must fit on every stage and in every region.
LONGEST = {"${Stage}": "s" * 10, "${AWS::Region}": "ap-southeast-1"}
# The property that names a resource, and how many characters AWS takes.
NAMED = {
    "AWS::Serverless::Function": ("FunctionName", 64),
    "AWS::Serverless::StateMachine": ("Name", 80),
    "AWS::DynamoDB::Table": ("TableName", 255),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
}


class TemplateWrong(Exception):
    """The short template cannot be completed. The message says what to write instead."""


def name_of(service: str, purpose: str = "") -> dict[str, Any]:
    return sub(f"fileferry-${{Stage}}-{service}" + (f"-{purpose}" if purpose else ""))


def role_name(service: str, purpose: str) -> dict[str, Any]:
    return sub(f"fileferry-${{Stage}}-${{AWS::Region}}-{service}-{purpose}")


def check_names(resources: Mapping[str, Any]) -> None:
    """Raises TemplateWrong for a name that AWS would refuse on some stage."""
    for logical_id, resource in resources.items():
        key, most = NAMED.get(resource.get("Type", ""), ("", 0))
        name = resource.get("Properties", {}).get(key, {})
        if not isinstance(name, dict) or not isinstance(name.get("Fn::Sub"), str):
            continue
        longest = name["Fn::Sub"]
        for variable, text in LONGEST.items():
            longest = longest.replace(variable, text)
        if len(longest) > most:
            raise TemplateWrong(
                f"{logical_id}: {key} {name['Fn::Sub']} may get {len(longest)} characters, AWS"
                f" takes {most}. Shorten what it is called after by {len(longest) - most}."
            )


def snake(pascal: str) -> str:
    """LaneWorker -> lane_worker"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", pascal).lower()


def dashed(pascal: str) -> str:
    return snake(pascal).replace("_", "-")


def pascal(words: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[-_]", words))
