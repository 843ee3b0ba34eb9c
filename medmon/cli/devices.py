"""``medmon devices``: list the patient's own devices, or turn an inventory into configuration."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medmon.cli import flags

if TYPE_CHECKING:
    from medmon.config import Device


@click.group(epilog="Example: medmon devices import inventory.csv -w devices.toml")
def devices() -> None:
    """List the registered devices, or import an inventory."""


@devices.command(name="list", epilog="Example: medmon devices list -c medmon.toml")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@flags.config
@flags.verbose
@flags.quiet
def list_devices(*, config: tuple[Path, ...], as_json: bool) -> None:
    """List the devices that the configuration registers."""
    from medmon.config import config_from_files, find_config, plain_from_table

    for device in config_from_files(find_config(config)).config.device:
        row = plain_from_table(device)
        columns = [device.id, device.protocol, device.role, device.asset or "", device.name or ""]
        click.echo(json.dumps(row) if as_json else "\t".join(columns).rstrip())


@devices.command(
    name="import", epilog="Example: medmon devices import inventory.csv -w devices.toml"
)
@click.argument("inventory", type=click.Path(dir_okay=False, path_type=Path))
@flags.write
@flags.verbose
@flags.quiet
def import_inventory(inventory: Path, write: Path | None) -> None:
    """Turn a CSV inventory into [[device]] tables, on stdout or with -w in a file.

    The first line names the columns: id, protocol, role, and if wanted asset, name,
    rssi_min_dbfs, rssi_max_dbfs. Other columns are mistakes, and all mistakes are listed.
    """
    from medmon.config import plain_from_table, toml_from_tables

    lines = _text_of(inventory).splitlines(keepends=True)
    found = devices_from_csv(lines, file=str(inventory))
    rows = [plain_from_table(device) for device in found]
    tables = toml_from_tables({"device": rows})
    if write is None:
        click.echo(tables, nl=False)
    else:
        write.write_text(tables, encoding="utf-8")


def devices_from_csv(lines: Iterable[str], *, file: str) -> list[Device]:
    """Read an inventory.

    Parameters
    ----------
    lines : iterable of str
        CSV with a heading line.
    file : str
        Name for messages.

    Returns
    -------
    list of Device
        The devices, in the order of the file.

    Raises
    ------
    ConfigError
        With every mistake: a device that does not check, an unknown protocol, an id of another
        form, one that stands twice. The same id on two radio systems is two devices.
    """
    from medmon.config import Device, checked
    from medmon.errors import ConfigError
    from medmon.monitor import all_decoders
    from medmon.protocols.registration import registration_mistakes

    decoders = all_decoders()
    reader = csv.DictReader(lines, restkey="(too many columns)", skipinitialspace=True)
    found: dict[tuple[str, str], Device] = {}
    mistakes = []
    for row in reader:
        given = {key: value for key, value in row.items() if value not in ("", None)}
        place = f"line {reader.line_num}"
        device, wrong = checked(Device, given)
        if device is None:
            mistakes += [f"{place}: {mistake.told()}" for mistake in wrong]
            continue
        if (device.protocol, device.id) in found:
            mistakes.append(f"{place}: id: {device.id!r} stands in the file twice")
        mistakes += registration_mistakes([(f"{place}: ", device)], decoders)
        found[device.protocol, device.id] = device
    if mistakes:
        raise ConfigError(file, mistakes)
    return list(found.values())


def _text_of(inventory: Path) -> str:
    from medmon.errors import InputError

    try:
        return inventory.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            str(inventory),
            expected="text in UTF-8",
            found=f"byte {error.object[error.start]:#04x}",
            offset=error.start,
            help_text="save the table as CSV with UTF-8",
        ) from error
