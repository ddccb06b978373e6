"""Puts functions into the stage's own network, for partners that let only known addresses in.

The ids are read when a stack is deployed, and only where InVpc is true.
"""

from infra.complete.description import Function, Service
from infra.complete.intrinsics import Value, arn, choose, sub

INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]


def vpc_settings() -> Value:
    return choose(
        "UsesVpc",
        {
            "SubnetIds": [_kept("subnet/a"), _kept("subnet/b")],
            "SecurityGroupIds": [_kept("security-group/partners")],
        },
    )


def vpc_statements(service: Service, function: Function) -> list[Value]:
    """Lambda makes the interfaces in the function's name. The function itself may not make any."""
    name = f"fileferry-${{Stage}}-{service.name}-{function.purpose}"
    own = {"ArnEquals": {"lambda:SourceFunctionArn": arn("lambda", f"function:{name}")}}
    on = {"Action": INTERFACES, "Resource": "*"}
    return [
        choose("UsesVpc", {"Sid": "Interfaces", "Effect": "Allow", **on}),
        choose("UsesVpc", {"Sid": "NotItself", "Effect": "Deny", **on, "Condition": own}),
    ]


def _kept(name: str) -> Value:
    return sub(f"{{{{resolve:ssm:/fileferry/${{Stage}}/network/{name}}}}}")
