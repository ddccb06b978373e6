"""The console's modules that need no page, by node's own test runner."""

import subprocess

from tests.servers import require_program


def test_the_modules_do_what_their_tests_say() -> None:
    node = require_program("node", "nodejs")
    tests = subprocess.run(
        [node, "--test", "--test-reporter=tap", "tests/web"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "# pass 0" not in tests.stdout, "no test was found"
    assert tests.returncode == 0, tests.stdout + tests.stderr
