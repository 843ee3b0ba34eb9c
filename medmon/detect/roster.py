"""A setting comes in; whose device is whose, and what people call it, goes out.

A device is *ours* when it is registered; every device is as long as none is registered, except a
neighbour's. An address counts together with its protocol: a pod with the number of the patient's
pump is another device.

The configuration lets a device stand once, in one role (a setting built by hand may name several),
and a device speaks as what it is: a meter's packet with the pump's number is not the pump's. Pump,
handheld and programmer share one address on the air, so each of them may use it.

A *neighbour* is known and is not ours. Naming one hides what is said under its address and
nothing else: an address that is registered is ours, whatever the list of neighbours says.
"""

from __future__ import annotations

from medmon.records import Role, Setting, Transmission

_ON_THE_PUMPS_ADDRESS: frozenset[Role] = frozenset({"pump", "pdm", "programmer"})
"""Roles of those who speak under the address of a pump."""


class Roster:
    """Whose devices are whose.

    Parameters
    ----------
    setting : Setting
        What the monitor was told about the bed.
    """

    def __init__(self, setting: Setting) -> None:
        self._roles: dict[tuple[str, str], set[Role]] = {}
        self._names: dict[tuple[str, str], str | None] = {}
        for device in setting.devices:
            own = (device.protocol, device.id.lower())
            self._roles.setdefault(own, set()).add(device.role)
            self._names[own] = device.name or self._names.get(own)
        others = ((other.protocol, other.id.lower()) for other in setting.neighbours)
        self._neighbours = frozenset(other for other in others if other not in self._roles)
        self.ids = frozenset(device for _, device in self._roles)
        self.keys = frozenset(f"{protocol}:{device}" for protocol, device in self._roles)

    def holds(self, protocol: str | None, device: str, role: Role | None = None) -> bool:
        """Say whether a device is registered, in a role if one is given.

        Parameters
        ----------
        protocol : str or None
            Name of its decoder.
        device : str
            Its address.
        role : str or None
            The role it must be registered in; None for any.

        Returns
        -------
        bool
            True if it is.
        """
        roles = self._roles.get((protocol or "", device), set())
        return role in roles if role else bool(roles)

    def has_role(self, protocol: str | None, role: Role) -> bool:
        """Say whether any device of a protocol is registered in a role.

        Parameters
        ----------
        protocol : str or None
            Name of its decoder.
        role : str
            The role.

        Returns
        -------
        bool
            True if there is one.
        """
        return any(name == protocol and role in held for (name, _), held in self._roles.items())

    def is_ours(self, transmission: Transmission) -> bool:
        """Say whether the patient's limits apply to what was heard.

        Parameters
        ----------
        transmission : Transmission
            With a message.

        Returns
        -------
        bool
            True for a registered device; while none is registered, for every device that is not
            a neighbour's.
        """
        message = transmission.message
        if message is None or self.is_neighbour(transmission):
            return False
        return not self._roles or self.holds(transmission.protocol, message.device)

    def is_neighbour(self, transmission: Transmission) -> bool:
        """Say whether something was said under the address of a known neighbour.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        bool
            True for a neighbour's device, never for a registered one.
        """
        message = transmission.message
        return message is not None and _address(transmission) in self._neighbours

    def is_out_of_role(self, transmission: Transmission) -> bool:
        """Say whether a registered address was used by another kind of device.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        bool
            True where the packet says what kind of device it is from, the address is registered,
            and it is registered as another kind.
        """
        message = transmission.message
        if message is None or message.role is None:
            return False
        roles = self._roles.get(_address(transmission))
        if roles is None:
            return False
        on_a_pump = message.role in _ON_THE_PUMPS_ADDRESS
        allowed = _ON_THE_PUMPS_ADDRESS if on_a_pump else frozenset({message.role})
        return roles.isdisjoint(allowed)

    def key(self, transmission: Transmission) -> str:
        """Return under which name a detector remembers a device.

        Parameters
        ----------
        transmission : Transmission
            With a message.

        Returns
        -------
        str
            Protocol and address, ``omnipod:1f0e89f0``; one of `keys` for a registered device.
        """
        return ":".join(_address(transmission))

    def called(self, transmission: Transmission) -> str:
        """Name the device of a transmission as a person at the bedside would.

        Parameters
        ----------
        transmission : Transmission
            With or without a message.

        Returns
        -------
        str
            For example ``pump 1f0e89f0`` or ``Anna's pump (1f0e89f0)``.
        """
        message = transmission.message
        if message is None:
            return "a device that could not be identified"
        name = self._names.get(_address(transmission))
        return (
            f"{name} ({message.device})" if name else f"{message.role or 'device'} {message.device}"
        )


def _address(transmission: Transmission) -> tuple[str, str]:
    """Return protocol and address; empty words where there is none."""
    message = transmission.message
    return transmission.protocol or "", message.device if message else ""
