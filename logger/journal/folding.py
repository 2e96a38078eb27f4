"""Folds the write-ahead log into the journal's file, once it has grown to its measure."""

import apsw

from logger.journal.connection import BUSY_TIMEOUT_MS, WAL_BYTES


class Folding:
    """Of one writing connection, whose commits it counts the pages of."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._pages = 0
        self._pages_max: int = WAL_BYTES // connection.pragma("page_size")
        self._due_at_pages = self._pages_max
        connection.set_wal_hook(self._note_pages)

    def fold_if_due(self) -> None:
        """Fold the log if it is long enough; apsw.Error if the drive fails.

        A reader in the way puts it off, and so does a full drive: nothing of the log is given
        up. It is tried again when the log has grown by a quarter of its measure, because a
        try looks at the whole log.
        """
        if self._pages < self._due_at_pages:
            return
        self._due_at_pages = self._pages + self._pages_max // 4
        try:
            pages, folded = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except (apsw.BusyError, apsw.FullError):
            return
        if pages == folded:
            self._due_at_pages = self._pages_max

    def fold_away(self) -> bool:
        """Fold all of the log and leave its file empty; False, at once, if somebody reads it.

        apsw.Error if the drive fails.
        """
        connection = self._connection
        connection.set_busy_timeout(0)
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except (apsw.BusyError, apsw.FullError):
            return False
        finally:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        self._pages, self._due_at_pages = 0, self._pages_max
        return True

    def _note_pages(self, connection: apsw.Connection, schema: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK
