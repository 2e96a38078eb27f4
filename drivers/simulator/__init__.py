"""The simulated pen: signals from a seed, encoded by a profile, spoiled on request.

``VirtualPen`` (pen.py) turns time into wire bytes without any I/O; ``run.py`` paces
pens onto PTYs. Every serial number starts with ``SIM-``, which marks the telemetry as
simulated from end to end. ``docs/simulator.md`` is the page for people.
"""
