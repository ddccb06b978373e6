"""The services' CloudFormation templates, read with their short forms (!Ref, !Sub, ...)."""

from pathlib import Path
from typing import Any

import yaml

from contracts.generate import ROOT


class _Loader(yaml.SafeLoader):
    """`!Sub x` becomes {"Sub": x}, and so on."""


def _short_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {tag: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def service_templates() -> dict[str, dict[str, Any]]:
    """By service; fails when there is none: nothing passes for want of something to look at."""
    paths = sorted((ROOT / "services").glob("*/template.yaml"))
    assert paths, "no services/*/template.yaml"
    return {path.parent.name: _load(path) for path in paths}


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of the resources of one type, by logical id."""
    found = template["Resources"].items()
    return {name: each["Properties"] for name, each in found if each["Type"] == kind}


def _load(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        loaded: dict[str, Any] = yaml.load(file, _Loader)  # noqa: S506 - a SafeLoader
    return loaded
