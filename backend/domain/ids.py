"""Public ids are ours, never an upstream's: a prefix for humans and 96 random bits."""

import secrets
from typing import NewType

ThreadId = NewType("ThreadId", str)
ItemId = NewType("ItemId", str)
RunId = NewType("RunId", str)
CommandId = NewType("CommandId", str)
OwnerId = NewType("OwnerId", str)
AssistantId = NewType("AssistantId", str)
FileId = NewType("FileId", str)
ShareId = NewType("ShareId", str)

LOCAL_ASSISTANT_PREFIX = "asst_local_"


def new_thread_id() -> ThreadId:
    return ThreadId("thread_" + secrets.token_hex(12))


def new_item_id() -> ItemId:
    return ItemId("item_" + secrets.token_hex(12))


def new_run_id() -> RunId:
    return RunId("run_" + secrets.token_hex(12))


def new_owner_id() -> OwnerId:
    return OwnerId("owner_" + secrets.token_hex(12))


def new_assistant_id() -> AssistantId:
    return AssistantId(LOCAL_ASSISTANT_PREFIX + secrets.token_hex(12))


def new_file_id() -> FileId:
    return FileId("file_" + secrets.token_hex(12))


def new_share_id() -> ShareId:
    return ShareId("share_" + secrets.token_hex(12))


def new_node_id() -> str:
    return "node_" + secrets.token_hex(12)


def new_epoch() -> str:
    return secrets.token_hex(6)
