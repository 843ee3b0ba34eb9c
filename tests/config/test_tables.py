"""The tables of medmon.toml: units read, nonsense refused, nothing unknown accepted."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from medmon.config import Config, Table, config_from_text, json_schema, tables
from medmon.errors import ConfigError

TABLES = [
    kind
    for kind in vars(tables).values()
    if inspect.isclass(kind) and issubclass(kind, Table) and kind not in (Table, Config)
]

EVERY_TABLE = """
[site]
name = "clinic"
bed = "7"
timezone = "Europe/Paris"
[[device]]
id = "1A2B3C"
protocol = "medtronic"
role = "pump"
asset = "A-0042"
[patient]
max_bolus_iu = 10
min_bolus_interval_s = "15m"
quiet_hours = "22:30-06:00"
[[source]]
uri = "rtl_tcp://127.0.0.1:1234"
freq_hz = "916.5M"
rate_hz = 2_048_000
gain_db = "auto"
[policies]
some-rule = false
[policies.other-rule]
threshold = 0.9
priority = "low"
[[policy]]
id = "my-rule"
detector = "rssi-band"
options = { margin_db = 6.0 }
[detector]
false_alarms_per_day = 0.1
[[output]]
uri = "json:-"
min_priority = "medium"
[store]
retention = "30d"
[web]
bind = "127.0.0.1"
[response]
simulate_jamming = true
"""


def test_every_table_of_the_contract_is_read() -> None:
    """Units arrive as plain SI numbers, addresses in lower case."""
    config = config_from_text(EVERY_TABLE)
    assert config.device[0].id == "1a2b3c"
    assert config.source[0].freq_hz == 916_500_000
    assert config.source[0].rate_hz == 2_048_000
    assert config.patient.min_bolus_interval_s == 900
    assert config.store.retention == 30 * 86_400
    assert [(row.id, row.enable, row.threshold) for row in config.policies] == [
        ("some-rule", False, None),
        ("other-rule", None, 0.9),
    ]
    assert config.policy[0].options == {"margin_db": 6.0}
    assert config.response.simulate_jamming is True


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[site]\ntimezone = "Mars/Olympus"', "site.timezone: expected a time zone"),
        ('[site]\ntimezone = "../etc/passwd"', "site.timezone: expected a time zone"),
        ('[patient]\nquiet_hours = "25:00-06:00"', "patient.quiet_hours: expected hours such as"),
        ("[patient]\nmax_bolus_iu = 0", "patient.max_bolus_iu"),
        ("[patient]\nmax_bolus_iu = nan", "patient.max_bolus_iu"),
        ("[patient]\nmax_bolus = 5", "patient.max_bolus: unknown key"),
        ('[[source]]\nuri = "-"\nfreq_hz = "fast"', "source.0.freq_hz: expected a number such as"),
        ('[patient]\nmin_bolus_interval_s = "soon"', "expected a duration such as"),
        ("[patient]\nmin_bolus_interval_s = -1", "patient.min_bolus_interval_s"),
        ('[[device]]\nid = "a b"\nprotocol = "x"\nrole = "pump"', "device.0.id"),
        ('[[device]]\nid = "ab"\nprotocol = "x"\nrole = "boss"', "device.0.role"),
        (
            '[[device]]\nid="a"\nprotocol="x"\nrole="pump"\nrssi_min_dbfs=-20\nrssi_max_dbfs=-60.5',
            "device.0: expected rssi_min_dbfs to be at most rssi_max_dbfs, found -20 and -60.5",
        ),
        ('[store]\nfree_space_floor = "banana"', "store.free_space_floor: expected a size such as"),
        ('[store]\nfree_space_floor = "-1GB"', "store.free_space_floor: expected a size such as"),
        ('[web]\nbind = "not an address"', "web.bind: expected an address such as 127.0.0.1"),
        ("[detector]\nfalse_alarms_per_day = 0", "detector.false_alarms_per_day"),
        ('[[output]]\nuri = "json:-"\nmin_priority = "urgent"', "output.0.min_priority"),
        ('[[policy]]\nid = "Bad Id"', "policy.0.id"),
        ("[nonsense]\nx = 1", "nonsense: unknown key"),
        ("policies = 3", "policies"),
    ],
)
def test_mistakes_have_their_key_path(text: str, place: str) -> None:
    """A misspelt limit that is silently ignored is worse than no limit."""
    with pytest.raises(ConfigError) as caught:
        config_from_text(text)
    assert place in str(caught.value)
    assert len(caught.value.mistakes) == 1


def _device(address: str, protocol: str, role: str = "pump") -> str:
    return f'[[device]]\nid = "{address}"\nprotocol = "{protocol}"\nrole = "{role}"\n'


def test_a_device_that_stands_twice_is_refused() -> None:
    """Of two rows about one device one would be ignored; the message names every such pair."""
    rows = [
        _device("12ab56", "medtronic"),
        _device("1f014828", "omnipod"),
        _device("12AB56", "medtronic", "remote"),
        _device("1f014828", "omnipod"),
    ]
    with pytest.raises(ConfigError) as caught:
        config_from_text("".join(rows))
    (mistake,) = caught.value.mistakes
    assert mistake.startswith("device: device.0 and device.2 are both medtronic 12ab56; ")
    assert "device.1 and device.3 are both omnipod 1f014828: keep one row of each" in mistake


def test_the_same_digits_on_two_systems_are_two_devices() -> None:
    """A pod may have the number of the patient's pump."""
    config = config_from_text(_device("12ab56", "medtronic") + _device("12ab56", "omnipod"))
    assert [device.protocol for device in config.device] == ["medtronic", "omnipod"]


