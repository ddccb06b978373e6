"""What users write for an object and for a place at a partner: s3://bucket/key and DEST[:/path]."""

from cli.errors import UsageFailed
from cli.escaping import escaped

SCHEME = "s3://"


def parse_source(text: str, *, key_needed: bool = True) -> tuple[str, str]:
    """Bucket and key. The key is taken letter by letter: nothing in it is decoded."""
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not bucket:
        form = "s3://bucket/key" if key_needed else "s3://bucket/prefix"
        raise UsageFailed(f"{escaped(text)!r} names no bucket: write {form}.")
    if key_needed and not key:
        raise UsageFailed(f"Name an object in {escaped(text)}: s3://{escaped(bucket)}/key.")
    return bucket, key


def parse_target(text: str, key: str | None) -> tuple[str, str | None]:
    """The destination's id, and the path below its base path. None: the name that the key has.

    A path that ends with a slash is a folder for the object's own name. Without a key the path is
    the folder of many.
    """
    destination, colon, path = text.partition(":")
    if not destination:
        raise UsageFailed(f"{escaped(text)!r} names no destination: write DEST or DEST:/path.")
    path = path.lstrip("/")
    if not colon or not path:
        return destination, None
    if key is None:
        return destination, path.rstrip("/") or None
    if path.endswith("/"):
        return destination, path + key.rsplit("/", 1)[-1]
    return destination, path


def object_url(bucket: str, key: str) -> str:
    return f"{SCHEME}{bucket}/{key}"
