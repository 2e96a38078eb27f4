"""needlelog: records microneedling pens, for every treatment session on a leg."""

__version__ = "0.1.0"
