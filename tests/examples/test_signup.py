"""The example keeps away from a service that is not its own."""

import socket

import pytest
from click.testing import CliRunner

from examples.signup.__main__ import main


@pytest.mark.parametrize("option", ["--port", "--realname-port"])
def test_a_port_that_is_in_use_is_named_before_anything_starts(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        port, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        unused = {"--port": "--realname-port", "--realname-port": "--port"}[option]
        done = CliRunner().invoke(main, [option, str(port), unused, str(free)])
    assert done.exit_code == 1
    assert f"port {port} is in use; name a free one with {option}" in done.output