def test_a_checked_configuration_does_not_change() -> None:
    """What was checked is what runs."""
    config, field = Config(), "name"
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config.site, field, "other")


def test_sizes_addresses_and_bands_that_people_write_are_read() -> None:
    """What is checked now must not refuse what was right before."""
    text = """
[store]
free_space_floor = "{}"
[web]
bind = "{}"
[[device]]
id = "ab"
protocol = "x"
role = "pump"
rssi_min_dbfs = -60
rssi_max_dbfs = -60
"""
    for size, address in [("1GB", "::1"), ("1.5 GiB", "10.0.0.1"), ("500MB", "192.168.1.7")]:
        config = config_from_text(text.format(size, address))
        assert (config.store.free_space_floor, config.web.bind) == (size, address)


def test_defaults_stay_at_home() -> None:
    """The web page binds to the loopback address, and jamming is not even simulated."""
    config = Config()
    assert config.web.bind == "127.0.0.1"
    assert config.response.simulate_jamming is False
    assert config.privacy.show_identifiers is False


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_says_what_it_is(table: type[Table]) -> None:
    """The reference page and the JSON Schema that editors show are made from these sentences."""
    keys = json_schema()["$defs"][table.__name__]["properties"]
    assert set(keys) == {field.name for field in dataclasses.fields(table)}
    assert [name for name, key in keys.items() if not key.get("description")] == []


def test_a_neighbour_is_nobody_elses_device() -> None:
    """Naming the patient's own pump as a neighbour would hide attacks on it."""
    own = _device("12ab56", "medtronic") + _device("1f014828", "omnipod")
    row = '[[neighbour]]\nid = "{}"\nprotocol = "{}"\n'
    config = config_from_text(own + row.format("99AAFF", "medtronic"))
    assert [(row.id, row.protocol) for row in config.neighbour] == [("99aaff", "medtronic")]
    assert config_from_text(own + row.format("12ab56", "omnipod")).neighbour
    with pytest.raises(ConfigError, match=r"neighbour\.0 and device\.1 are both omnipod 1f014828"):
        config_from_text(own + row.format("1F014828", "omnipod"))


ARRAY = """
[array]
positions_m = [[0, 0], [0.17, 0]]
[array.calibration]
freq_hz = "868.35M"
gains_db = [0, 1.5]
phases_deg = [0, -31.5]
"""


def test_array_and_its_calibration_are_read() -> None:
    """Positions are pairs of metres; delays may be left out."""
    array = config_from_text(ARRAY).array
    assert array is not None
    assert array.positions_m == ((0.0, 0.0), (0.17, 0.0))
    assert array.calibration is not None
    assert array.calibration.freq_hz == 868.35e6
    assert array.calibration.delays_ns == ()
    assert Config().array is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[0, 1.5]", "[0, 1.5, 2]", "calibration.gains_db to have 2 numbers"),
        ("[0, -31.5]", "[0]", "calibration.phases_deg to have 2 numbers"),
        ("[0.17, 0]", "[0, 0]", "each antenna in a place of its own"),
        ("[0, 0], [0.17, 0]", "[0, 0]", "array.positions_m"),
        ("[0.17, 0]", "[0.17, 0, 0]", "array.positions_m.1"),
        ("freq_hz", "delays_ns = [1]\nfreq_hz", "calibration.delays_ns to have 2 numbers"),
    ],
)
def test_array_that_cannot_be_is_refused(old: str, new: str, message: str) -> None:
    """A calibration of another array would give wrong angles without a word."""
    with pytest.raises(ConfigError) as caught:
        config_from_text(ARRAY.replace(old, new, 1))
    assert message in str(caught.value)
