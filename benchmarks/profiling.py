"""``python -m benchmarks.profiling``: where the time of a create, a read and a whole flow goes, drawn into profiles/.

py-spy (``pip install py-spy``) looks at the web process while wrk keeps it busy; only moments in which it runs Python
count. A picture is a flame graph: a frame is as wide as its share of them, below the frame that called it.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.ground import STAGES, ground
from benchmarks.serving import SECONDS, Side, create, load, serving
from tests.databases import postgres_url, scratch_database

PICTURES = Path(__file__).parent / "profiles"

#: frames that take less of the whole are left out
LEAST = 0.008
WIDTH, LINE, DEEPEST = 1000, 15, 60

#: by where a frame's code lies
COLOURS = {"verify": "#e07b39", "crypto": "#c0392b", "sqlalchemy": "#5b8db8", "psycopg": "#8fb996", "": "#cfcfcf"}


@dataclass
class Frame:
    count: int = 0
    below: dict[str, "Frame"] = field(default_factory=dict)


def main() -> None:
    server = postgres_url()
    if server is None:
        raise SystemExit("REALNAME_TEST_POSTGRES names no server")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        main_, keys = (stack.enter_context(scratch_database(server)) for _ in range(2))
        base, token = stack.enter_context(serving(folder, main_, keys))
        made = create(Side(base, token))
        draw("create", watched(base, folder, partial(load, Side(base, token), folder, None)))
        reader, path = Side(base, made["client_token"]), f"/v1/verifications/{made['id']}"
        draw("read", watched(base, folder, partial(load, reader, folder, path)))
    with ground("bank_card") as found:
        flows = partial(found.flows, "service", SECONDS, STAGES["bank_card"])
        draw("flow", watched(found.sides["service"], found.folder, flows))


def watched(base: str, folder: Path, work: Callable[[], object]) -> list[str]:
    """py-spy's lines of this work: ``frame;frame;… count``."""
    file = folder / "stacks"
    work()  # what is made at first use
    options = ["--gil", "--rate", "200", "--duration", str(SECONDS), "--format", "raw", "--output", str(file)]
    program = ["py-spy", "record", *options, "--pid", str(_answering(base))]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as spy:  # noqa: S603 - py-spy
        work()
        spy.wait()
    return file.read_text("utf-8").splitlines()


def _answering(base: str) -> int:
    """The youngest of the processes that listen there: its parents watch over it."""
    port = int(base.rsplit(":", 1)[1])
    found = [each.pid for each in psutil.net_connections("tcp") if getattr(each.laddr, "port", None) == port]
    family = {pid for pid in found if pid} | {c.pid for pid in found if pid for c in psutil.Process(pid).children()}
    return max(family)


def draw(name: str, lines: list[str]) -> None:
    whole = Frame()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        frame = whole
        frame.count += int(count)
        for place in stack.split(";")[:DEEPEST]:
            frame = frame.below.setdefault(place.rpartition(":")[0], Frame())
            frame.count += int(count)
    boxes = list(_boxes(whole, whole.count, 0.0, 0))
    height = LINE * (2 + max((depth for depth, _ in boxes), default=0))
    size = f'width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="10"'
    PICTURES.mkdir(exist_ok=True)
    drawn = "\n".join(box for _, box in boxes)
    (PICTURES / f"{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{drawn}\n</svg>\n', "utf-8"
    )


def _boxes(frame: Frame, whole: int, left: float, depth: int) -> Iterator[tuple[int, str]]:
    for place, below in sorted(frame.below.items(), key=lambda item: -item[1].count):
        width = below.count / whole * WIDTH
        if below.count < LEAST * whole:
            continue
        yield depth, _box(place, below.count / whole, left, depth)
        yield from _boxes(below, whole, left, depth + 1)
        left += width


def _box(place: str, share: float, left: float, depth: int) -> str:
    colour = next(colour for part, colour in COLOURS.items() if part in place)
    width, words = share * WIDTH, place.split(" ", maxsplit=1)[0]
    shown = escape(words[: int(width / 5.5)])
    return (
        f'<g><title>{escape(place)} {share:.1%}</title><rect x="{left:.1f}" y="{depth * LINE}" width="{width:.1f}" '
        f'height="{LINE - 1}" fill="{colour}"/><text x="{left + 2:.1f}" y="{depth * LINE + 11}">{shown}</text></g>'
    )


if __name__ == "__main__":
    main()
