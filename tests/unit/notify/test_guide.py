"""The user guide's function believes what the service signs, and nothing else."""

import base64
import re
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from services.notify.adapters.webhook_body import signature_headers

GUIDE = Path("docs/user-guide/notifications.md")
SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
BODY = '{"id": "größe"}'.encode()


@pytest.fixture
def guide(tmp_path: Path) -> ModuleType:
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (tmp_path / "receiver.py").write_text(code)
    spec = spec_from_file_location("receiver", tmp_path / "receiver.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_function_of_the_guide_tells_ours_from_others(guide: ModuleType) -> None:
    now = datetime.now(UTC)
    headers = dict(signature_headers(SECRET, "m-1", now, BODY))
    assert guide.verified(SECRET, headers, BODY)
    assert guide.verified(
        SECRET, headers | {"webhook-signature": f"v1,x {headers['webhook-signature']}"}, BODY
    )
    other = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    assert not guide.verified(other, headers, BODY)
    assert not guide.verified(SECRET, headers, BODY + b" ")
    assert not guide.verified(SECRET, headers | {"webhook-id": "m-2"}, BODY)
    old = signature_headers(SECRET, "m-1", now - timedelta(minutes=6), BODY)
    assert not guide.verified(SECRET, old, BODY)
