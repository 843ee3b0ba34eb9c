"""Devices and a moment come in, what they say to each other goes out: one file a family."""
