"""Repeats resources for each stage, in a stack that an account has once for all its stages.

    EachStage: {stages: [dev, prod], resources: {Deploy: {Type: ...}}}

In texts `${Stage}` becomes the stage. In keys and references `Deploy` becomes `DevDeploy`.
"""

import re
from collections.abc import Mapping
from typing import Any

from infra.complete.names import TemplateWrong, pascal


def for_each_stage(written: Mapping[str, Any]) -> dict[str, Any]:
    """Raises TemplateWrong."""
    if set(written) != {"stages", "resources"}:
        raise TemplateWrong("EachStage: write stages and resources, and nothing else.")
    made, resources = {}, written["resources"]
    for stage in written["stages"]:
        ids = {name: pascal(stage) + name for name in resources}
        for name, resource in resources.items():
            made[ids[name]] = _of_stage(resource, stage, ids)
    return made


def _of_stage(value: Any, stage: str, ids: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part
    if isinstance(value, list):
        return [_of_stage(each, stage, ids) for each in value]
    if isinstance(value, str):
        return value.replace("${Stage}", stage)
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return {"Ref": ids.get(value["Ref"], value["Ref"])}
    if set(value) == {"Fn::GetAtt"}:
        name, attribute = value["Fn::GetAtt"]
        return {"Fn::GetAtt": [ids.get(name, name), attribute]}
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"].replace("${Stage}", stage)
        return {"Fn::Sub": re.sub(r"\$\{(\w+)", lambda m: "${" + ids.get(m[1], m[1]), text)}
    return {key: _of_stage(each, stage, ids) for key, each in value.items()}
