"""The recorder process: the only place where its parts are wired together."""

from logger.service.starting import run_service

__all__ = ["run_service"]
