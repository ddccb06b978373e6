"""Tools that look at buckets and the objects in them."""

from typing import Any

from services.agent.domain.chat import Json
from services.agent.domain.errors import AskedWrong
from services.agent.domain.handles import HandleKind
from services.agent.domain_services.looking import (
    PAGE,
    Look,
    Page,
    ReadTool,
    handle_field,
    picked,
    rows_of,
    text_in,
)

MOST_BUCKETS, MOST_FILES, MOST_FOLDERS = 30, 20, 20
LOOKED_THROUGH = 300  # names of a page, when the newest are asked for; 1 kB each at most
MOST_PAGES = 4  # of those
MAX_BEGINNING = 200  # characters
BELOW = "/"


def list_buckets(look: Look) -> Json:
    page = look.page_of("list_buckets", "buckets", {"limit": str(MOST_BUCKETS)})
    buckets = []
    for row in page.rows:
        name = text_in("list_buckets", row, "name")
        handle = look.handle(HandleKind.BUCKET, {"bucket": name})
        buckets.append({"handle": handle, "name": name})
    told: dict[str, Any] = {"buckets": buckets} | look.more("list_buckets", page.cursor)
    if not buckets and page.cursor is None:
        told["note"] = "The user may send from no bucket. An admin can grant one."
    return told


def list_files(look: Look) -> Json:
    bucket, prefix = _place(look)
    delimiter = "" if look.asked.get("everything_below") else BELOW
    query = {"prefix": prefix + look.asked.get("starts_with", ""), "delimiter": delimiter}
    if look.asked.get("order") == "newest":
        return _newest(look, bucket, query)
    query["limit"] = str(MOST_FILES)
    page = look.page_of("list_files", "files", query, name=bucket)
    told = {"bucket": bucket, "files": [_file(look, bucket, row) for row in page.rows]}
    told |= _folders(look, bucket, _names_of_folders(page))
    return told | look.more("list_files", page.cursor)


def _place(look: Look) -> tuple[str, str]:
    given = [name for name in ("bucket", "folder") if name in look.asked]
    if len(given) != 1:
        raise AskedWrong("Send one of bucket and folder: a handle. list_buckets tells the first.")
    kind = HandleKind.BUCKET if given == ["bucket"] else HandleKind.FOLDER
    meant = look.meant(kind, given[0])
    return meant["bucket"], meant.get("prefix", "")


def _newest(look: Look, bucket: str, query: dict[str, str]) -> Json:
    """S3 lists by name, so the newest are found by looking through all names, up to some."""
    query["limit"] = str(LOOKED_THROUGH)
    rows: list[Json] = []
    folders: list[str] = []
    for _ in range(MOST_PAGES):
        page = look.page_of("list_files", "files", query, name=bucket)
        rows += page.rows
        folders += _names_of_folders(page)
        look.cursor = page.cursor
        if page.cursor is None:
            break
    newest = sorted(rows, key=lambda row: str(row.get("last_modified")), reverse=True)
    files = [_file(look, bucket, row) for row in newest[:MOST_FILES]]
    told: dict[str, Any] = {"bucket": bucket, "files": files} | _folders(look, bucket, folders)
    told |= {"looked_through": len(rows), "more": len(rows) > len(files) or bool(page.cursor)}
    if page.cursor is not None:
        told["note"] = (
            "There are more names than were looked through, so a newer file may be missing."
            " Give a folder or starts_with."
        )
    return told


def _file(look: Look, bucket: str, row: Json) -> dict[str, Any]:
    key = text_in("list_files", row, "key")
    known = picked(row, "size_bytes", "last_modified")
    handle = look.handle(
        HandleKind.OBJECT, {"bucket": bucket, "key": key}, known | picked(row, "etag")
    )
    return {"handle": handle, "key": key} | known


def _names_of_folders(page: Page) -> list[str]:
    found = page.document.get("folders")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _folders(look: Look, bucket: str, names: list[str]) -> dict[str, Any]:
    if not names:
        return {}
    folders = [
        {
            "handle": look.handle(HandleKind.FOLDER, {"bucket": bucket, "prefix": name}),
            "name": name,
        }
        for name in names[:MOST_FOLDERS]
    ]
    left = len(names) - len(folders)
    return {"folders": folders} | ({"folders_left_out": left} if left else {})


def object_details(look: Look) -> Json:
    meant = look.meant(HandleKind.OBJECT, "object")
    bucket, key = meant["bucket"], meant["key"]
    query = {"prefix": key, "delimiter": "", "limit": "1"}  # of names that begin so it is the first
    rows = rows_of("list_files", look.read("list_files", query, name=bucket), "files")
    found = next((row for row in rows if row.get("key") == key), None)
    if found is None:
        return {"bucket": bucket, "key": key, "exists": False}
    changed = "etag" in meant and meant["etag"] != found.get("etag")
    told = {"bucket": bucket, "exists": True, "etag": found.get("etag")}
    return _file(look, bucket, found) | told | {"changed_since_it_was_listed": changed}


FILE_TOOLS = (
    ReadTool(
        "list_buckets",
        "The buckets that the user may send from, each with a handle for list_files.",
        list_buckets,
        PAGE,
    ),
    ReadTool(
        "list_files",
        "Files and folders in a bucket or folder, as far as the user may send them. Give bucket or"
        " folder. With order newest the last changed files come first. Sizes are in bytes.",
        list_files,
        {
            "bucket": handle_field(HandleKind.BUCKET, "All of a bucket"),
            "folder": handle_field(HandleKind.FOLDER, "One folder"),
            "starts_with": {
                "type": "string",
                "maxLength": MAX_BEGINNING,
                "description": "Only names that begin with this, behind the folder's name",
            },
            "everything_below": {
                "type": "boolean",
                "description": "true: also what is in the folders below, and no folders",
            },
            "order": {"type": "string", "enum": ["name", "newest"], "maxLength": 10},
        }
        | PAGE,
    ),
    ReadTool(
        "object_details",
        "Size, time and ETag of a file as they are now, and whether it changed since it was"
        " listed.",
        object_details,
        {"object": handle_field(HandleKind.OBJECT, "The file")},
        ("object",),
    ),
)
