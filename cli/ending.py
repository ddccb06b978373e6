"""How a call of the command ends: what is said on stderr, and the exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Callable

import click

from cli.errors import DONE, CommandFailed, UsageFailed
from cli.escaping import escaped_lines

UNEXPECTED = CommandFailed.exit_code
INTERRUPTED = 130  # 128 and SIGINT, as shells count
PIPE_CLOSED = 141  # 128 and SIGPIPE
UNWRITABLE = (errno.ENOSPC, errno.EIO, errno.EFBIG)


class OutputClosed(Exception):
    """Whoever read the output has ended, as `head` does."""


def exit_code_of(run: Callable[[], object], debug: Callable[[], bool]) -> int:
    """Runs it. `debug` is asked at the end, when the options are known. Only an error that nobody
    foresaw has a traceback, and only then."""
    _have_streams()
    _never_fail_to_print()
    try:
        result = run()
        sys.stdout.flush()
    except CommandFailed as failed:
        return _failed(failed, debug())
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.UsageError as wrong:
        wrong.show()
        return UsageFailed.exit_code
    except (KeyboardInterrupt, click.Abort, EOFError) as interrupted:
        if not isinstance(interrupted, KeyboardInterrupt) and sys.stderr.isatty():
            click.echo(err=True)  # ends the line of the question that was asked
        return INTERRUPTED
    except (OutputClosed, BrokenPipeError):
        _close_quietly()
        return PIPE_CLOSED
    except UnicodeEncodeError:  # only what came in: what goes out is never refused
        return _failed(UsageFailed("A name in the command line is no UTF-8."), debug())
    except click.ClickException as failed_there:
        failed_there.show()
        return UNEXPECTED
    except Exception as error:
        return _unexpected(error, debug())
    return result if isinstance(result, int) and not isinstance(result, bool) else DONE


def _failed(failed: CommandFailed, debug: bool) -> int:
    click.echo(f"fileferry: {escaped_lines(failed.message)}", err=True)
    if debug and failed.request_id:
        click.echo(f"request id: {failed.request_id}", err=True)
    return failed.exit_code


def _unexpected(error: Exception, debug: bool) -> int:
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        _close_quietly()  # Python would try once more at its end
        return _failed(CommandFailed(f"The output cannot be written ({error.strerror})."), debug)
    if debug:
        click.echo(escaped_lines("".join(traceback.format_exception(error))), err=True)
    click.echo(
        f"fileferry: Something unexpected happened ({type(error).__name__})."
        " Run it again with --debug, and report what it shows.",
        err=True,
    )
    return UNEXPECTED


def _have_streams() -> None:
    """`fileferry ... >&-` leaves Python without a stream, and the number free for any file."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _never_fail_to_print() -> None:
    """A terminal that cannot show a letter gets its escape instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _close_quietly() -> None:
    """Nobody reads any more. Python would complain about that once more at its end."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass
