"""Types of files: which are accepted, by extension, and pictures by their first bytes."""

from typing import Final, Literal

from backend.domain.errors import UnsupportedFile
from backend.domain.file_names import suffix_of

FilePurposeOfUpload = Literal["knowledge", "attachment"]

HEAD_BYTES: Final = 512
"""How many bytes of a file suffice to know its type."""

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_DOCUMENTS: Final = {".pdf": "application/pdf", ".docx": _DOCX, ".pptx": _PPTX, ".xlsx": _XLSX}
_TEXTS: Final = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
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
        *(".ipynb", ".java", ".jsx", ".kt", ".lua", ".php", ".pl", ".r", ".rb", ".rs", ".rst"),
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

_SEARCHABLE: Final = _DOCUMENTS | _TEXTS
_KNOWN: Final = _SEARCHABLE | _IMAGES | _DATA
_UNKNOWN: Final = "application/octet-stream"

KNOWLEDGE_SUFFIXES: Final = tuple(sorted(_SEARCHABLE))
ATTACHMENT_SUFFIXES: Final = tuple(sorted(_KNOWN))


def is_searchable(name: str) -> bool:
    """Whether a file of that name is a document whose text can be searched."""
    return suffix_of(name) in _SEARCHABLE


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
    if suffix not in known:
        raise UnsupportedFile(_refusal(name, suffix, purpose))
    if suffix in _TEXTS and not _looks_like_text(head):
        raise UnsupportedFile(f"{name} has the extension of a text, but its content is not text.")
    return known[suffix]


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
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in head


def _refusal(name: str, suffix: str, purpose: FilePurposeOfUpload) -> str:
    what = f"Files ending in {suffix[:20]} are" if suffix else "Files without an extension are"
    if suffix in _KNOWN:
        return f"{name} holds no text to search, so it cannot be knowledge. Attach it to a message."
    accepted = "pdf, docx, pptx, xlsx, text, code and data such as csv and json"
    pictures = "" if purpose == "knowledge" else ", and png, jpeg, gif and webp pictures"
    return f"{what} not accepted. Accepted are: {accepted}{pictures}."
