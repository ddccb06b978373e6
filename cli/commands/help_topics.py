"""fileferry help"""

import click

from cli.command import command

EXIT_CODES = """\
0  done
1  anything else
2  usage: the command line, or a value in it, is wrong
3  not logged in, or no right
4  not found, or not visible to you
5  failed by the partner or the source
6  cancelled
7  timed out while it was still running
8  FileFerry cannot be reached
130  interrupted (Ctrl-C); 141  the reader of the output ended

Several transfers or checks: the worst code counts. From the worst on: 1, 8, 3, 2, 5, 4, 6, 7, 0.
`status`, `list` and `history` end with 0 whatever they show. `receipt` ends with the code of the
outcome where there is no receipt."""

ENVIRONMENT = """\
FILEFERRY_URL    FileFerry's address; --url goes before it, it goes before `fileferry config`
FILEFERRY_TOKEN  an access token, for CI: used as it is, never stored, never renewed
NO_COLOR         no colours
XDG_CONFIG_HOME  where settings and logins are kept on Linux (~/.config without it)
HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE  as everywhere

A login is kept in the keyring if it works, else in a file that only you can read. Several
fileferry at once share one login. If one is killed (kill -9, power cut) in the moment between the
answer that renews the login and its storing, the login is lost: log in again."""

OUTPUT = """\
Results are on stdout. Notes, questions and bars are on stderr.
--json   one JSON document, with exact figures; the API's own fields. Nothing is asked then.
         `watch`, `wait` and `send --watch` print one object a line, as it happens.
--quiet  results and errors only
Where stdout is no terminal, tables have no header and tabs between the columns; nothing is cut.
Characters of names that do not show are written as <U+200B>; in JSON they are escaped."""

TOPICS = {"exit-codes": EXIT_CODES, "environment": ENVIRONMENT, "output": OUTPUT}


@command("help", examples="fileferry help exit-codes\nfileferry help send")
@click.argument("topic", required=False)
@click.pass_context
def help_(context: click.Context, topic: str | None) -> None:
    """Explain a command or a topic: exit-codes, environment, output."""
    root = context.find_root()
    if topic in TOPICS:
        click.echo(TOPICS[topic])
        return
    group = root.command
    if topic is None or not isinstance(group, click.Group):
        click.echo(root.get_help())
        return
    found = group.get_command(root, topic)
    if found is None:
        raise click.UsageError(f"There is no command and no topic {topic!r}.", root)
    with click.Context(found, info_name=topic, parent=root) as asked:
        click.echo(found.get_help(asked))
