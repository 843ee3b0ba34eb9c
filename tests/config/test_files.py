"""Finding configurations and laying them over each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.config import (
    Config,
    config_from_file,
    config_from_files,
    config_from_text,
    find_config,
    search_order,
)
from medmon.errors import AccessError, ConfigError


def _write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_places_are_searched_in_the_order_of_the_contract(tmp_path: Path) -> None:
    """Each place hides those after it; taking one away uncovers the next."""
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    system = tmp_path / "etc"
    places = [
        _write(tmp_path / "here" / "medmon.toml"),
        _write(tmp_path / "xdg" / "medmon" / "config.toml"),
        _write(system / "config.toml"),
    ]
    for place in places:
        found = find_config(environment=environment, folder=tmp_path / "here", system=system)
        assert found == (place,)
        place.unlink()
    assert find_config(environment=environment, folder=tmp_path, system=system) == ()


def test_given_files_hide_everything_else(tmp_path: Path) -> None:
    """--config is the last word, even about a file that does not exist."""
    _write(tmp_path / "medmon.toml")
    given = (Path("a.toml"), Path("b.toml"))
    assert find_config(given, environment={"MEDMON_CONFIG": "c.toml"}, folder=tmp_path) == given


def test_the_variable_hides_the_folder(tmp_path: Path) -> None:
    """MEDMON_CONFIG is returned even if it does not exist, so that reading it complains."""
    _write(tmp_path / "medmon.toml")
    found = find_config(environment={"MEDMON_CONFIG": "/no/such.toml"}, folder=tmp_path)
    assert found == (Path("/no/such.toml"),)


def test_the_process_environment_counts_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verbs call it without arguments."""
    monkeypatch.setenv("MEDMON_CONFIG", str(tmp_path / "x.toml"))
    assert find_config() == (tmp_path / "x.toml",)


def test_home_is_the_fallback_of_xdg() -> None:
    """XDG says so: $HOME/.config when XDG_CONFIG_HOME is not set."""
    assert Path("/home/n/.config/medmon/config.toml") in search_order({"HOME": "/home/n"})


def test_drop_in_files_lie_over_the_systems_file_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    """A package drops a file into conf.d without editing another's."""
    main = _write(tmp_path / "config.toml", '[site]\nname = "main"\nbed = "7"\n')
    second = _write(tmp_path / "conf.d" / "20-b.toml", '[site]\nname = "second"\n')
    first = _write(tmp_path / "conf.d" / "10-a.toml", '[site]\nname = "first"\n')
    _write(tmp_path / "conf.d" / "notes.txt", "not a configuration")
    files = find_config(environment={}, folder=tmp_path / "elsewhere", system=tmp_path)
    assert files == (main, first, second)
    loaded = config_from_files(files)
    assert (loaded.config.site.name, loaded.config.site.bed) == ("second", "7")
    assert loaded.origins["site", "name"] == str(second)
    assert loaded.origins["site", "bed"] == str(main)


def test_lists_of_tables_are_joined_and_keep_their_origins(tmp_path: Path) -> None:
    """Devices of two files are all registered."""
    row = '[[device]]\nid = "{}"\nprotocol = "omnipod"\nrole = "pump"\n'
    low = _write(tmp_path / "low.toml", row.format("1a"))
    high = _write(tmp_path / "high.toml", row.format("2b"))
    loaded = config_from_files([low, high])
    assert [device.id for device in loaded.config.device] == ["1a", "2b"]
    assert loaded.origins["device", 0, "id"] == str(low)
    assert loaded.origins["device", 1, "id"] == str(high)


def test_a_mistake_names_its_file(tmp_path: Path) -> None:
    """With several files, the one to edit stands in the message."""
    low = _write(tmp_path / "low.toml", "[web]\nbind = 7\n")
    high = _write(tmp_path / "high.toml", '[site]\nname = "x"\n')
    with pytest.raises(ConfigError, match=rf"web.bind: .*, found 7 in {low}") as caught:
        config_from_files([low, high])
    assert caught.value.file == f"{low}, {high}"


def test_no_file_gives_the_defaults() -> None:
    """medmon works without any configuration."""
    assert config_from_files([]).config == Config()


def test_missing_and_broken_files_say_so(tmp_path: Path) -> None:
    """A misspelt path, a syntax mistake and bytes that are no text are configuration errors."""
    with pytest.raises(ConfigError, match="cannot be read"):
        config_from_file(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"not TOML: .*line 2"):
        config_from_text("[site]\nname = \n")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        config_from_file(tmp_path / "bytes.toml")


def test_missing_permission_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 77 sends people to permissions, not to the text. (Root may read anything.)"""

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(AccessError, match="no permission to read"):
        config_from_file(Path("m.toml"))


def test_mistakes_of_the_whole_table_have_a_place() -> None:
    """A mistake at the top has no key path and says so."""
    with pytest.raises(ConfigError, match="policies: foo: expected a table, true or false"):
        config_from_text("[policies]\nfoo = 3\n")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a = " + "[" * 100_000, "not TOML: nested too deeply"),
        ("a = " + "9" * 5_000, "not TOML: Exceeds the limit"),
        ("a = 0x" + "f" * 9_000, "a: expected a whole number of at most 64 bits"),
        (".".join("a" * 3_000) + " = 1", "nested deeper than 16 levels"),
    ],
    ids=["brackets", "digits", "hexadecimal", "dots"],
)
def test_toml_that_breaks_parsers_is_a_mistake_like_others(
    tmp_path: Path, text: str, mistake: str
) -> None:
    """One line and status 78 instead of an unexpected RecursionError or ValueError."""
    with pytest.raises(ConfigError) as caught:
        config_from_text(text)
    assert mistake in caught.value.mistakes[0]
    with pytest.raises(ConfigError):
        config_from_files([_write(tmp_path / "a.toml"), _write(tmp_path / "b.toml", text)])
