"""Reports for people to file: a session's record and a period's audit, as PDF.

What a report says is gathered from the journal's projections as one JSON document, with
every number and time already worded in the report's language; typst lays it out. Templates,
texts and the drawing of the legs are files beside this one.
"""
