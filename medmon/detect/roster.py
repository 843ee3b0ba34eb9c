"""A setting comes in; whose device is whose, and what people call it, goes out.

A device is *ours* when it is registered; every device is as long as none is registered. An address
counts together with its protocol: a pod with the number of the patient's pump is another device.
One device may be registered in several roles.
"""

from __future__ import annotations

from medmon.records import Role, Setting, Transmission


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
            key = (device.protocol, device.id.lower())
            self._roles.setdefault(key, set()).add(device.role)
            self._names[key] = device.name or self._names.get(key)
        self.ids = frozenset(device for _, device in self._roles)

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
            True for a registered device, and for every device while none is registered.
        """
        message = transmission.message
        if message is None:
            return False
        return not self._roles or self.holds(transmission.protocol, message.device)

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
        name = self._names.get((transmission.protocol or "", message.device))
        return (
            f"{name} ({message.device})" if name else f"{message.role or 'device'} {message.device}"
        )
