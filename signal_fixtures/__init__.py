"""Device fields and scenes come in, labelled samples go out: the other side of the air.

Everything here is written from the published descriptions a second time and shares no
demodulation, decoding or checking code with medmon; of medmon it knows the nouns
(`medmon.records`) only. So a round trip through both sides is evidence, and a mistake in one of
them shows. It writes arrays and files, never to a radio.

waveform makes complex baseband from chips, linecode makes chips from bytes, devices make bytes
from fields, channel adds what lies between a sender and a receiver.
"""
