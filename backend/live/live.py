"""The former name of `ThreadLog`."""

from backend.live.thread_log import ThreadLog

LiveThread = ThreadLog
