"""The worked example of docs/extend-suite.md: its rows, and nothing else, make a suite that seals."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

USE = """
from datetime import UTC, datetime
from uuid import UUID
from crypto import selftest
from crypto.keyring import Keyring
from crypto.seal import FieldCipher, new_data_key

selftest.run()
keyring = Keyring.generate(datetime.now(UTC), suite=CHACHA_SHA3)
dek_id, dek = new_data_key(CHACHA_SHA3)
row = UUID(int=1)
sealed = FieldCipher(dek_id, dek, CHACHA_SHA3).seal("person.name", row, b"x")
print(sealed[1], FieldCipher(dek_id, dek, 1).open("person.name", row, sealed).decode())
"""


def test_the_rows_on_the_page_make_a_suite_that_seals_and_is_read_beside_others() -> None:
    suites, answers = re.findall(r"```python\n(.*?)```", (ROOT / "docs/extend-suite.md").read_text("utf-8"), re.DOTALL)
    program = f"from crypto.suites import *\nfrom crypto.suites import hashes\n{suites}"
    program += f"from crypto.selftest import ANSWERS, KnownAnswers\n{answers}{USE}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["3", "x"], "")
