"""CloudFormation's intrinsic functions, for the code that makes templates."""

from typing import Any

Value = dict[str, Any]
NO_VALUE: Value = {"Ref": "AWS::NoValue"}


def ref(name: str) -> Value:
    return {"Ref": name}


def sub(text: str) -> Value:
    return {"Fn::Sub": text}


def attribute(resource: str, name: str = "Arn") -> Value:
    return {"Fn::GetAtt": [resource, name]}


def choose(condition: str, then: object, otherwise: object = NO_VALUE) -> Value:
    return {"Fn::If": [condition, then, otherwise]}


def is_not(parameter: str, value: str) -> Value:
    return {"Fn::Not": [{"Fn::Equals": [ref(parameter), value]}]}


def arn(service: str, rest: str) -> Value:
    return sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")


def resource(kind: str, properties: Value, **attributes: object) -> Value:
    return {"Type": f"AWS::{kind}", **attributes, "Properties": properties}
