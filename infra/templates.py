"""Reads CloudFormation templates with their short intrinsic functions (`!Ref`, `!Sub`, ...).

Two of them are ours. `!Arn sqs:name` is the ARN of that name in the stage's own partition, region
and account. `!ArnAnywhere sqs:name` is that of any region.
"""

from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]
NO_REGION = ("iam",)


class _Loader(yaml.CSafeLoader):  # libyaml reads all templates ten times as fast as Python does
    pass


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - YAML has no fourth kind
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def _arn(loader: _Loader, node: yaml.ScalarNode) -> dict[str, Any]:
    return _arn_in("${AWS::Region}", str(loader.construct_scalar(node)))


def _arn_anywhere(loader: _Loader, node: yaml.ScalarNode) -> dict[str, Any]:
    return _arn_in("*", str(loader.construct_scalar(node)))


def _arn_in(region: str, written: str) -> dict[str, Any]:
    service, _, rest = written.partition(":")
    region = "" if service in NO_REGION else region
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:{service}:{region}:${{AWS::AccountId}}:{rest}"}


_Loader.add_multi_constructor("!", _intrinsic)
_Loader.add_constructor("!Arn", _arn)
_Loader.add_constructor("!ArnAnywhere", _arn_anywhere)


def read_template(path: Path) -> Template:
    template = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    if not isinstance(template, dict):
        raise TypeError(f"{path} is no template: its top level is {type(template).__name__}.")
    return template
