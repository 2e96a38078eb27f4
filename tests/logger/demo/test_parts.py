"""What the demo's parts are given."""

import socket

from logger.demo.parts import free_port


def test_another_port_is_taken_where_the_wanted_one_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        assert free_port(taken) != taken


def test_a_free_port_is_taken_as_wanted() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted
