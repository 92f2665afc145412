"""Writes the pages of this folder from what the code reads: ``make docs``."""

import runpy
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import click

from providers.testing.scenarios import Scenario, possible
from providers.testing.server import SCRIPTS
from verify.cli import main
from verify.config import Settings
from verify.errors import PROBLEMS
from verify.field_messages import FIELD_MESSAGES
from verify.file_messages import FILE_MESSAGES
from verify.flows.reasons import REASONS
from verify.flows.retention import CLASSES

HERE = Path(__file__).parent
MADE = "<!-- made by `make docs` from the code; change it there -->"

#: defaults that stand for a place below the instance folder
PLACES = ("database_url", "keys_database_url", "broker_url")


def settings() -> Iterator[str]:
    yield "# Settings"
    yield (
        "`REALNAME_*` environment variables, over the TOML file that `REALNAME_CONFIG` names (same names in lower "
        "case, without the prefix), over the defaults. A wrong value stops the start with a sentence that names it."
    )
    rows = [(f"`REALNAME_{f.name.upper()}`", default_of(f), f.metadata["help"]) for f in fields(Settings)]
    yield table(("variable", "default", "meaning"), rows)


def default_of(field: Field[Any]) -> str:
    if field.name == "instance":
        return "`./instance`"
    if field.name in PLACES:
        return "SQLite"
    if field.default is MISSING or field.default is None:
        return "–"
    return f"`{int(field.default) if isinstance(field.default, bool) else field.default}`"


def codes() -> Iterator[str]:
    yield "# Codes"
    yield "## Problems"
    yield "`code` of an answer that is `application/problem+json`."
    rows = [(f"`{code}`", str(int(kind.status)), kind.title) for code, kind in PROBLEMS.items()]
    yield table(("code", "status", "meaning"), sorted(rows, key=lambda row: (row[1], row[0])))
    yield "## Fields"
    yield "`errors[].code` of a problem that concerns a field, with what a user reads."
    yield table(("code", "en", "zh-CN"), [(f"`{code}`", text.en, text.zh) for code, text in FIELD_MESSAGES.items()])
    yield "## Files"
    yield "`reason`, and `errors[0]` with `field` = `file`, of `unsupported_file` and `unsupported_image`."
    yield table(("code", "en", "zh-CN"), [(f"`{code}`", text.en, text.zh) for code, text in FILE_MESSAGES.items()])
    yield "## Reasons"
    yield "`last_error.code` and `decision.reason_codes`, as `GET /v1/reason_codes` publishes them."
    yield table(
        ("code", "step", "retryable", "costs a try", "en", "zh-CN"),
        [(f"`{r.code}`", r.step or "any", said(r.retryable), said(r.costs_try), r.en, r.zh) for r in REASONS.values()],
    )
    yield "Of an enterprise some of them say something else (`enterprise_text`):"
    own = [(code, reason.text("enterprise")) for code, reason in REASONS.items() if reason.enterprise_zh]
    yield table(("code", "en", "zh-CN"), [(f"`{code}`", text["en"], text["zh-CN"]) for code, text in own])


def said(truth: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if truth else "no"


def commands() -> Iterator[str]:
    yield "# Commands"
    yield "`realname COMMAND --help` says the same."
    yield from described(main, "realname")


def described(command: click.Command, path: str) -> Iterator[str]:
    if command.hidden:
        return
    context = click.Context(command, info_name=path)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if one := command.get_command(context, name):
                yield from described(one, f"{path} {name}")
        return
    yield f"## {' '.join([path, *arguments(command)])}"
    yield (command.help or "").strip()
    shown = (p.get_help_record(context) for p in command.params if isinstance(p, click.Option))
    options = [record for record in shown if record is not None]
    if options:
        yield table(("option", "meaning"), [(f"`{name}`", meaning) for name, meaning in options])


def arguments(command: click.Command) -> Iterable[str]:
    return (p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(row(line) for line in (head, ["---"] * len(head), *rows))


def row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def retention() -> Iterator[str]:
    yield "# Retention"
    yield (
        "What is kept, why, from when its period is counted and how it ends (policy 5.4). The worker deletes by this "
        "table; `realname retention run --dry-run` counts what is due and the run then deletes, `realname why ACCOUNT` "
        "says of everything of an account why it is still there. What stays on request is only stored from then on, "
        "until its day. A legal hold (`realname hold add`) stops every deletion of its account but of `idempotency`."
    )
    described = [cls.described() for cls in CLASSES.values()]
    yield table(list(described[0]), [[f"`{row['class']}`", *list(row.values())[1:]] for row in described])


def scenarios() -> Iterator[str]:
    yield "# Scenarios of the testing kit"
    yield "Which call of which vendor can have which scenario ([what they are](../testing-kit.md#scenarios))."
    for vendor, module in SCRIPTS.items():
        yield f"## {vendor}"
        known = possible(module.SCRIPT)
        cells = [(f"`{s}`", *("✓" if s in of else "" for of in known.values())) for s in Scenario]
        yield table(("scenario", *(f"`{capability}`" for capability in known)), cells)


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "settings.md": settings,
    "codes.md": codes,
    "commands.md": commands,
    "retention.md": retention,
    "scenarios.md": scenarios,
}


def page(name: str) -> str:
    """The text of one page."""
    return "\n\n".join([MADE, *PAGES[name]()]) + "\n"


if __name__ == "__main__":
    for name in PAGES:
        (HERE / name).write_text(page(name), "utf-8")
    runpy.run_path(str(HERE.parent / "promises.py"), run_name="__main__")
    sys.exit()
