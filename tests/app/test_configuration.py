from pathlib import Path

import pytest

from teaegg.app.configuration import load_settings
from teaegg.core.errors import SettingsError


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    settings = load_settings({}, folder=tmp_path)
    assert settings.home == tmp_path / ".teaegg"
    assert settings.answers.mode == "quote"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "teaegg.toml").write_text('[answers]\nmode = "compose"\nquote_characters = 90\n')
    settings = load_settings({"TEAEGG_ANSWERS__MODE": "quote"}, folder=tmp_path)
    assert (settings.answers.mode, settings.answers.quote_characters) == ("quote", 90)


def test_the_file_in_the_home_folder_counts_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "teaegg.toml").write_text("[server]\nport = 9000\n")
    assert load_settings({"TEAEGG_HOME": str(home)}, folder=tmp_path).server.port == 9000


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[answers]\nmood = 1\n", "answers.mood: no such setting"),
        ("[answer]\nmode = 'quote'\n", "answer: no such setting"),
        ("[search]\nvector_weight = 7\n", "search.vector_weight"),
        ("[chat]\nengine = 'openai'\n", "needs base_url and model"),
        ("[chat\n", "cannot be read"),
        ("home = '/tmp'\n", "home"),
    ],
)
def test_a_wrong_file_is_refused_naming_the_key_and_the_remedy(
    tmp_path: Path, text: str, named: str
) -> None:
    (tmp_path / "teaegg.toml").write_text(text)
    with pytest.raises(SettingsError, match=named) as caught:
        load_settings({}, folder=tmp_path)
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["TEAEGG_ANSWERS__MOOD", "TEAEGG_MODE", "TEAEGG_ANSWERS__MODE__X"])
def test_an_unknown_variable_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: "1"}, folder=tmp_path)


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no file"):
        load_settings({"TEAEGG_CONFIG": str(tmp_path / "none.toml")}, folder=tmp_path)


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    environment = {"TEAEGG_CHAT__API_KEY": "sk-very-secret"}
    assert "very-secret" not in repr(load_settings(environment, folder=tmp_path))
