"""A short template is completed as described, and mistakes in it are refused by name."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.complete import TemplateWrong, complete, merged
from infra.stacks import REPOSITORY, find_stack
from infra.templates import Template, read_template
from tests.infra.resources import SERVICES

SHORT: Template = {
    "Parameters": {"Turn": {"Type": "Number", "Default": 5, "MaxValue": 100}},
    "Service": {
        "table": {"indexes": {"by_user": ["gsi1pk", "gsi1sk"]}},
        "grants": {"Mail": {"Action": ["ses:SendEmail"], "Resource": "arn"}},
        "functions": {
            "Api": {"trigger": "api", "table": ["GetItem"]},
            "Consumer": {
                "trigger": {"events": ["TransferCompleted.v1", "LoginFailed.v1"]},
                "table": ["PutItem", "Query/by_user"],
                "may": ["Mail"],
            },
            "PublishOutbox": {"trigger": "outbox"},
        },
    },
}


def short(**functions: Any) -> Template:  # noqa: ANN401 - YAML
    """SHORT with other functions, too."""
    template = copy.deepcopy(SHORT)
    template["Service"]["functions"] |= functions
    return template


def completed(template: Template, name: str = "notify") -> dict[str, Any]:
    resources: dict[str, Any] = complete(template, name, [name])["Resources"]
    return resources


def sids(resources: dict[str, Any], role: str) -> dict[str, Any]:
    policy = resources[role]["Properties"]["Policies"][0]  # the other one denies
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


def test_a_service_of_three_functions_takes_a_few_lines_and_gets_all_it_needs() -> None:
    made = completed(SHORT)
    assert set(made) == {
        *("NotifyTable", "LogGroup", "TableNameParameter", "CanaryAlarm"),
        *("SmokeTestFunction", "SmokeTestRole", "DeploymentRole"),
        *("ApiFunction", "ApiRole", "ApiMayBeCalled"),
        *("ConsumerFunction", "ConsumerRole", "EventQueueToConsumer"),
        *("EventQueue", "EventQueuePolicy", "EventDeadLetters"),
        *("FromAuth", "FromTransfer"),
        *("PublishOutboxFunction", "PublishOutboxRole", "OutboxToPublisher"),
        *("OutboxDeadLetters",),
    }


def test_the_same_words_make_the_same_template_and_stay_as_they_are() -> None:
    before = json.dumps(SHORT)
    first, second = (json.dumps(complete(SHORT, "notify", ["notify"])) for _ in range(2))
    assert first == second
    assert json.dumps(SHORT) == before


def test_each_producer_has_a_rule_of_its_own_into_the_one_queue() -> None:
    made = completed(SHORT)
    patterns = {name: made[name]["Properties"]["EventPattern"] for name in made if "From" in name}
    assert patterns == {
        "FromAuth": {"source": ["fileferry.auth"], "detail-type": ["LoginFailed.v1"]},
        "FromTransfer": {"source": ["fileferry.transfer"], "detail-type": ["TransferCompleted.v1"]},
    }
    for name in patterns:
        [target] = made[name]["Properties"]["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["EventQueue", "Arn"]}


def test_a_role_has_what_its_function_was_given_and_its_trigger_needs() -> None:
    made = completed(SHORT)
    assert set(sids(made, "ApiRole")) == {"Log", "Trace", "Table"}
    consumer = sids(made, "ConsumerRole")
    assert set(consumer) == {"Log", "Trace", "Table", "Indexes", "Mail", "Receive"}
    assert consumer["Table"]["Action"] == ["dynamodb:PutItem"]
    assert consumer["Indexes"]["Resource"] == [{"Fn::Sub": "${NotifyTable.Arn}/index/by_user"}]
    publisher = sids(made, "PublishOutboxRole")
    assert publisher["Table"]["Action"] == ["dynamodb:UpdateItem"]
    assert publisher["Publish"]["Action"] == ["events:PutEvents"]


def test_a_grant_under_a_condition_is_there_only_then() -> None:
    template = copy.deepcopy(SHORT)
    template["Service"]["grants"]["Mail"]["if"] = "HasMail"
    policy = completed(template)["ConsumerRole"]["Properties"]["Policies"][0]
    conditions = [
        each["Fn::If"] for each in policy["PolicyDocument"]["Statement"] if "Fn::If" in each
    ]
    [(condition, statement, otherwise)] = conditions
    assert (condition, otherwise) == ("HasMail", {"Ref": "AWS::NoValue"})
    assert statement["Sid"] == "Mail"


def test_the_websocket_api_may_call_its_function_which_others_cannot_starve() -> None:
    template = complete(short(Socket={"trigger": "socket"}), "notify", ["notify"])
    made = template["Resources"]
    permission = made["SocketMayBeCalled"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "SocketFunction.Alias"}
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${WebSocketApiId}/v1/*")
    assert template["Parameters"]["WebSocketApiId"]["Default"] == (
        "/fileferry/local/websocket/api/id"
    )
    reserved = made["SocketFunction"]["Properties"]["ReservedConcurrentExecutions"]
    assert reserved["Fn::If"][:2] == ["SocketReserves", {"Ref": "SocketConcurrency"}]
    assert "WebSocketApiId" not in complete(SHORT, "notify", ["notify"])["Parameters"]


def test_an_authorizer_may_be_asked_by_both_apis() -> None:
    made = completed(short(Authorizer={"trigger": "authorizer"}))
    sources = [
        made[name]["Properties"]["SourceArn"]["Fn::Sub"].rpartition(":")[2]
        for name in ("AuthorizerMayBeCalled", "AuthorizerMayBeCalledBySockets")
    ]
    assert sources == ["${ApiId}/authorizers/*", "${WebSocketApiId}/authorizers/*"]


def test_a_message_is_invisible_for_six_times_the_longest_timeout() -> None:
    worker = {"trigger": {"queue": "mails", "batch": 1}, "Timeout": {"Ref": "Turn"}}
    made = completed(short(Worker=worker))
    assert made["MailsQueue"]["Properties"]["VisibilityTimeout"] == 600
    assert made["MailsQueueToWorker"]["Properties"]["BatchSize"] == 1


def test_a_call_of_a_schedule_is_dropped_when_the_next_one_is_due() -> None:
    made = completed(short(SweepOld={"trigger": {"schedule": "rate(5 minutes)"}}))
    [target] = made["SweepOldSchedule"]["Properties"]["Targets"]
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 300
    dead_letters = {"Fn::GetAtt": ["SweepOldDeadLetters", "Arn"]}
    assert made["SweepOldFunction"]["Properties"]["DeadLetterQueue"]["TargetArn"] == dead_letters


def test_properties_of_cloudformation_pass_and_what_stands_in_the_template_wins() -> None:
    template = short(Worker={"trigger": "none", "RecursiveLoop": "Allow", "Timeout": 7})
    template["Resources"] = {"EventQueue": {"Properties": {"VisibilityTimeout": 9}}}
    made = completed(template)
    assert made["WorkerFunction"]["Properties"]["RecursiveLoop"] == "Allow"
    assert made["EventQueue"]["Properties"]["VisibilityTimeout"] == 9
    assert made["EventQueue"]["Type"] == "AWS::SQS::Queue"


def test_an_intrinsic_function_is_replaced_and_never_mixed_with_another() -> None:
    assert merged({"a": {"Fn::If": []}, "b": 1}, {"a": {"Ref": "C"}}) == {"a": {"Ref": "C"}, "b": 1}


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ({"trigger": "apii"}, r"'apii' is none\. Choose one of api, "),
        ({}, "trigger None is none"),
        ({"trigger": {"events": ["TransferLost.v1"]}}, r"nobody publishes 'TransferLost\.v1'"),
        ({"trigger": {"events": []}}, "Write a list of detail-types"),
        ({"trigger": {"events": ["TransferPaused.v1"], "bach": 1}}, "'bach' means nothing"),
        ({"trigger": {"events": ["TransferPaused.v1"]}}, "would make EventDeadLetters a second"),
        ({"trigger": {"schedule": "every minute"}}, "'every minute' is none"),
        ({"trigger": {"queue": "m"}, "Timeout": {"Ref": "Nothing"}}, "parameter with a MaxValue"),
        ({"trigger": "none", "tabel": []}, "'tabel' means nothing. Known are"),
        ({"trigger": "none", "may": ["Fly"]}, "no grant is called 'Fly'. There are Mail, Publish"),
        ({"trigger": "none", "table": ["Drop"]}, "'Drop' is nothing to do with the table"),
        ({"trigger": "none", "table": ["Query/by_age"]}, "Query/by_age"),
    ],
)
def test_what_is_wrong_with_a_function_is_said_by_name(
    function: dict[str, Any], words: str
) -> None:
    with pytest.raises(TemplateWrong, match=words) as raised:
        completed(short(Worker=function))
    assert "notify: Worker" in str(raised.value)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"functions": {}}, "no functions"),
        ({"functions": {"lane_worker": {"trigger": "none"}}}, "write it in PascalCase"),
        ({"lines": {}}, "'lines' means nothing"),
        ({"settings": ["Nothing"]}, "the setting Nothing is no parameter"),
        ({"functions": ["Api"]}, r"functions: \['Api'\] is no mapping"),
        ({"functions": {"Api": "api"}}, "Api: 'api' is no mapping"),
        ({"table": {"indexes": {"by": ["one"]}}}, r"Write \[hash, range\]"),
        ({"table": None}, "the service has no table"),
        ({"grants": {"Mail": {"Action": []}}}, "grant Mail has no Resource"),
        ({"grants": {**SHORT["Service"]["grants"], "Idle": {}}}, "no function may Idle"),
    ],
)
def test_what_is_wrong_with_a_service_is_said_by_name(changed: dict[str, Any], words: str) -> None:
    template = copy.deepcopy(SHORT)
    template["Service"] |= changed
    with pytest.raises(TemplateWrong, match=words):
        completed(template)


def test_a_name_that_would_be_too_long_somewhere_is_refused_everywhere() -> None:
    """IAM takes 64 characters, and stage and region have up to ten and fourteen."""
    completed(short(WatchEverythingOnce={"trigger": "none"}))
    with pytest.raises(TemplateWrong, match="may get 65 characters, AWS takes 64"):
        completed(short(WatchEverythingTwice={"trigger": "none"}))


def test_a_name_that_stands_in_the_template_is_held_to_the_same() -> None:
    name = {"Fn::Sub": "fileferry-${Stage}-${AWS::Region}-notify-" + "x" * 22}
    template = short()
    template["Resources"] = {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name}}}
    with pytest.raises(TemplateWrong, match=r"R: RoleName .* AWS takes 64"):
        completed(template)


def test_more_functions_than_an_alarm_can_watch_are_refused() -> None:
    names = ("One", "Two", "Three", "Four", "Five", "Six")  # with three functions and two counts
    many = {name: {"trigger": "none"} for name in names}
    with pytest.raises(TemplateWrong, match="an alarm takes 10"):
        completed(short(**many))


def test_a_service_name_that_names_of_aws_cannot_hold_is_refused() -> None:
    with pytest.raises(TemplateWrong, match="a word of a-z"):
        completed(SHORT, "notify_all")


def test_the_bus_has_a_policy_for_every_service_there_is() -> None:
    own = {"OnlyOwnersPublishOn": "Bus", "Resources": {"Bus": {"Type": "AWS::Events::EventBus"}}}
    made = complete(own, "bus", ["auth", "reports"])["Resources"]
    assert set(made) == {"Bus", "OnlyAuthPublishes", "OnlyReportsPublishes", "OnlyServicesPublish"}


def test_an_arn_is_in_the_stages_own_partition_region_and_account(tmp_path: Path) -> None:
    written = tmp_path / "template.yaml"
    written.write_text("Queue: !Arn sqs:mails\nRole: !Arn iam:role/mailer\n")
    own = "${AWS::Region}:${AWS::AccountId}"
    assert read_template(written) == {
        "Queue": {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:{own}:mails"},
        "Role": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/mailer"},
    }


def test_the_example_of_the_decision_can_be_completed(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs/adr/0019-templates-from-one-description.md").read_text()
    written = tmp_path / "template.yaml"
    written.write_text(page.split("```yaml\n")[1].split("```")[0])
    template = read_template(written)
    template["Parameters"] = {"LinesPerMail": {"Type": "Number"}}
    made = completed(template)
    assert {"ConsumerFunction", "MailsQueue", "SweepOldSchedule", "OutboxToPublisher"} <= set(made)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_printed_is_the_completed_template(options: list[str]) -> None:
    command = [sys.executable, "-m", "infra.complete", "auth", *options]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert yaml.safe_load(printed) == find_stack("auth").completed()


def test_the_services_templates_are_written_in_the_short_form() -> None:
    assert all("\nService:\n" in stack.template.read_text() for stack in SERVICES)
