"""Run with ``make bench``: prints one table row for each figure."""

import sys

from benchmarks import sealing
from benchmarks.interleave import compare

HEAD = "| what | ours | the other | ratio (least–most) | goal |\n|---|---:|---:|---:|---:|\n"


def main() -> None:
    sys.stdout.write(HEAD)
    for what, goal, ours, theirs in sealing.rows():
        found = compare(ours, theirs)
        times = f"{found.ours * 1e6:.1f} µs | {found.theirs * 1e6:.1f} µs"
        spread = f"{found.ratio:.2f} ({found.least:.2f}–{found.most:.2f})"
        sys.stdout.write(f"| {what} | {times} | {spread} | ≤ {goal} |\n")


if __name__ == "__main__":
    main()
