"""The brain of the demo: rules for the sentences that docs/demo.md tells people to say."""

from tests.doubles.bedrock_moves import Moves, Request, Say


def demo(request: Request) -> Moves:
    return [Say(say="I can list, look up and propose.")]
