"""A fake exists only if a suite of this folder runs it beside the real adapter."""

import ast
from pathlib import Path

FAKES = Path("tests/fakes")
SUITES = Path("tests/conformance")
PARTNERS = Path("tests/servers/sites.py")  # opens every partner, the fake too, for the suites
REACHED = {  # what a suite gets from a fake that it names
    "InMemoryOutbox": "InMemoryTransferStore",
    "InMemoryObjectSource": "InMemoryBuckets",
    "InMemoryPartnerSession": "InMemoryPartners",
    "InMemoryChunkSink": "InMemoryPartners",
    "InMemorySettling": "InMemoryPartners",
    "InMemoryFileReader": "InMemoryPartners",
    "InMemoryQuickFiles": "InMemoryPartners",
    "InMemoryFolderSource": "InMemoryBuckets",
    "InMemoryHomeStore": "InMemoryHomes",
}
NO_PORT = {  # records of fakes, callers of fakes, and all fakes together
    *{"Beat", "Execution", "Planned", "Watched"},
    *{"Actor", "Killed", "Life", "Shadow", "Stage"},
    *{"AsyncWorkflow", "Attempt", "Running"},  # InMemoryWorkflow whose functions take their time
    *{
        "AgentWorld",
        "AuthWorld",
        "LiveWorld",
        "NotifyWorld",
        "SyntheticWorld",
        "TeamsWorld",
        "TicketingWorld",
        "World",
    },
    *{"Client", "Queued"},
    *{"EveryGate", "Session"},  # lets everybody in; a record of InMemorySessions
    *{"Asked", "NoRoutes", "SmallTool"},  # what a model was asked, and tools of tests
    *{"Arrival", "Fault", "Receivers", "ReceiversAsSender"},  # others' servers, real senders
    *{"EveryAddress", "InMemoryAlarms", "InMemoryMeter"},  # do nothing, or only remember
    "InMemoryFerry",  # the API itself answers the real one, in tests/stack/test_synthetic.py
}


def classes(path: Path) -> set[str]:
    body = ast.parse(path.read_text()).body
    found = {each.name for each in body if isinstance(each, ast.ClassDef)}
    return {name for name in found if not name.startswith("_")}


def names(path: Path) -> set[str]:
    return {each.id for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Name)}


def test_every_fake_is_held_to_its_adapter_by_a_suite() -> None:
    fakes = {name for path in FAKES.glob("*.py") for name in classes(path)} - NO_PORT
    run = set().union(*map(names, [*SUITES.rglob("*.py"), PARTNERS]))
    assert {REACHED.get(name, name) for name in fakes} <= run
    assert REACHED.keys() <= fakes
