"""python -m infra.lint prints mistakes in any stack and stage, also those that AWS would accept."""

import sys

from infra.lint.deployments import aws_deployments
from infra.lint.finding import told
from infra.lint.judge import judge
from infra.lint.options import with_every_option


def main() -> None:
    deployments = aws_deployments()
    lines = told([*judge(deployments), *judge(with_every_option(deployments))])
    print("\n".join(lines) or "Nothing to say against any stack on any stage.")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
