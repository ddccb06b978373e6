"""Programs beside a local stack: doubles of ServiceNow, Teams, Slack, Bedrock and of who receives
webhooks, and a page with the mails."""

from collections.abc import Collection, Mapping

from infra.local.stack_programs import StackPrograms

SERVICENOW, TEAMS, SLACK, WEBHOOKS, MAILS = "servicenow", "teams", "slack", "webhooks", "mails"
BEDROCK = "bedrock"
MODULES = {
    SERVICENOW: "tests.doubles.servicenow",
    TEAMS: "tests.doubles.teams",
    SLACK: "tests.doubles.slack",
    WEBHOOKS: "tests.doubles.webhook",
    BEDROCK: "tests.doubles.bedrock",
    MAILS: "infra.local.mails",
}
DOUBLES = tuple(MODULES)
USER, PASSWORD = "fileferry", "of-the-double-of-servicenow"


def serve_doubles(
    programs: StackPrograms, names: Collection[str], emulator: str
) -> Mapping[str, str]:
    """Their addresses by name. Starts those that do not run, all at once."""
    options = {
        SERVICENOW: ("--user", USER, "--password", PASSWORD),
        MAILS: ("--emulator", emulator),
    }
    for name in names:
        programs.serve(name, MODULES[name], *options.get(name, ()))
    return {name: str(programs.told(name)["url"]) for name in names}
