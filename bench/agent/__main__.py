"""Plays the golden conversations with the agent, some times each, and prints pass^k.

    python -m bench.agent [--runs 1] [--only WORDS] [--live --model ID [--region REGION]]

Without --live the scripts of golden.toml answer, so all of them must pass. With --live a model on
Amazon Bedrock answers. Its address and credentials come from botocore's own variables. Everything
else is in the process: no transfer is started, no table of a stage is written.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from math import comb

from bench.agent.golden import Golden, golden, played
from services.agent.domain.errors import AgentError
from services.agent.domain.ports import Model

ANSWER_TOKENS = 2_048


def pass_hat(passed: Sequence[int], runs: int, k: int) -> float:
    """How likely it is that k runs of a conversation all go well, over all conversations: the mean
    of the share of all choices of k runs that have no failure (tau-bench's pass^k)."""
    return sum(comb(each, k) / comb(runs, k) for each in passed) / len(passed)


def live_model(model_id: str, region: str | None) -> Model:
    import boto3

    from services.agent.adapters.bedrock_model import CALLS, BedrockModel

    client = boto3.client("bedrock-runtime", region_name=region, config=CALLS)
    return BedrockModel(client, model_id, ANSWER_TOKENS)


def run(conversation: Golden, model: Model | None) -> Sequence[str]:
    try:
        return played(conversation, model)
    except AgentError as error:
        return [f"{error.code}: {error}"]


def report(
    conversations: Sequence[Golden], runs: int, model: Model | None, say: Callable[[str], None]
) -> bool:
    """Whether all runs went well."""
    passed: Counter[str] = Counter()
    say("| conversation | passed | what was otherwise |\n|---|---|---|")
    for each in conversations:
        found: Counter[str] = Counter()
        for _ in range(runs):
            wrong = run(each, model)
            passed[each.name] += not wrong
            found.update(wrong)
        words = "; ".join(f"{count} x {what}" for what, count in found.items())
        say(f"| {each.name} | {passed[each.name]} of {runs} | {words} |")
    counts = [passed[each.name] for each in conversations]
    for k in range(1, runs + 1):
        say(f"\npass^{k}: {pass_hat(counts, runs, k):.3f}")
    return all(count == runs for count in counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="", help="conversations whose name has these words")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--model", help="with --live: the id of a model or inference profile")
    parser.add_argument("--region")
    given = parser.parse_args()
    if given.live != bool(given.model):
        parser.error("Give --live and --model together.")
    chosen = [each for each in golden() if given.only in each.name]
    if not chosen or given.runs < 1:
        parser.error(f"--only {given.only!r} fits no conversation, or --runs is below 1.")
    model = live_model(given.model, given.region) if given.live else None
    if not report(chosen, given.runs, model, lambda line: print(line, flush=True)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
