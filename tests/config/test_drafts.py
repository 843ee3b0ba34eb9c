"""Whatever is wrong in a configuration, the rest of it is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.config import Config, draft_from_files
from medmon.errors import ConfigError

DEVICE = '[[device]]\nid = "{}"\nprotocol = "medtronic"\nrole = "{}"\n'


def _file(tmp_path: Path, text: str) -> list[Path]:
    path = tmp_path / "medmon.toml"
    path.write_text(text, encoding="utf-8")
    return [path]


def test_a_good_file_is_all_there(tmp_path: Path) -> None:
    """Nothing is left out, and there are no mistakes."""
    draft = draft_from_files(
        _file(tmp_path, DEVICE.format("350535", "pump") + DEVICE.format("411525", "remote"))
    )
    assert [device.id for device in draft.config.device] == ["350535", "411525"]
    assert (draft.device_rows, draft.mistakes) == ((0, 1), ())


def test_a_wrong_row_leaves_the_others_with_their_numbers(tmp_path: Path) -> None:
    """A message about the third device must not send people to the second."""
    rows = [DEVICE.format("350535", "pump"), DEVICE.format("x", "pumpe"),
            DEVICE.format("411525", "remote")]  # fmt: skip
    draft = draft_from_files(_file(tmp_path, "".join(rows)))
    assert [device.id for device in draft.config.device] == ["350535", "411525"]
    assert draft.device_rows == (0, 2)
    assert ["device.1.role" in mistake for mistake in draft.mistakes] == [True]


def test_a_wrong_key_leaves_the_rest_of_its_table(tmp_path: Path) -> None:
    """A misspelt limit hides no other mistake."""
    text = """
wrd = 3
[patient]
max_bolus_iu = 10
max_bolus_ui = 10
[policies.one]
threshold = "high"
[policies.two]
threshold = 0.5
[web]
bind = 7
"""
    draft = draft_from_files(_file(tmp_path, text))
    assert draft.config.patient.max_bolus_iu == 10
    assert [row.id for row in draft.config.policies] == ["two"]
    assert draft.config.web == Config().web
    assert len(draft.mistakes) == 4


@pytest.mark.parametrize(
    "text",
    [2 * DEVICE.format("350535", "pump"), "device = 7\n", "[policies]\none = 3\n", "site = 1\n"],
    ids=["twins", "no-list", "no-rows", "no-table"],
)
def test_where_rows_cannot_be_told_apart_the_table_is_left_out(tmp_path: Path, text: str) -> None:
    """Everything else is still looked at."""
    draft = draft_from_files(_file(tmp_path, text + "[patient]\nmax_bolus_iu = 10\n"))
    assert len(draft.mistakes) == 1
    assert draft.config == Config(patient=draft.config.patient)
    assert draft.config.patient.max_bolus_iu == 10
    assert draft.device_rows == ()


def test_what_is_no_toml_has_no_rest(tmp_path: Path) -> None:
    """There is nothing to understand."""
    with pytest.raises(ConfigError, match="not TOML"):
        draft_from_files(_file(tmp_path, "[site\n"))


def test_a_device_that_is_also_a_neighbours_is_one_mistake_of_the_whole(tmp_path: Path) -> None:
    """Neither row is wrong by itself, so no place is named, and nothing is kept."""
    row = '[[neighbour]]\nid = "350535"\nprotocol = "medtronic"\n'
    draft = draft_from_files(_file(tmp_path, DEVICE.format("350535", "pump") + row))
    assert draft.mistakes[0].startswith("(top): neighbour.0 and device.0 are both medtronic 350535")
    assert (draft.config, draft.device_rows, draft.tables) == (Config(), (), ())
