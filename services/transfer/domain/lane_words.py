"""Why a destination gets so many lanes, in sentences for people."""

from services.transfer.domain.lane_window import Measure

SOMEBODY_ALLOWS = "max_sessions or the number of workers allows"
IDLE = "No large file moves now."
REFUSED_MORE = "the partner refused more of late, or broke one off"
NO_WORK_FOR_MORE = "the transfers under way have work for no more"


def do_more_help(now: Measure, added: int) -> str:
    ask = "Does one more" if added == 1 else f"Do {added} more"
    return f"{lanes(now.lanes)} {moved(now)} {rate(now.bytes_per_second)}. {ask} help?"


def so_many_may_do(now: Measure, number: int) -> str:
    """The last step up helped, but brought less than the lanes before."""
    told = f"{lanes(now.lanes)} {moved(now)} {rate(now.bytes_per_second)}"
    return f"{told}, which {number} might do as well."


def one_fewer(now: Measure) -> str:
    return f"{lanes(now.lanes)} {moved(now)} {rate(now.bytes_per_second)}. Would one fewer do?"


def no_help(now: Measure, before: float, back_to: int, added: int, *, source_bound: bool) -> str:
    change = f"{lanes(now.lanes)} moved {rate(now.bytes_per_second)}"
    one = added == 1
    is_none, too_little = ("is", "brings") if one else ("are", "bring")
    brings = f"{too_little} too little" if now.bytes_per_second > before else f"{is_none} no help"
    more = "one more" if one else f"{added} more"
    told = f"{change} and {back_to} moved {rate(before)}: {more} {brings}."
    return f"{told} {_waits(now)}" if source_bound else told


def missed(now: Measure, before: float, back_to: int) -> str:
    fewer = f"{lanes(now.lanes)} moved only {rate(now.bytes_per_second)}"
    return f"{fewer}, more of them {rate(before)}: back to {back_to}."


def not_judged(tried: int, back_to: int) -> str:
    return f"Nobody found out in time what {lanes(tried)} would move: back to {back_to}."


def stays(now: Measure, *, source_bound: bool) -> str:
    told = f"{lanes(now.lanes)} {moved(now)} {rate(now.bytes_per_second)}, as good as it gets."
    return f"{told} {_waits(now)}" if source_bound else told


def stays_below(now: Measure, who_forbids: str) -> str:
    """More may help, and nobody can try."""
    return f"{lanes(now.lanes)} {moved(now)} {rate(now.bytes_per_second)}, and {who_forbids}."


def idle(number: int, bytes_per_second: float) -> str:
    if not bytes_per_second:
        return f"{IDLE} The next one begins with {lanes(number)}."
    return f"{IDLE} {lanes(number)} moved {rate(bytes_per_second)}."


def idle_above(number: int, before: int) -> str:
    return f"{IDLE} The next one tries {lanes(number)} in place of {before}."


def idle_below(number: int, before: int) -> str:
    return f"{IDLE} The next one tries whether {lanes(number)} would do as well as {before}."


def limited(after: int, who_allows: str = SOMEBODY_ALLOWS) -> str:
    return f"{lanes(after)} at the most: {who_allows} no more now."


def too_many_errors(now: Measure, after: int) -> str:
    failed = f"{now.errors} of their last tries failed"
    return f"One fewer than {lanes(now.lanes)}, so {after}: {failed}."


def refused(before: int, after: int, seconds: float, *, at_login: bool) -> str:
    what = "let no further session in" if at_login else "broke off a session"
    time = f"{seconds / 60:.0f} minutes" if seconds > 60 else "a minute"
    return f"The partner {what}, at {lanes(before)}. At most {after} for {time}."


def lanes(number: int) -> str:
    return "1 lane" if number == 1 else f"{number} lanes"


def moved(now: Measure) -> str:
    return "moves" if now.lanes == 1 else "move"


def rate(bytes_per_second: float) -> str:
    if bytes_per_second >= 1e6:
        return f"{bytes_per_second / 1e6:.1f} MB/s"
    return f"{bytes_per_second / 1e3:.1f} kB/s"


def _waits(now: Measure) -> str:
    return (
        f"They wait for S3 {now.source_share:.0%} of the time: more sessions with the partner would"
        " not help."
    )
