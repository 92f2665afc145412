"""What the worker looks for every second, minute or hour it finds by index, however much was done before."""

import pytest
from flask import Flask

from tests.plans import planned, read_whole
from verify.jobs.worker import SWEEPS
from verify.services import Services

#: of all accounts, in the weeks before a major change of the policy alone; there is none ahead here
OF_ALL = {"policy_changes"}


@pytest.mark.parametrize("name", sorted(SWEEPS.keys() - OF_ALL))
def test_no_sweep_reads_a_table_from_end_to_end(app: Flask, services: Services, name: str) -> None:
    with planned(app.extensions["sqlalchemy"].engine) as main, planned(services.vault.engine) as keys:
        assert SWEEPS[name](services) == 0
    assert main or keys
    assert read_whole([*main, *keys]) == []
