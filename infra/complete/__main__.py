"""python -m infra.complete STACK [--json] prints the template that CloudFormation gets."""

import argparse
import json

import yaml

from infra.stacks import stack_argument


class _Plain(yaml.SafeDumper):
    """Writes a repeated value out each time, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.complete", description=__doc__)
    parser.add_argument("stack", type=stack_argument)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    template = given.stack.completed()
    if given.json:
        print(json.dumps(template, indent=1))
        return
    print(yaml.dump(template, Dumper=_Plain, sort_keys=False, width=110), end="")


if __name__ == "__main__":
    main()
