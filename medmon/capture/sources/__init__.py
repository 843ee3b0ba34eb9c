"""Where samples come from: one file a kind of source, found by its name in `medmon.plugins`.

A source's ``PLUGIN`` is called as ``PLUGIN(uri, facts, block_samples)`` and satisfies
`medmon.capture.Source`. A module whose name ends in ``_file`` reads files and is chosen by their
ending or first bytes; any other is chosen by the scheme of the URI. Sources only ever receive.
"""
