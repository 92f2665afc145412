"""With REQUIRE_ALL=1 a skipped test fails: there, everything it could miss has been installed."""

import os
from collections.abc import Generator

import pytest

REQUIRED = os.environ.get("REQUIRE_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return refuse_skip(report) if REQUIRED and call.excinfo is not None else report


def refuse_skip(report: pytest.TestReport) -> pytest.TestReport:
    """The report, failed where it was skipped; an expected failure is none."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"skipped under REQUIRE_ALL=1: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips itself as a whole."""
    report = yield
    if REQUIRED and report.skipped:
        report.outcome, report.longrepr = "failed", f"skipped under REQUIRE_ALL=1: {collector.nodeid}"
    return report
