"""Opens what a recorder needs, and lets it run until it is told to end."""

import asyncio
import contextlib
import os
import signal

from logger.journal.damage import telling_damage
from logger.journal.reader import JournalReader
from logger.recorder.clock import HostClock
from logger.recorder.disk import Disk
from logger.recorder.drive import open_journal
from logger.recorder.roster import profile_of
from logger.service.loose_threads import LooseThreads
from logger.service.manager import Manager
from logger.service.running import Service
from logger.session.plans import load_plans
from logger.session.store import open_sessions
from logger.settings import Settings


async def run_service(settings: Settings) -> None:
    """Record and deliver until SIGTERM or SIGINT.

    Raises :class:`ConfigError` for settings, profiles or plans that cannot be used,
    :class:`CommandRefused` if another recorder has the data directory, and
    :class:`JournalError` if the journal cannot be used.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # A Ctrl-C from before is a cancellation that waits for the first await. It must not be
    # one by which something was begun already.
    await asyncio.sleep(0)
    named = {pen.profile: profile_of(pen, settings.profiles_dir) for pen in settings.pens}
    profiles = [named[pen.profile] for pen in settings.pens]
    plans = load_plans(settings.plans_file) if settings.plans_file else {}
    asyncio.get_running_loop().set_default_executor(LooseThreads())
    with contextlib.ExitStack() as resources:
        disk = Disk(settings.data_dir, settings.disk)
        journal = resources.enter_context(open_journal(settings.data_dir, HostClock(), disk))
        resources.enter_context(telling_damage(settings.data_dir))
        reader = resources.enter_context(JournalReader(settings.data_dir))
        # What the loop itself reads of blocks must not wait for a sealed file.
        feeding = resources.enter_context(JournalReader(settings.data_dir, waits=False))
        store, projection = open_sessions(settings.data_dir, journal.append)
        resources.callback(store.close)
        service = Service(
            settings, profiles, plans, journal, disk, reader, feeding, store, projection
        )
        await service.run(stop, Manager.of(os.environ, os.getpid()))
