"""What GitHub runs: nothing unpinned, no more rights than needed, and targets that there are."""

import re
import subprocess
from collections import defaultdict
from typing import Any

import pytest

from infra.lint.deployments import AWS_STAGES
from infra.stacks import REPOSITORY
from tests.infra.policy_evaluation import trust_of
from tests.infra.workflow_files import FOLDER, Job, environments_of, jobs, steps, workflows

PINNED = re.compile(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$")
# What a job may write, and why nobody else may.
WRITES = {
    "packages.yml/build": {"id-token", "attestations"},  # it says what it built
    "deploy.yml/packages": {"id-token", "attestations"},
    "stage.yml/deploy": {"id-token"},  # it becomes the stage's deploy role
    "deploy.yml/dev": {"id-token"},
    "promote.yml/staging": {"id-token"},
    "promote.yml/prod": {"id-token"},
    "rollback.yml/rollback": {"id-token"},
    "drift.yml/drift": {"id-token"},
    "locks.yml/update": {"actions", "contents", "pull-requests"},  # it asks for a change
}


def test_every_action_is_pinned_by_its_commit_and_says_its_version() -> None:
    pins: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for path in FOLDER.glob("*.yml"):
        for line in path.read_text().splitlines():
            if "uses:" not in line or "uses: ./.github/workflows/" in line:
                continue
            match = PINNED.search(line)
            assert match, f"{path.name}: {line.strip()}"
            pins[match[1]].add((match[2], match[3]))
    assert len(pins) >= 6
    assert all(len(each) == 1 for each in pins.values()), "one version of each action"


def test_our_own_workflows_that_are_called_are_there() -> None:
    called = [job for job in jobs() if job.calls]
    assert {job.calls for job in called} == {"test.yml", "packages.yml", "stage.yml"}
    for job in called:
        assert job.written["uses"] == f"./.github/workflows/{job.calls}"
        assert "workflow_call" in workflows()[job.calls]["on"]
        assert "secrets" not in job.written


@pytest.mark.parametrize("job", jobs(), ids=str)
def test_a_job_has_the_rights_that_it_needs_and_no_other(job: Job) -> None:
    assert workflows()[job.file]["permissions"] == {}
    rights = job.written["permissions"]
    assert {name for name, level in rights.items() if level == "write"} == WRITES.get(
        str(job), set()
    )
    assert set(rights.values()) <= {"read", "write"}


@pytest.mark.parametrize("job", [job for job in jobs() if not job.calls], ids=str)
def test_a_job_ends(job: Job) -> None:
    assert 0 < job.written["timeout-minutes"] <= 180


def test_no_text_from_outside_becomes_part_of_a_script() -> None:
    """An expression is put into the script before the shell reads it. A variable is not."""
    for job, step in steps():
        assert "${{" not in step.get("run", ""), f"{job}: give it through env"


def test_no_workflow_runs_foreign_code_with_our_rights() -> None:
    for name, workflow in workflows().items():
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(workflow["on"]), (
            name
        )
    text = "".join(path.read_text() for path in FOLDER.glob("*.yml"))
    assert "secrets." not in text, "OIDC needs none"


def test_no_step_shows_what_is_secret() -> None:
    for job, step in steps():
        run = step.get("run", "")
        assert not re.search(
            r"\bset -x|\bprintenv|^\s*env\s*$|echo.*TOKEN|cat .*credentials", run, re.M
        )
        if "actions/checkout" in step.get("uses", ""):
            assert (
                step["with"]["persist-credentials"] == "false"
                or not step["with"]["persist-credentials"]
            ), str(job)
        if "configure-aws-credentials" in step.get("uses", ""):
            assert set(step["with"]) <= {
                *("role-to-assume", "aws-region", "role-duration-seconds", "mask-aws-account-id"),
            }


def rules_of_makefile() -> list[re.Pattern[str]]:
    found = []
    for line in (REPOSITORY / "Makefile").read_text().splitlines():
        if match := re.match(r"([\w% -]+):(?!=)", line):
            found += [re.compile(name.replace("%", ".+")) for name in match[1].split()]
    return found


def targets_of(run: str) -> list[str]:
    commands = [words.split() for words in re.split(r"\n|&&|;", run)]
    made = [words[1:] for words in commands if words[:1] == ["make"]]
    return [word.strip('"') for words in made for word in words if "=" not in word]


def test_every_target_that_is_made_is_in_the_makefile() -> None:
    made = {target for _, step in steps() for target in targets_of(step.get("run", ""))}
    assert {"test", "packages", "deploy-changed", "drift", "rollback-$SERVICE"} <= made
    for target in made:
        assert any(rule.fullmatch(target) for rule in rules_of_makefile()), f"make {target}"


def test_every_push_is_tested_as_at_home() -> None:
    on = workflows()["test.yml"]["on"]
    assert on["push"] == {"branches-ignore": ["main"]}
    assert workflows()["deploy.yml"]["on"]["push"] == {"branches": ["main"]}
    assert workflows()["deploy.yml"]["jobs"]["test"]["uses"].endswith("/test.yml")
    job = workflows()["test.yml"]["jobs"]["test"]
    assert job["env"]["CI"] == "true"
    assert {"run": "make test"} in job["steps"]
    assert (REPOSITORY / ".ci/run").read_text().splitlines()[-1] == "exec make test"


def test_a_role_is_assumed_in_the_environment_that_its_trust_names() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for job in jobs():
        if not job.assumes_role:
            assert not environments_of(job), f"{job} has an environment and needs none"
            continue
        assert job.written["permissions"]["id-token"] == "write", str(job)
        [step] = [each for each in job.steps if "configure-aws-credentials" in each.get("uses", "")]
        for environment in environments_of(job):
            used[step["with"]["role-to-assume"]].add(environment)
    for variable, role in (("DEPLOY_ROLE", "Deploy"), ("SEE_ROLE", "See")):
        trusted = {subject_of(f"{stage.capitalize()}{role}") for stage in AWS_STAGES}
        wanted = {
            f"repo:example/fileferry:environment:{each}"
            for each in used[f"${{{{ vars.{variable} }}}}"]
        }
        assert wanted == trusted
    assert len(used) == 2


def subject_of(role: str) -> str:
    [statement] = trust_of(role)
    return str(statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"])


def test_there_are_credentials_only_after_the_tools_are_installed() -> None:
    for job in jobs():
        if job.assumes_role:
            what = [step.get("run", step.get("uses", "")) for step in job.steps]
            credentials = next(i for i, each in enumerate(what) if "configure-aws" in each)
            assert what.index("make deploy-tools") < credentials, str(job)


def test_two_deployments_of_a_stage_never_run_at_once_and_none_keeps_a_rollback_waiting() -> None:
    """A job that waits for its approval is in its group already, for days perhaps."""
    for file, job, group in (
        ("stage.yml", "deploy", "stage"),
        ("rollback.yml", "rollback", "rollback"),
    ):
        concurrency = workflows()[file]["jobs"][job]["concurrency"]
        assert not concurrency["cancel-in-progress"], "a deployment is never broken off"
        assert concurrency["group"] == f"{group}-${{{{ inputs.stage }}}}"


def test_prod_gets_what_staging_got_and_staging_what_dev_got() -> None:
    stage, promote = workflows()["stage.yml"]["jobs"]["deploy"], workflows()["promote.yml"]["jobs"]
    assert "staging" in promote["prod"]["needs"]
    for name in ("staging", "prod"):
        assert promote[name]["with"] == {
            "stage": name,
            "commit": "${{ needs.find.outputs.commit }}",
            "run": "${{ inputs.run }}",
        }
    assert not any("make packages" in step.get("run", "") for step in stage["steps"])
    uploaded = _with(workflows()["packages.yml"]["jobs"]["build"], "upload-artifact")
    downloaded = _with(stage, "download-artifact")
    assert uploaded["name"] == downloaded["name"]
    assert downloaded["run-id"] == "${{ inputs.run }}"


def test_packages_are_verified_before_anything_is_deployed() -> None:
    stage = workflows()["stage.yml"]["jobs"]["deploy"]
    runs = [step.get("run", "") for step in stage["steps"]]
    verified = next(i for i, run in enumerate(runs) if "gh attestation verify" in run)
    deployed = next(i for i, run in enumerate(runs) if "make deploy-changed" in run)
    assert verified < deployed
    for option in ("--signer-workflow", "--source-ref refs/heads/main", "--source-digest"):
        assert option in runs[verified]
    subjects = _with(workflows()["packages.yml"]["jobs"]["build"], "attest-build")["subject-path"]
    assert subjects == "packages/*.zip, packages/packages.json"
    assert "packages/*.zip packages/packages.json" in runs[verified]


def _with(job: dict[str, Any], action: str) -> dict[str, Any]:
    [step] = [each for each in job["steps"] if action in each.get("uses", "")]
    given: dict[str, Any] = step["with"]
    return given


def test_every_stage_can_be_taken_back_and_is_looked_at() -> None:
    inputs = workflows()["rollback.yml"]["on"]["workflow_dispatch"]["inputs"]
    assert inputs["stage"]["options"] == list(AWS_STAGES)
    assert workflows()["drift.yml"]["jobs"]["drift"]["strategy"]["matrix"]["stage"] == list(
        AWS_STAGES
    )


def test_what_a_person_types_is_looked_at_before_anything_else() -> None:
    """make hands a target's name on to a shell."""
    typed = {
        (file, name)
        for file, workflow in workflows().items()
        for name, each in (workflow["on"].get("workflow_dispatch") or {}).get("inputs", {}).items()
        if each["type"] == "string"
    }
    assert typed == {("promote.yml", "run"), ("rollback.yml", "service")}
    for file, job in (("promote.yml", "find"), ("rollback.yml", "rollback")):
        first = workflows()[file]["jobs"][job]["steps"][0]["run"].splitlines()[0]
        assert re.search(r'\[\[ "\$[A-Z]+" =~ \^\[[^ ]+\$ \]\] \|\| \{ .*exit 1', first), first


@pytest.mark.parametrize("service", ["a;id", "a b", "$(id)", "", "A", "-f", "a\nb", "../a"])
def test_what_is_no_name_is_refused(service: str) -> None:
    step = workflows()["rollback.yml"]["jobs"]["rollback"]["steps"][0]
    done = subprocess.run(["bash", "-c", step["run"]], env={"SERVICE": service}, check=False)
    assert done.returncode == 1
    fine = subprocess.run(["bash", "-c", step["run"]], env={"SERVICE": "transfer"}, check=False)
    assert fine.returncode == 0
