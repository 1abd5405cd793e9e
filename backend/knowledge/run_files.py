"""The files that a run needs at its upstream."""

from dataclasses import replace
from functools import partial

from backend.domain.assistant import Assistant
from backend.domain.ids import OwnerId, ThreadId
from backend.domain.item_files import item_files
from backend.domain.items import Item, UserMessage
from backend.files.files import Files
from backend.knowledge.remote_files import RemoteFiles
from backend.upstreams.hosting import hosts_files
from backend.upstreams.request import RunFiles


async def collect_run_files(
    files: Files,
    upstream: object,
    assistant: Assistant,
    owner: OwnerId,
    thread_id: ThreadId,
    history: tuple[Item, ...],
) -> RunFiles:
    """Returns the files of `history` that the model sees and `owner` still has here."""
    seen = [file.file_id for item in history for file in item_files(item)]
    known = await files.owned(seen, owner)
    contents = {file_id: partial(files.read_bytes, file_id) for file_id in known}
    hosts = hosts_files(upstream)
    if hosts is None:
        return RunFiles(contents)
    attached = [
        attachment.file_id
        for item in history
        if isinstance(item, UserMessage)
        for attachment in item.files
    ]
    in_order = [known[file_id] for file_id in dict.fromkeys(attached) if file_id in known]
    messages = [item for item in history if isinstance(item, UserMessage)]
    asked = [file.file_id for message in messages[-1:] for file in message.files]
    there = await RemoteFiles(files, hosts, assistant).for_run(in_order, thread_id, asked)
    return replace(there, contents=contents)
