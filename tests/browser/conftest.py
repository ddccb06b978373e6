"""One local stack and one browser for all tests of the console."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.agent_desk import AgentDesk, desk
from tests.browser.chromium import chromium
from tests.browser.console import PATIENCE_MS, PICTURES, Console
from tests.browser.world import World, build
from tests.stack.running import Running, started

FAILED = pytest.StashKey[bool]()
LOG_CHARACTERS = 20_000  # shown when a test failed


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        expect.set_options(timeout=PATIENCE_MS)
        yield browser


@pytest.fixture(scope="session")
def running(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Running]:
    """Without a browser no stack is started."""
    with started(tmp_path_factory.mktemp("stack"), LogLevel="INFO") as running:
        yield running
        if request.session.testsfailed:
            print(running.stack.logs()[-LOG_CHARACTERS:])


@pytest.fixture(scope="session")
def world(running: Running) -> World:
    return build(running)


@pytest.fixture(scope="session")
def shared_console(running: Running, browser: Browser) -> Console:
    """It keeps the logins."""
    return Console(running, browser)


@pytest.fixture
def console(shared_console: Console, request: pytest.FixtureRequest) -> Iterator[Console]:
    """After each test every page is held against the rules. Of a test that failed pictures are
    kept."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    yield shared_console
    failed = request.node.stash.get(FAILED, False)
    shared_console.close_all(f"failed-{request.node.name}" if failed else "")


@pytest.fixture
def at_desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentDesk]:
    """The console with a double of the agent, and nothing else. Its pages are held against the
    rules, too."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with desk(browser, tmp_path_factory.mktemp("desk")) as at_desk:
        yield at_desk
        at_desk.close_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
