"""Every error this server raises on purpose.

    AppError                     code and sentence for the wire
    ├── InvalidRequest           the sender can correct it               400
    │   ├── BodyTooLarge         above the limit                         413
    │   ├── FileTooLarge         above the limit                         413
    │   ├── UnsupportedFile      of a type that is not accepted          415
    │   └── NotJson              another content type                    415
    ├── UnreadableDocument       no text can be read from a file         422
    ├── NotFound                 or it belongs to another owner          404
    ├── AssistantInUse           the default, the last, one with chats   409
    ├── RunActive                one run per thread at a time            409
    ├── ChangedMeanwhile         the settings, by another process        409
    ├── AnswerTooLong            an upstream does not end its answer     500
    ├── TooManyFiles             their number or their sum               409
    ├── TooManyShares            links to one thread                     409
    ├── DiskFull                 or a quota, or a limit on file size     507
    ├── StoreUnavailable         database locked, full or unreachable    503
    ├── Elsewhere                another process has the thread          503
    ├── SettingsFileError        .env cannot be read or written          500
    ├── InvalidSettings          a source holds a value that is refused  500
    └── UpstreamError            the upstream of a run failed            502
        ├── UpstreamUnreachable  refused, unknown host, TLS              502
        ├── UpstreamTimeout      connected, then silence                 504
        ├── UpstreamAuthFailed   401, 403                                401
        ├── UpstreamNotFound     404: model, assistant or whole API      404
        ├── UpstreamRateLimited  429                                     429
        ├── UpstreamRefused      another 4xx                             422
        ├── UpstreamBroken       5xx, HTML, a stream cut in the middle   502
        └── UpstreamMisconfigured the key or the assistant is missing    409

A message is a sentence for a human that says what to do. No message holds a secret.
"""

from typing import ClassVar

from backend.domain.ids import ThreadId
from backend.domain.text import clean_text


class AppError(Exception):
    """An error with a stable `code` for machines and a sentence for humans."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    field: str | None = None
    """The field of the request that caused it, if one did."""

    def __init__(
        self, message: str, *, code: str | None = None, retry_after_s: float | None = None
    ) -> None:
        self.message = clean_text(message)
        super().__init__(self.message)
        self.error_code = code or self.code
        self.retry_after_s = retry_after_s


class InvalidRequest(AppError):
    code = "invalid_request"
    status = 400

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class BodyTooLarge(InvalidRequest):
    code = "body_too_large"
    status = 413


class NotJson(InvalidRequest):
    code = "unsupported_media_type"
    status = 415


class FileTooLarge(InvalidRequest):
    code = "file_too_large"
    status = 413


class UnsupportedFile(InvalidRequest):
    code = "unsupported_file"
    status = 415


class UnreadableDocument(AppError):
    code = "unreadable_document"
    status = 422


class NotFound(AppError):
    code = "not_found"
    status = 404


class AssistantInUse(AppError):
    code = "assistant_in_use"
    status = 409


class TooManyAssistants(AppError):
    code = "too_many_assistants"
    status = 409


class ChangedMeanwhile(AppError):
    code = "changed_meanwhile"
    status = 409
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Somebody else changed the settings at the same time, and nothing was changed now. Look at "
            "them, then try again."
        )


class RunActive(AppError):
    code = "run_active"
    status = 409
    retryable = True

    def __init__(self, run_id: str | None, *, waits: bool = False) -> None:
        """`run_id` is None where only the database knows of that run."""
        super().__init__(
            "The assistant waits for you to allow a call or to answer. Do so, or stop it, first."
            if waits
            else "A run is active on this thread. Send again when it has ended."
        )
        self.run_id = run_id


class AnswerTooLong(AppError):
    code = "answer_too_long"


class TooManyFiles(AppError):
    code = "too_many_files"
    status = 409


class TooManyShares(AppError):
    code = "too_many_shares"
    status = 409


class DiskFull(AppError):
    code = "disk_full"
    status = 507
    retryable = True


class FilesUnavailable(AppError):
    code = "files_unavailable"
    status = 503
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "The server's storage of files cannot be reached now. Try again in a while."
        )


class TakenOver(AppError):
    code = "taken_over"
    status = 409

    def __init__(self) -> None:
        super().__init__("Somebody else reads this document now.")


class StoreUnavailable(AppError):
    code = "store_unavailable"
    status = 503
    retryable = True


class Elsewhere(AppError):
    """Another process is the home of the thread, or will be."""

    code = "elsewhere"
    status = 503
    retryable = True

    def __init__(self, address: str, thread_id: ThreadId) -> None:
        super().__init__("Another process of this server has this chat by now. Try again.")
        self.address = address
        """Where that process is asked: `http://host:port`."""
        self.thread_id = thread_id


class SettingsFileError(AppError):
    code = "settings_file"
    status = 500


class InvalidSettings(AppError):
    code = "invalid_settings"
    status = 500


class UpstreamError(AppError):
    code = "upstream_error"
    status = 502


class UpstreamUnreachable(UpstreamError):
    code = "upstream_unreachable"
    retryable = True


class UpstreamTimeout(UpstreamError):
    code = "upstream_timeout"
    status = 504
    retryable = True


class UpstreamAuthFailed(UpstreamError):
    code = "upstream_auth"
    status = 401


class UpstreamNotFound(UpstreamError):
    code = "upstream_not_found"
    status = 404


class UpstreamRateLimited(UpstreamError):
    code = "upstream_rate_limited"
    status = 429
    retryable = True


class UpstreamRefused(UpstreamError):
    code = "upstream_refused"
    status = 422


class UpstreamBroken(UpstreamError):
    code = "upstream_broken"
    retryable = True


class UpstreamMisconfigured(UpstreamError):
    code = "setup_incomplete"
    status = 409
