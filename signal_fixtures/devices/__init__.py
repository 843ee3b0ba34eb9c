"""Fields come in, link-layer bytes and chips go out: one builder a device family."""
