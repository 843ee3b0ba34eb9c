"""An open wireless monitor for insulin pumps and glucose monitors.

It only listens. Samples go in at one end (`capture`), and at the other end (`respond`) a person
learns that somebody other than the patient's own devices is talking to the pump. It is not a
medical device.
"""

__version__ = "0.1.0"
