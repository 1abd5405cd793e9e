from pathlib import Path

import pytest

from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.domain.errors import InvalidRequest, InvalidSettings, SettingsFileError


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_the_command_line_wins_over_the_environment_over_the_file_over_the_default(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.write_text("PORT=1\nMODEL=from-file\nHOST=::1\nDATA_DIR=\n")
    monkeypatch.setenv("PORT", "2")
    monkeypatch.setenv("model", "from-environment")
    monkeypatch.setenv("HOST", "")
    configuration = Configuration(env, port=3, host=None)
    settings = configuration.settings
    assert (settings.port, settings.model, settings.host) == (3, "from-environment", "::1")
    assert [configuration.source(name) for name in ("port", "MODEL", "host", "data_dir")] == [
        "command_line",
        "environment",
        "env_file",
        "default",
    ]
    assert [configuration.writable(name) for name in ("PORT", "model", "host", "data_dir")] == [
        False,
        False,
        True,
        True,
    ]


def test_without_a_file_the_defaults_hold(env: Path) -> None:
    assert Configuration(env).settings == Settings()


def test_what_the_file_says_of_others_is_ignored(env: Path) -> None:
    env.write_text("SOMETHING_ELSE=1\nENV_FILE=2\nmodel_config=3\n")
    assert Configuration(env).settings == Settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OPENAI_BASEURL", "OPENAI_BASE_URL"),
        ("api_key", "OPENAI_API_KEY"),
        ("OPENAI_MODEL", "MODEL"),
        ("PROT", "PORT"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("TOOL_TIMEOUT", "TOOL_TIMEOUT_S"),
    ],
)
def test_a_misspelt_name_is_told_with_the_setting_that_was_meant(
    env: Path, name: str, meant: str
) -> None:
    env.write_text(f"{name}=a-secret\n{meant}=\n")
    [sentence] = Configuration(env).misspelt()
    assert (
        sentence == f"{name.upper()} in .env is no setting and does nothing. Did you mean {meant}?"
    )


def test_names_that_look_like_none_of_ours_are_others_and_not_told(env: Path) -> None:
    env.write_text("GROQ_API_KEY=1\nPOSTGRES_PORT=2\nGITHUB_TOKEN=3\nNODE_ENV=4\nDEBUG=5\n")
    assert Configuration(env).misspelt() == []


@pytest.mark.parametrize("value", ["sk-${HOME}", 'it\'s#"x"', "a\\b$c", "'sk-quoted'"])
def test_a_setting_is_what_was_written(env: Path, value: str) -> None:
    configuration = Configuration(env)
    assert configuration.write({"OPENAI_API_KEY": value}) == []
    assert configuration.settings.api_key == value
    assert Configuration(env).settings.api_key == value
    assert configuration.source("openai_api_key") == "env_file"


def test_a_removed_setting_falls_back(env: Path) -> None:
    configuration = Configuration(env)
    configuration.write({"MODEL": "a", "UPSTREAM": "demo"})
    configuration.write({"MODEL": None})
    assert configuration.settings.model is None
    assert configuration.source("model") == "default"
    assert env.read_text() == "UPSTREAM=demo\n"


def test_a_value_that_is_overridden_is_written_with_a_warning(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL", "from-environment")
    configuration = Configuration(env, upstream="demo")
    warnings = configuration.write({"MODEL": "a", "UPSTREAM": "responses", "ASSISTANT_ID": "asst"})
    assert [warning.split()[0] for warning in warnings] == ["MODEL", "UPSTREAM"]
    assert "in the environment of the server" in warnings[0]
    assert "on the command line" in warnings[1]
    assert configuration.settings.model == "from-environment"
    assert "MODEL=a\n" in env.read_text()
    (warning,) = configuration.write({"MODEL": None})
    assert "removed from .env" in warning


def test_a_refused_value_is_not_written(env: Path) -> None:
    env.write_text("PORT=1\n")
    configuration = Configuration(env)
    with pytest.raises(InvalidRequest) as refused:
        configuration.write({"MODEL": "a", "OPENAI_API_KEY": "sk planted"})
    assert refused.value.field == "OPENAI_API_KEY"
    assert "planted" not in refused.value.message
    assert env.read_text() == "PORT=1\n"
    assert configuration.settings.model is None


def test_a_refused_value_is_not_written_even_where_it_would_be_overridden(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    with pytest.raises(InvalidRequest):
        Configuration(env).write({"OPENAI_BASE_URL": "nonsense"})
    assert not env.exists()


def test_an_unknown_setting_is_a_mistake_of_ours(env: Path) -> None:
    with pytest.raises(ValueError, match="no such setting"):
        Configuration(env).write({"NOPE": "1"})


def test_a_preview_changes_nothing(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    configuration = Configuration(env)
    assert configuration.preview({"OPENAI_API_KEY": "sk-new"}).api_key == "sk-new"
    assert configuration.settings.api_key == "sk-environment"
    assert not env.exists()


def test_a_broken_file_is_explained_without_its_values(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.write_text("PORT=planted\nACCESS_TOKEN='planted planted'\nMAX_FRAME_BYTES=1\n")
    monkeypatch.setenv("LOG_LEVEL", "planted")
    with pytest.raises(InvalidSettings) as refused:
        Configuration(env)
    message = refused.value.message
    assert "planted" not in message
    assert "PORT in .env should be a valid integer." in message
    assert "LOG_LEVEL in the environment of the server should be 'debug'" in message
    assert "ACCESS_TOKEN in .env must be one line" in message
    assert "MAX_FRAME_BYTES in .env should be greater than or equal to 1024." in message
    assert refused.value.__context__ is None


def test_a_file_broken_later_leaves_the_settings_in_force(env: Path) -> None:
    configuration = Configuration(env)
    configuration.write({"MODEL": "a"})
    env.write_text("PORT=x\n")
    with pytest.raises(InvalidSettings):
        configuration.reload()
    assert configuration.settings.model == "a"
    assert configuration.source("model") == "env_file"
    env.write_text("MODEL=b\n")
    assert configuration.reload().model == "b"


def test_a_folder_named_env_is_explained(env: Path) -> None:
    env.mkdir()
    with pytest.raises(SettingsFileError, match="folder"):
        Configuration(env)
