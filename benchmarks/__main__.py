"""``python -m benchmarks [SUITE…]``: measure these, or all that take no more than minutes, print each row, and write
the table of README.md."""

import logging
import os
import sys
from collections.abc import Callable, Iterator

import structlog

from benchmarks import (
    appending,
    flow,
    growth,
    in_flight,
    libraries,
    requests,
    rotation,
    sealing,
    serving,
    starting,
    table,
    vendors,
    working,
)

SUITES: dict[str, Callable[[], Iterator[table.Row]]] = {
    module.__name__.rpartition(".")[2]: module.measure
    for module in (
        sealing,
        libraries,
        rotation,
        requests,
        serving,
        flow,
        in_flight,
        appending,
        working,
        starting,
        vendors,
        growth,
    )
}

#: measured when named
LONG = frozenset({"growth"})


def main(names: list[str]) -> None:
    for name in names or [each for each in SUITES if each not in LONG]:
        rows = []
        for row in SUITES[name]():
            print(row, flush=True)  # noqa: T201 - the result
            rows.append(row)
        if rows:
            table.keep(name, rows)


if __name__ == "__main__":
    logging.disable()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    main(sys.argv[1:])
