"""What documents name, held against what is there. Each check yields findings."""

import fnmatch
import re
from collections.abc import Iterable, Iterator
from functools import cache
from posixpath import normpath

from contracts.routes import ROUTES
from infra.stacks import REPOSITORY, all_stacks
from tests.infra.documents import Document, Mention, files

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
MAKE = re.compile(
    r"(?<![\w./-])make((?: [A-Z][A-Z0-9_]*=\S*)*) ([a-z][\w<>$%{}-]*)((?: [A-Z]\w*=)?.*)"
)
VARIABLE = re.compile(r"\b([A-Z][A-Z0-9_]*)=")
MODULE = re.compile(r"python3? -m ([\w.]+)((?: +[^#;|&\n]*)?)")
OPTION = re.compile(r"(?<=\s)--[a-z][\w-]*")
ENVIRONMENT = re.compile(r"\bFILEFERRY_[A-Z0-9_]+\b")
ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/api/[\w/{}.<>-]*)")
LIKE_A_PATH = re.compile(r"[\w.*<>{}$@-]+(/[\w.*<>{}$@-]+)*/?")
ENDINGS = (".py", ".md", ".yaml", ".toml", ".sh", ".sql", ".in")
OTHERS_MODULES = ("pytest", "venv", "pip", "http", "json")
CODE = ("infra/", "cli/", "services/", "bench/", "Makefile")


def broken_links(document: Document, known: Iterable[Document]) -> Iterator[str]:
    anchors = {str(each.path): each.anchors for each in known}
    for link in document.links:
        if ELSEWHERE.match(link.text):
            continue
        path, _, anchor = link.text.partition("#")
        target = normpath(str(document.path.parent / path)) if path else str(document.path)
        if target not in files():
            yield f"{link.place}: {link.text} leads to no file"
        elif anchor and anchor not in anchors.get(target, ()):
            yield f"{link.place}: {target} has no heading #{anchor}"


def commands(document: Document, *, joined: bool = False) -> Iterator[Mention]:
    """Code in the text, and lines of blocks without their comments. `joined`: a line that ends with
    a backslash goes on in the next one."""
    yield from document.spans
    for block in document.blocks:
        text = block.text.replace("\\\n", " ") if joined else block.text
        for line in text.splitlines():
            yield Mention(block.place, re.split(r"(?:^|\s)#", line)[0])


def unknown_targets(document: Document) -> Iterator[str]:
    for command in commands(document):
        for before, target, rest in MAKE.findall(command.text):
            if not is_target(target):
                yield f"{command.place}: the Makefile has no target {target!r}"
            for name in VARIABLE.findall(before + rest):
                if f"$({name}" not in makefile() and f"\n{name} " not in makefile():
                    yield f"{command.place}: the Makefile reads no {name}"


@cache
def makefile() -> str:
    return (REPOSITORY / "Makefile").read_text("utf-8")


@cache
def targets() -> frozenset[str]:
    found = re.findall(r"^([\w%-]+(?: [\w%-]+)*):(?!=)", makefile(), re.MULTILINE)
    return frozenset(name for line in found for name in line.split())


def is_target(target: str) -> bool:
    """`deploy-%` is one for every stack. A name in brackets or with a dollar stands for any."""
    if target in targets():
        return True
    stems = [each.name for each in all_stacks()]
    for pattern in (each for each in targets() if each.endswith("%")):
        stem = target.removeprefix(pattern[:-1])
        if stem != target and (stem in stems or re.fullmatch(r"<\w+>|\$\{?\w+\}?", stem)):
            return True
    return False


def unknown_modules(document: Document) -> Iterator[str]:
    for command in commands(document):
        for module, arguments in MODULE.findall(command.text):
            if module.split(".")[0] in OTHERS_MODULES:
                continue
            sources = [each for each in files() if of_module(each, module)]
            if not sources:
                yield f"{command.place}: there is no module {module}"
                continue
            texts = "".join((REPOSITORY / each).read_text("utf-8") for each in sources)
            for option in OPTION.findall(arguments):
                if f'"{option}"' not in texts:
                    yield f"{command.place}: {module} has no option {option}"


def of_module(file: str, module: str) -> bool:
    path = module.replace(".", "/")
    if f"{path}/__main__.py" in files():
        return file.startswith(f"{path}/") and file.endswith(".py") and "skeleton" not in file
    return file == f"{path}.py"


def unknown_variables(document: Document) -> Iterator[str]:
    for mention in (*document.spans, *document.lines_of_code):
        for name in ENVIRONMENT.findall(mention.text):
            if name not in variables():
                yield f"{mention.place}: no program reads {name}"


@cache
def variables() -> frozenset[str]:
    """Those that code names as a whole."""
    found: set[str] = set()
    for file in files():
        if file.startswith(CODE) and file.endswith((".py", ".sh", "Makefile")):
            found.update(ENVIRONMENT.findall((REPOSITORY / file).read_text("utf-8")))
    return frozenset(found)


def unknown_routes(document: Document) -> Iterator[str]:
    for mention in (*document.spans, *document.lines_of_code):
        for method, path in ROUTE.findall(mention.text):
            if not any(pattern.fullmatch(f"{method} {path}") for pattern in routes()):
                yield f"{mention.place}: there is no route {method} {path}"


@cache
def routes() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(f"{each.method} {each.path}")))
        for each in ROUTES
    )


def missing_paths(document: Document) -> Iterator[str]:
    for span in document.spans:
        path = span.text.split("::")[0].rstrip("/")
        if is_path(path) and not exists(path, document):
            yield f"{span.place}: there is no {path}"


def is_path(text: str) -> bool:
    """A path from the root on, or any that ends like a file of this repository."""
    if not LIKE_A_PATH.fullmatch(text):
        return False
    return ("/" in text and text.split("/")[0] in top()) or text.endswith(ENDINGS)


@cache
def top() -> frozenset[str]:
    return frozenset(each for each in files() if "/" not in each)


def exists(path: str, document: Document) -> bool:
    pattern = re.sub(r"<[\w-]+>|\$\{?\w+\}?", "*", path)
    here = normpath(str(document.path.parent / pattern))
    if pattern in files() or here in files():
        return True
    wanted = (pattern, here, f"*/{pattern}")
    return any(fnmatch.fnmatchcase(file, each) for each in wanted for file in files())
