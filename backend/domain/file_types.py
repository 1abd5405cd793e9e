"""Types of files: which are accepted, by extension, and pictures by their first bytes."""

import unicodedata
from typing import Final, Literal

from backend.domain.errors import UnsupportedFile
from backend.domain.file_names import suffix_of

FilePurposeOfUpload = Literal["knowledge", "attachment"]

HEAD_BYTES: Final = 512
"""How many bytes of a file suffice to know its type."""

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ODF: Final = "application/vnd.oasis.opendocument"

_DOCUMENTS: Final = {
    ".pdf": "application/pdf",
    ".docx": _DOCX,
    ".pptx": _PPTX,
    ".xlsx": _XLSX,
    ".odt": f"{_ODF}.text",
    ".odp": f"{_ODF}.presentation",
    ".ods": f"{_ODF}.spreadsheet",
    ".epub": "application/epub+zip",
}
_TEXTS: Final = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".rtf": "application/rtf",
    ".eml": "message/rfc822",
    ".ipynb": "application/x-ipynb+json",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".css": "text/css",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".py": "text/x-python",
} | dict.fromkeys(
    (
        *(".bash", ".c", ".cc", ".cfg", ".cpp", ".cs", ".diff", ".go", ".h", ".hpp", ".ini"),
        *(".java", ".jsx", ".kt", ".lua", ".php", ".pl", ".r", ".rb", ".rs", ".rst"),
        *(".scala", ".sh", ".sql", ".swift", ".tex", ".ts", ".tsx", ".vue"),
    ),
    "text/plain",
)
_IMAGES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_DATA: Final = {
    ".parquet": "application/vnd.apache.parquet",
    ".npy": "application/octet-stream",
    ".sqlite": "application/vnd.sqlite3",
    ".db": "application/vnd.sqlite3",
}
"""For code to read; these hold no text."""

_OTHERS: Final = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".svg": "image/svg+xml",
    ".zip": "application/zip",
    ".gz": "application/gzip",
}
"""What servers of tools may give, but nobody can upload."""

_OLD: Final = {
    ".doc": ".docx",
    ".dot": ".docx",
    ".xls": ".xlsx",
    ".xlt": ".xlsx",
    ".ppt": ".pptx",
    ".pps": ".pptx",
}
"""Formats of Office before 2007, and what to save them as."""

_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROLS: Final = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_CONTROLS_SHARE: Final = 0.02
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")

_SEARCHABLE: Final = _DOCUMENTS | _TEXTS
_KNOWN: Final = _SEARCHABLE | _IMAGES | _DATA
_UNKNOWN: Final = "application/octet-stream"
_PLAIN: Final = "text/plain"

_ENDINGS: Final = {
    media_type: suffix
    for suffix, media_type in reversed((_KNOWN | _OTHERS).items())
    if media_type != _UNKNOWN
} | {"audio/x-wav": ".wav", "text/xml": ".xml", "application/javascript": ".js"}

KNOWLEDGE_SUFFIXES: Final = tuple(sorted(_SEARCHABLE))
ATTACHMENT_SUFFIXES: Final = tuple(sorted(_KNOWN))


def is_searchable(name: str, media_type: str) -> bool:
    """Whether a file is a document whose text can be searched."""
    suffix = suffix_of(name)
    return suffix in _SEARCHABLE or (suffix not in _KNOWN and media_type == _PLAIN)


def uploaded_type(name: str, head: bytes, purpose: FilePurposeOfUpload) -> str:
    """Returns the media type of an uploaded file. `head` are its first bytes.

    Raises `UnsupportedFile`.
    """
    suffix = suffix_of(name)
    if suffix in _IMAGES or suffix == "":
        image = image_type(head)
        if image is None and suffix in _IMAGES:
            raise UnsupportedFile(
                f"{name} has the extension of a picture, but is not a png, jpeg, gif or webp picture."
            )
        if image is not None and purpose == "attachment":
            return image
    known = _SEARCHABLE if purpose == "knowledge" else _KNOWN
    if suffix not in _KNOWN and suffix not in _OLD and _looks_like_text(head):
        return _PLAIN
    if suffix not in known:
        raise UnsupportedFile(_refusal(name, suffix, purpose))
    if suffix in _TEXTS and not (_looks_like_text(head) or _looks_wide(head)):
        raise UnsupportedFile(f"{name} has the extension of a text, but its content is not text.")
    return known[suffix]


