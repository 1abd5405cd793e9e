"""Pictures, files and apps that a function returns: they are kept on this server and shown.

return Image(png, name="sales.png", alt="Sales by month, rising")
return [{"rows": 3}, File(text, name="rows.csv")]
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from types import NoneType
from typing import BinaryIO, Final

from backend.domain.app import AppPart
from backend.domain.errors import AppError
from backend.domain.file import StoredFile
from backend.domain.file_names import safe_name
from backend.domain.file_types import HEAD_BYTES, image_type
from backend.domain.ids import FileId, OwnerId, ThreadId
from backend.domain.items import Item
from backend.domain.parts import FilePart, ImagePart, JsonPart, Part, TextPart
from backend.domain.text import clean_text
from backend.files.files import Files
from backend.tools.app import MAX_PAGE_BYTES, App, known_page

MAX_OUTPUTS: Final = 20
"""How many pictures, files and other values one call may return."""

_SUFFIXES: Final = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}


def _check_type(what: str, value: object, *types: type) -> None:
    if not isinstance(value, types):
        wanted = " or ".join("None" if each is NoneType else each.__name__ for each in types)
        raise TypeError(f"{what} must be {wanted}, not {type(value).__name__}.")


class File:
    """A file to download. A `Path` is read, and lends its name; a `str` is text."""

    def __init__(self, content: bytes | str | Path, *, name: str | None = None) -> None:
        """Raises `TypeError` for bytes or text without a name, and for anything else."""
        _check_type("The content of a File", content, bytes, str, Path)
        _check_type("The name of a File", name, str, NoneType)
        if name is None and not isinstance(content, Path):
            raise TypeError("A file needs a name: File(content, name='table.csv')")
        self.content = content
        self.name = name


class Image:
    """A picture to look at: PNG, JPEG, GIF or WebP. A `Path` is read, and lends its name."""

    def __init__(self, content: bytes | Path, *, name: str | None = None, alt: str = "") -> None:
        """`alt` says what the picture shows to those who cannot see it.

        Raises `TypeError` for anything but bytes or a `Path`.
        """
        _check_type("The content of an Image", content, bytes, Path)
        _check_type("The name of an Image", name, str, NoneType)
        _check_type("The alt of an Image", alt, str)
        self.content = content
        self.name = name
        self.alt = alt


Output = TextPart | JsonPart | Image | File | App
"""What a function returned."""


class MediaRefused(Exception):
    """A picture, a file or an app cannot be kept. The message is for the model."""


def held(output: Image | File, limit_bytes: int) -> Image | File:
    """Returns a picture or file that holds its bytes and has a name. Raises `MediaRefused`."""
    content = output.content
    try:
        if isinstance(content, Path):
            with _open_regular(content) as file:
                content = file.read(limit_bytes + 1)
    except OSError as error:
        raise MediaRefused(f"A file cannot be read: {error}.") from error
    data = content.encode(errors="replace") if isinstance(content, str) else content
    name = safe_name(_name(output, data[:HEAD_BYTES]))
    if len(data) > limit_bytes:
        raise MediaRefused(f"{name} is larger than {limit_bytes:,} bytes.")
    if isinstance(output, Image):
        return Image(data, name=name, alt=output.alt)
    return File(data, name=name)


def page_of(app: App) -> str:
    """Returns the HTML of an app. Raises `MediaRefused` if it cannot be read or is too large."""
    try:
        if isinstance(app.html, Path):
            with _open_regular(app.html) as file:
                data = file.read(MAX_PAGE_BYTES + 1)
        else:
            data = app.html.encode(errors="replace")
    except OSError as error:
        raise MediaRefused(f"The page of the app cannot be read: {error}.") from error
    if len(data) > MAX_PAGE_BYTES:
        raise MediaRefused(f"The page of the app is larger than {MAX_PAGE_BYTES:,} bytes.")
    return data.decode(errors="replace")


async def kept_parts(
    outputs: Iterable[Output],
    saved: Mapping[FileId, Image | File],
    files: Files,
    owner: OwnerId,
    thread_id: ThreadId | None,
    history: Iterable[Item] = (),
) -> tuple[Part, ...]:
    """Returns what was returned, with pictures, files and apps as files of this server, and then
    what was saved, under the ids that were promised. A page that an app in
    `history` has is not kept twice.

    Raises `MediaRefused` if one cannot be kept; then none of them is.
    """
    in_order = [(None, output) for output in outputs] + [*saved.items()]
    parts: list[Part] = []
    kept: list[StoredFile] = []
    try:
        for file_id, output in in_order:
            if isinstance(output, TextPart | JsonPart):
                parts.append(output)
                continue
            if isinstance(output, App):
                page = page_of(output).encode()
                page_id = await known_page(page, history, files, owner)
                if page_id is None:
                    kept.append(
                        await files.add_generated(owner, thread_id, "app.html", BytesIO(page))
                    )
                    page_id = kept[-1].id
                parts.append(_app_part(output, page_id))
                continue
            _refuse_huge(output, files.settings.max_file_bytes)
            async with _opened(output) as file:
                name = _name(output, await asyncio.to_thread(file.read, HEAD_BYTES))
                kept.append(await files.add_generated(owner, thread_id, name, file, file_id))
            parts.append(_part(output, kept[-1]))
    except BaseException as error:
        await files.delete(kept)
        if isinstance(error, AppError):
            raise MediaRefused(error.message) from error
        if isinstance(error, OSError):
            raise MediaRefused(f"A file of the output cannot be read: {error}.") from error
        raise
    return tuple(parts)


def _refuse_huge(output: Image | File, limit_bytes: int) -> None:
    """Raises `MediaRefused` before anything is copied. `Files` refuses what is only a little larger."""
    if not isinstance(output.content, Path) and len(output.content) > limit_bytes:
        raise MediaRefused(f"{output.name or 'The picture'} is larger than {limit_bytes:,} bytes.")


@asynccontextmanager
async def _opened(output: Image | File) -> AsyncIterator[BinaryIO]:
    match output.content:
        case Path() as path:
            with await asyncio.to_thread(_open_regular, path) as file:
                yield file
        case bytes() as data:
            yield BytesIO(data)
        case text:
            yield BytesIO(text.encode(errors="replace"))


def _open_regular(path: Path) -> BinaryIO:
    """Opens a regular file: a pipe or a device may never end. Raises `MediaRefused`, `OSError`."""
    if not S_ISREG(path.stat().st_mode):
        raise MediaRefused(f"{path.name} is no regular file, so it cannot be kept.")
    return path.open("rb")


def _name(output: Image | File, head: bytes) -> str:
    """Returns the file's name. Raises `MediaRefused` for an image that is no picture."""
    name = output.name or (output.content.name if isinstance(output.content, Path) else "image")
    if isinstance(output, File):
        return name
    suffixes = _SUFFIXES.get(image_type(head) or "")
    if suffixes is None:
        raise MediaRefused(
            f"The picture {name} is no PNG, JPEG, GIF or WebP. A function returns anything else as "
            "a File."
        )
    return name if name.lower().endswith(suffixes) else name + suffixes[0]


def _part(output: Image | File, file: StoredFile) -> ImagePart | FilePart:
    if isinstance(output, File):
        return file.attachment
    return ImagePart(
        file_id=file.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        alt=clean_text(output.alt) or None,
    )


def _app_part(app: App, file_id: FileId) -> AppPart:
    return AppPart(
        file_id=file_id,
        title=clean_text(app.title or "") or None,
        data=app.data,
        domains=app.domains,
        tools=app.tools,
        meta=app.meta,
        prefers_border=app.prefers_border,
    )
