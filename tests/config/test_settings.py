from pathlib import Path

import pytest
from dotenv.parser import Binding, parse_stream
from pydantic import SecretStr, ValidationError

from backend.config.configuration import Configuration
from backend.config.settings import Settings
from tests.paths import ROOT

EXAMPLE = ROOT / ".env.example"


def bindings() -> list[Binding]:
    with EXAMPLE.open(encoding="utf-8") as stream:
        return list(parse_stream(stream))


def test_the_example_lists_every_setting_once_in_order() -> None:
    names = [binding.key for binding in bindings() if binding.key]
    assert names == [name.upper() for name in Settings.model_fields]
    assert not any(binding.error for binding in bindings())


def test_the_example_shows_every_default() -> None:
    assert Configuration(EXAMPLE).settings == Settings()
    for binding in bindings():
        if binding.key:
            default = Settings.model_fields[binding.key.lower()].default
            assert bool(binding.value) == (default not in (None, (), "")), binding.key


def test_the_example_comments_every_setting() -> None:
    above = None
    for binding in bindings():
        if binding.key:
            assert above is not None
            comment = above.original.string.strip()
            assert comment.startswith("# "), binding.key
            assert not comment.startswith("# ---"), binding.key
        above = binding


def test_the_repr_holds_no_secret() -> None:
    settings = Settings(
        openai_api_key=SecretStr("sk-planted-1"),
        access_token=SecretStr("planted-2"),
        openai_base_url="https://user:planted-3@example.com/v1",
        database_url="postgresql+psycopg://user:planted-4@example.com/x",
    )
    assert "planted" not in repr(settings)
    assert "planted" not in str(settings)
    assert settings.api_key == "sk-planted-1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("openai_api_key", "two words"),
        ("openai_api_key", "line\nline"),
        ("openai_api_key", "schlüssel"),
        ("access_token", "a\0b"),
        ("openai_base_url", "ftp://example.com"),
        ("openai_base_url", "https://?nohost"),
        ("openai_base_url", "http://host:notaport/v1"),
        ("openai_base_url", "http://host/a b"),
        ("upstream", "../evil"),
        ("trusted_proxies", "*"),
        ("trusted_proxies", "proxy.example"),
        ("root_path", "no-slash"),
        ("root_path", "//evil.example"),
        ("root_path", '/"><script>'),
        ("port", "65536"),
        ("log_level", "loud"),
        ("tool_timeout_s", "-0.125"),
        ("max_frame_bytes", "many"),
    ],
)
def test_a_bad_value_is_refused_without_being_repeated(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({name: value})
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("http://[::1]:11434/v1", "http://[::1]:11434/v1"),
    ],
)
def test_a_base_url_loses_its_last_slash(given: str, kept: str) -> None:
    assert Settings(openai_base_url=given).openai_base_url == kept


def test_hosts_are_separated_by_commas() -> None:
    settings = Settings.model_validate({"allowed_hosts": " a.example , b.example:8443,"})
    assert settings.allowed_hosts == ("a.example", "b.example:8443")


def test_a_tilde_is_the_home_folder() -> None:
    assert Settings(data_dir=Path("~/chat")).data_dir == Path.home() / "chat"


def test_the_database_lives_in_the_data_folder_unless_named() -> None:
    assert Settings(data_dir=Path("/d")).database == "sqlite+aiosqlite:////d/runstream.db"
    assert Settings(database_url="sqlite:///x.db").database == "sqlite+aiosqlite:///x.db"
