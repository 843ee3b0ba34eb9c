"""Detectors, one file an idea: transmissions go in, findings that explain themselves come out."""
