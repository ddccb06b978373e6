"""The page knows the API and its files, and the files of web/ can be served from a release."""

import re
from pathlib import Path

import pytest

from infra.console.page import PageWrong, served_page
from infra.console.web_files import STATIC, KindUnknown, read_web

META = '<meta name="fileferry-api" content="">'
LINK = '<script type="module" src="/static/app/main.js"></script>'


def test_the_page_names_the_api_and_the_files_of_its_release() -> None:
    page = served_page(META + LINK, api_url="https://a.example/v1", folder="/static/0123/")
    assert page == (
        '<meta name="fileferry-api" content="https://a.example/v1">'
        '<script type="module" src="/static/0123/app/main.js"></script>'
    )


def test_an_address_never_ends_its_attribute() -> None:
    page = served_page(META + LINK, api_url='https://a.example/"><script>')
    assert "<script>" not in page
    assert 'content="https://a.example/&quot;&gt;&lt;script&gt;"' in page


@pytest.mark.parametrize(
    "written",
    [
        LINK,
        META + META + LINK,
        META,
        META + LINK + '<a href="/x?next=/static/">',
        META + LINK + "<style>p { src: url(/static/letters.woff2) }</style>",
    ],
)
def test_a_page_without_its_places_is_refused(written: str) -> None:
    with pytest.raises(PageWrong):
        served_page(written, api_url="https://a.example/v1", folder="/static/0123/")


def test_a_file_of_unknown_kind_is_refused_and_a_hidden_one_left_out(tmp_path: Path) -> None:
    (tmp_path / STATIC).mkdir()
    (tmp_path / "index.html").write_text(META + LINK)
    (tmp_path / ".notes.txt").write_text("")
    (tmp_path / STATIC / "app.js").write_text("")
    files = read_web(tmp_path)
    assert (set(files.root), set(files.static)) == ({"index.html"}, {"app.js"})
    (tmp_path / STATIC / "notes.odt").write_text("")
    with pytest.raises(KindUnknown, match=r"notes\.odt"):
        read_web(tmp_path)


def test_the_console_can_be_served_from_the_folder_of_a_release() -> None:
    files = read_web()
    page = served_page(
        files.root["index.html"].decode(), api_url="https://a.example/v1", folder="/static/0123/"
    )
    for name in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert name.removeprefix("/static/0123/") in files.static, f"index.html names {name}"
    others = {f"{STATIC}/{name}": content for name, content in files.static.items()}
    for name, content in [*others.items(), *files.root.items()]:
        if name.endswith((".js", ".css")):
            named = re.search(rb"[\"'`(]/static/", content)
            assert not named, f"web/{name} names a file by an absolute path, which has no release"


def test_the_console_has_no_script_or_style_that_its_policy_refuses() -> None:
    page = read_web().root["index.html"].decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    for tag, content in re.findall(r"(<script[^>]*>)(.*?)</script>", page, re.DOTALL):
        assert "src=" in tag
        assert not content
