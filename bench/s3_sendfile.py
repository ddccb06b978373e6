"""A folder of buckets served as S3 by sendfile: the cheapest source there is, so that the bench
measures us.

Answers HEAD and ranged GET of objects (ETag, If-Match) and HEAD of buckets; no signatures are
checked, nothing is listed.
"""

import argparse
import os
import re
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root: Path

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = (self.root / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        if not path.is_relative_to(self.root) or not path.exists():
            return self._end(404)
        if path.is_dir():
            return self._end(200)
        size, etag = path.stat().st_size, f'"{path.stat().st_mtime_ns:x}-{path.stat().st_size}"'
        if self.headers.get("If-Match", etag) != etag:
            return self._end(412)
        first, last = self._range(size)
        headers = {
            "ETag": etag,
            "Last-Modified": formatdate(path.stat().st_mtime, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if "Range" in self.headers:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self._end(206 if "Range" in self.headers else 200, last - first + 1, headers)
        if with_body:
            with path.open("rb") as file:
                self.connection.sendfile(file, first, last - first + 1)
        return None

    def _range(self, size: int) -> tuple[int, int]:
        found = RANGE.match(self.headers.get("Range", ""))
        if not found:
            return 0, size - 1
        return int(found[1]), min(size - 1, int(found[2] or size - 1))

    def _end(self, status: int, length: int = 0, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Silent: printing costs CPU that would be measured."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("ready_file", type=Path, help="the port is written here")
    arguments = parser.parse_args()
    Handler.root = arguments.root.resolve()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready = arguments.ready_file.with_suffix(".new")
    ready.write_text(str(server.server_address[1]))
    os.replace(ready, arguments.ready_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
