from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from verify.custody import waiting


@dataclass
class Told:
    """What a command would have said."""

    lines: list[str] = field(default_factory=list)
    moved: int = 0

    def say(self, text: str) -> None:
        self.lines.append(text)

    @contextmanager
    def progress(self, _label: str, _length: int) -> Iterator[Callable[[int], None]]:
        def advance(by: int) -> None:
            self.moved += by

        yield advance

    def __contains__(self, words: str) -> bool:
        return any(words in line for line in self.lines)


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(waiting, "DRAIN", 0.0)
    monkeypatch.setattr(waiting, "LOOK_EVERY", 0.01)
    return Told()
