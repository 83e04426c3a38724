"""`teaegg mcp` at the command line; the protocol itself is tested with the API."""

from typing import Any

import pytest

from teaegg.app.mcp import installation


def test_the_configuration_for_a_client_is_printed_and_nothing_is_served(cli: Any) -> None:
    entry = cli.done("mcp", "--print-config", "--as", "li").data["mcpServers"]["teaegg"]
    assert entry["args"][-3:] == ["mcp", "--as", "li"]
    assert entry["env"]["TEAEGG_HOME"] == str(cli.home)


def test_nobody_acts_as_an_account_that_is_not_there(cli: Any) -> None:
    typed = cli("mcp", "--as", "nobody")
    assert typed.code == 3
    assert "'nobody'" in typed.err and typed.out == ""


def test_without_the_extra_the_command_that_installs_it_is_named(
    cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation.importlib.util, "find_spec", lambda name: None)
    typed = cli("mcp")
    assert typed.code == 8
    assert 'pip install "teaegg[mcp]"' in typed.err