def attached_type(name: str, head: bytes) -> tuple[str, str]:
    """Returns name and media type of an attachment that nobody uploaded, which may be anything.

    One that an upload could not be is for code to read, and loses an ending that promises a text.
    """
    try:
        return name, uploaded_type(name, head, "attachment")
    except UnsupportedFile:
        return (f"{name}.bin" if suffix_of(name) in _KNOWN else name), _UNKNOWN


def ending_of(media_type: str | None, unknown: str = "") -> str:
    """Returns the extension, with its dot, of files that a server says are of this type."""
    essence = (media_type or "").partition(";")[0].strip().lower()
    return _ENDINGS.get(essence, unknown)


def text_name(name: str, media_type: str | None) -> str:
    """Returns the name of a text with an extension that promises nothing else."""
    suffix = suffix_of(name)
    if suffix in _TEXTS or (suffix and suffix not in _KNOWN and suffix not in _OLD):
        return name
    ending = ending_of(media_type)
    return name + (ending if ending in _TEXTS else ".txt")


def binary_name(name: str, media_type: str | None, head: bytes) -> str:
    """Returns the name of what is no text, with the extension of a picture if it is one."""
    image = image_type(head)
    if image is not None:
        return name if suffix_of(name) in _IMAGES else name + ending_of(image)
    return name if suffix_of(name) else name + ending_of(media_type, ".bin")


def hosted_name(name: str, media_type: str) -> str:
    """What a file is called at an upstream, which tells a text by its ending."""
    is_plain = suffix_of(name) not in _KNOWN and media_type == _PLAIN
    return f"{name}.txt" if is_plain else name


def generated_type(name: str, head: bytes) -> str:
    """Returns the media type of a file that a tool made: any type, but a picture has to be one."""
    suffix = suffix_of(name)
    if suffix in _IMAGES or suffix == "":
        return image_type(head) or _UNKNOWN
    return _KNOWN.get(suffix, _UNKNOWN)


def image_type(head: bytes) -> str | None:
    """Returns the type of a picture that browsers and models accept. https://mimesniff.spec.whatwg.org/#image-type-pattern-matching-algorithm"""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:14] == b"WEBPVP":
        return "image/webp"
    return None


def _looks_like_text(head: bytes) -> bool:
    """Whether hardly any control characters are in it, or no other zeros than UTF-16 and UTF-32 have."""
    if head.startswith(_MARKS):
        return True
    zeros = [head[place::4].count(0) for place in range(4)]
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if max(even, odd) > len(head) // 8 and 0 in (even, odd, zeros[0], zeros[3]):
        head = head.replace(b"\0", b"")
    return len(head) - len(head.translate(None, _CONTROLS)) <= len(head) * _CONTROLS_SHARE


def _looks_wide(head: bytes) -> bool:
    """Whether it may be UTF-16 or UTF-32 without a mark, such as Chinese, which has no zeros."""
    return any(_is_wide_text(head, codec) for codec in _WIDE)


def _is_wide_text(head: bytes, codec: str) -> bool:
    """Whether nearly all of it are known characters in that encoding."""
    text = head[: len(head) // 4 * 4].decode(codec, "replace")
    odd = sum(unicodedata.category(each) in ("Cc", "Cn", "Co", "Cs") for each in text)
    odd += text.count("\ufffd") - sum(map(text.count, "\t\n\r\f"))
    return bool(text) and odd <= len(text) * _CONTROLS_SHARE


def _refusal(name: str, suffix: str, purpose: FilePurposeOfUpload) -> str:
    if suffix in _OLD:
        return (
            f"{name} is in a format of Office before 2007, which is not read. Open it in Word, "
            f"Excel, PowerPoint or LibreOffice, save it as {_OLD[suffix]} and upload that."
        )
    if suffix in _KNOWN:
        return f"{name} holds no text to search, so it cannot be knowledge. Attach it to a message."
    accepted = (
        "pdf, docx, pptx, xlsx, odt, odp, ods, rtf, epub, eml, and text of any kind, such as code, "
        "csv and json"
    )
    pictures = "" if purpose == "knowledge" else "; png, jpeg, gif and webp pictures"
    return f"{name} is of a type that is not accepted. Accepted are: {accepted}{pictures}."
