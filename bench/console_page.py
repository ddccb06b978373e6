"""The console in a browser, and what its main thread and its memory do meanwhile."""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from infra.console.web_files import WEB
from infra.local.console_server import listening as console_listening
from infra.local.console_site import ConsoleSite

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
VIEWPORT = {"width": 1440, "height": 900}
MEGABYTE = 1_000_000
LONG_MS = 50.0  # a task that people feel
FRAMES = """() => {
  const frames = (window.frames_ = { gaps: [], last: performance.now() });
  const next = (now) => {
    frames.gaps.push(now - frames.last);
    frames.last = now;
    frames.asked = requestAnimationFrame(next);
  };
  frames.asked = requestAnimationFrame(next);
}"""
TASK = "ThreadControllerImpl::RunTask"  # as Chromium's trace calls it
FRAMES_END = "() => { cancelAnimationFrame(frames_.asked); return frames_.gaps.slice(1); }"


@dataclass(frozen=True)
class Measured:
    """Milliseconds between two frames, and processor time of each task of the main thread."""

    gaps: Sequence[float]
    tasks: Sequence[float]
    seconds: float
    heap_bytes: float
    heap_peak_bytes: float

    def cells(self) -> list[str]:
        longest = sorted(self.tasks)
        late = sum(gap > 25 for gap in self.gaps)  # one frame at least was missed
        return [
            f"{statistics.median(self.gaps):.1f}",
            f"{percentile(self.gaps, 99):.1f}",
            f"{100 * late / len(self.gaps):.1f} %",
            f"{percentile(longest, 99):.1f}",
            f"{longest[-1]:.1f}",
            str(sum(task > LONG_MS for task in self.tasks)),
            f"{sum(self.tasks) / self.seconds / 10:.0f} %",
            f"{self.heap_bytes / MEGABYTE:.1f}",
            f"{self.heap_peak_bytes / MEGABYTE:.1f}",
        ]


HEADS = (
    "p50 gap",
    "p99 gap",
    "late frames",
    "p99 task",
    "longest task",
    "over 50 ms",
    "main thread",
    "heap MB",
    "peak MB",
)


def percentile(values: Sequence[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


@contextmanager
def console(api_url: str, websocket_url: str) -> Iterator[str]:
    """Its address: the files of web/, with the headers and the compression of the local stack."""
    with tempfile.TemporaryDirectory() as folder:
        addresses = Path(folder, "addresses.json")
        addresses.write_text(json.dumps({"api_url": api_url, "websocket_url": websocket_url}))
        with console_listening(ConsoleSite(WEB, addresses), 0) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"http://{server.host}"
            finally:
                server.shutdown()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield opened
        finally:
            opened.close()


def signed_in(opened: Browser, address: str) -> Page:
    page = opened.new_page(viewport=VIEWPORT)  # type: ignore[arg-type]
    page.on("pageerror", lambda error: print("the page says:", error))
    page.goto(address)
    page.get_by_label("User").fill("jane.doe")
    page.get_by_label("Password").fill("any")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_selector(".shell")
    return page


def measured(page: Page, opened: Browser, during: Callable[[], float]) -> Measured:
    """`during` does what is measured, and says how many seconds it took."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    opened.start_tracing(page=page, categories=["toplevel"])
    page.evaluate(FRAMES)
    seconds = during()
    gaps = page.evaluate(FRAMES_END)
    tasks = _tasks_of(opened.stop_tracing())
    peak = _heap(session)
    session.send("HeapProfiler.collectGarbage")
    return Measured(gaps, tasks, seconds, _heap(session), peak)


def _heap(session: CDPSession) -> float:
    found = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in found if each["name"] == "JSHeapUsedSize"))


def _tasks_of(trace: bytes) -> list[float]:
    """Milliseconds of processor time of each task of the page's main thread, which is the one that
    did most. What else is busy on the machine does not count."""
    events = json.loads(trace)["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    found: dict[tuple[int, int], list[float]] = {}
    for event in events:
        thread = (event.get("pid"), event.get("tid"))
        if event.get("ph") == "X" and event.get("name") == TASK and thread in mains:
            found.setdefault(thread, []).append(event.get("tdur", event["dur"]) / 1_000)
    return max(found.values(), key=sum)
