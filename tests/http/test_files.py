"""Files through a real server: what is taken, what is refused, and that nothing half is left."""

import asyncio
import resource
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from backend.http.files_models import FileInfo, FileLimits, FilePage, FilesDeleted, UploadAnswer
from backend.websocket.messages import Error
from tests.http.answers import problem
from tests.patience import PATIENCE_S
from tests.process import backend
from tests.rest import rest
from tests.running import Running, running
from tests.scripted import ScriptedUpstream

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
KNOWLEDGE = "/api/files?purpose=knowledge"
ATTACHMENT = "/api/files?purpose=attachment"


@dataclass
class Visitor:
    """One owner, and the folder that the server keeps its files in."""

    http: httpx2.AsyncClient
    folder: Path

    async def post(self, *files: tuple[str, bytes], to: str = KNOWLEDGE) -> httpx2.Response:
        parts = [("file", (name, content)) for name, content in files]
        return await self.http.post(to, files=parts)

    async def upload(self, *files: tuple[str, bytes], to: str = KNOWLEDGE) -> tuple[FileInfo, ...]:
        response = await self.post(*files, to=to)
        assert response.status_code == 201, response.text
        return UploadAnswer.model_validate_json(response.content).files

    async def page(self, **query: Any) -> FilePage:
        response = await self.http.get("/api/files", params=query)
        assert response.status_code == 200, response.text
        return FilePage.model_validate_json(response.content)

    def kept(self) -> list[str]:
        """Everything in the folder of files, half ones included."""
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    async def until_kept(self, names: list[str]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.kept() != names:
                await self.page()


@asynccontextmanager
async def visitor(server: Running, tmp_path: Path) -> AsyncIterator[Visitor]:
    async with rest(server.url) as http:
        await http.get("/api/files")
        yield Visitor(http, tmp_path / "data" / "files")


@asynccontextmanager
async def house(tmp_path: Path, **settings: Any) -> AsyncIterator[Visitor]:
    async with (
        running(tmp_path, ScriptedUpstream([]), **settings) as server,
        visitor(server, tmp_path) as one,
    ):
        yield one


async def test_what_is_uploaded_is_listed_downloaded_and_deleted(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (file,) = await one.upload(("tide.md", b"# High water at noon\n"))
        assert (file.name, file.media_type, file.size) == ("tide.md", "text/markdown", 21)
        assert (file.purpose, file.place, file.error) == ("knowledge", "here", None)
        (path,) = [path for path in one.folder.iterdir() if path.is_file()]
        assert path.name == file.id
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        listed = (await one.page()).files
        assert [each.id for each in listed] == [file.id]
        content = await one.http.get(f"/api/files/{file.id}/content")
        assert content.content == b"# High water at noon\n"
        deleted = await one.http.delete(f"/api/files/{file.id}")
        assert (deleted.status_code, deleted.content) == (204, b"")
        assert one.kept() == []
        assert problem(await one.http.get(f"/api/files/{file.id}"), 404).code == "not_found"
        assert problem(await one.http.delete(f"/api/files/{file.id}"), 404).code == "not_found"


async def test_a_knowledge_file_advances_by_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (file,) = await one.upload(("tide.md", b"noon"))
        async with asyncio.timeout(PATIENCE_S):
            while file.status == "in_progress":
                found = await one.http.get(f"/api/files/{file.id}")
                file = FileInfo.model_validate_json(found.content)
        assert (file.status, file.error) == ("completed", None)


async def test_many_files_come_in_one_request_each_taken_or_refused_by_itself(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, max_file_bytes=1000) as one:
        answer = UploadAnswer.model_validate_json(
            (
                await one.post(
                    ("a.txt", b"a"),
                    ("empty.txt", b""),
                    ("big.txt", b"x" * 1001),
                    ("tool.exe", b"MZ\0\3"),
                    ("noise.txt", b"\x00\x01\x02"),
                    ("b.txt", b"b"),
                )
            ).content
        )
        assert [file.name for file in answer.files] == ["a.txt", "b.txt"]
        assert [(refused.name, refused.code) for refused in answer.refused] == [
            ("empty.txt", "empty_file"),
            ("big.txt", "file_too_large"),
            ("tool.exe", "unsupported_file"),
            ("noise.txt", "unsupported_file"),
        ]
        assert one.kept() == sorted(file.id for file in answer.files)


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.txt", b"", 400, "empty_file"),
        ("big.txt", b"x" * 70_000, 413, "file_too_large"),
        ("tool.exe", b"MZ\0\3", 415, "unsupported_file"),
        ("photo.png", b"<script>alert(1)</script>", 415, "unsupported_file"),
        ("photo.png", PNG, 415, "unsupported_file"),
        ("nameless", b"\0\1\2", 415, "unsupported_file"),
    ],
)
async def test_what_cannot_be_knowledge_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, status: int, code: str
) -> None:
    async with house(tmp_path, max_file_bytes=66_000) as one:
        refused = problem(await one.post((name, content)), status)
        assert refused.code == code
        assert name in refused.message
        assert one.kept() == []
        assert (await one.page()).files == ()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/etc/cron.txt", "cron.txt"),
        ("a\x00b\x1f.txt", "ab.txt"),
        ("invoice\u202etxt.exe.txt", "invoicetxt.exe.txt"),
        ("\u2066a\u2069\u200f.txt", "a.txt"),
        ("  two   words .txt", "two words .txt"),
        ("Cafe\u0301.txt", "Café.txt"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        ("潮汐 🌊.txt", "潮汐 🌊.txt"),
        ("n" * 300 + ".txt", "n" * 195 + "….txt"),
    ],
)
async def test_names_are_for_display_only_and_safe_to_show(
    tmp_path: Path, sent: str, shown: str
) -> None:
    async with house(tmp_path) as one:
        boundary = "edge"
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{sent}"\r\n'
            f"\r\ntext\r\n--{boundary}--\r\n"
        )
        response = await one.http.post(
            KNOWLEDGE,
            content=body.encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        (file,) = UploadAnswer.model_validate_json(response.content).files
        assert file.name == shown
        assert one.kept() == [file.id]
        content = await one.http.get(f"/api/files/{file.id}/content")
        assert content.content == b"text"
        assert content.headers["content-disposition"].startswith("attachment")


async def test_a_name_with_nothing_to_show_is_called_file(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        for name in ("\u202e..", "\u200b", "\u3164\u2800"):
            answer = await one.post((name, PNG), to=ATTACHMENT)
            (file,) = UploadAnswer.model_validate_json(answer.content).files
            assert (file.name, file.media_type) == ("file", "image/png")


async def test_two_files_of_one_name_are_two_files(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        first, second = await one.upload(("a.txt", b"1"), ("a.txt", b"2"))
        assert first.id != second.id
        for file, content in ((first, b"1"), (second, b"2")):
            assert (await one.http.get(f"/api/files/{file.id}/content")).content == content


async def test_only_pictures_are_shown_and_nothing_that_is_served_can_run(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        picture, page = await one.upload(
            ("plot.png", PNG), ("evil.html", b"<script>alert(1)</script>"), to=ATTACHMENT
        )
        for file, kind in ((picture, "inline"), (page, "attachment")):
            headers = (await one.http.get(f"/api/files/{file.id}/content")).headers
            assert headers["content-disposition"].startswith(kind)
            assert headers["x-content-type-options"] == "nosniff"
            ours, theirs = headers["content-security-policy"].split(", ")
            assert "default-src 'none'" in ours
            assert theirs.endswith("; sandbox")
        assert picture.media_type == "image/png"


async def test_a_picture_is_what_its_bytes_say(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (file,) = await one.upload(("photo.jpg", PNG), to=ATTACHMENT)
        assert file.media_type == "image/png"


async def test_a_file_that_announces_too_much_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        reader, writer = await asyncio.open_connection(*address(one))
        writer.write(head(one, f"Content-Length: {2 * 1024**3}"))
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.readuntil(b"}}")
        assert b" 413 " in answer
        assert b"body_too_large" in answer
        writer.close()
        assert one.kept() == []


async def test_a_body_without_a_length_is_limited_while_it_streams(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(10_000):
            yield b"x" * 1000

    async with house(tmp_path, max_file_bytes=100_000, max_files_per_message=2) as one:
        response = await one.http.post(
            KNOWLEDGE,
            content=endless(),
            headers={"Content-Type": "multipart/form-data; boundary=edge"},
        )
        assert problem(response, 413).code == "body_too_large"
        assert one.kept() == []


async def test_an_upload_that_is_cut_half_way_leaves_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (before,) = await one.upload(("kept.txt", b"kept"))
        _, writer = await asyncio.open_connection(*address(one))
        writer.write(head(one, "Content-Length: 1000000"))
        writer.write(
            b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
            + b"x" * 500_000
        )
        await writer.drain()
        async with asyncio.timeout(PATIENCE_S):
            while len(one.kept()) < 2:
                await one.page()
        writer.transport.abort()
        await one.until_kept([before.id])
        assert [file.id for file in (await one.page()).files] == [before.id]


async def test_a_body_that_ends_too_early_is_an_error(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        response = await one.http.post(
            KNOWLEDGE,
            content=b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf',
            headers={"Content-Type": "multipart/form-data; boundary=edge"},
        )
        assert problem(response, 400).code == "upload_cut"
        assert one.kept() == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=edge", b"no boundary in sight"),
        ("multipart/form-data; boundary=edge", b"--edge--\r\n"),
        (
            "multipart/form-data; boundary=edge",
            b'--edge\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--edge--\r\n',
        ),
    ],
)
async def test_a_body_without_files_is_an_error(tmp_path: Path, kind: str, body: bytes) -> None:
    async with house(tmp_path) as one:
        response = await one.http.post(KNOWLEDGE, content=body, headers={"Content-Type": kind})
        assert problem(response, 400).code in ("invalid_request", "upload_cut")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits another process: Linux only")
async def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    async with backend(tmp_path, "--port", "0", settings={"UPSTREAM": "demo"}) as server:
        await server.started()
        async with visitor(Running(server.url), tmp_path) as one:
            (before,) = await one.upload(("kept.txt", b"kept"))
            whole = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
            # Writing beyond it fails with `EFBIG`, as with `ENOSPC` on a full disk.
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (4_000_000, whole[1]))
            refused = problem(await one.post(("a.txt", b"x" * 5_000_000)), 507)
            assert refused.code == "disk_full"
            assert one.kept() == [before.id]
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, whole)
            (after,) = await one.upload(("a.txt", b"x" * 5_000_000))
            assert one.kept() == sorted((before.id, after.id))


async def test_there_is_a_limit_to_their_number_and_to_their_sum(tmp_path: Path) -> None:
    async with house(tmp_path, max_files=2, max_files_total_bytes=100) as one:
        await one.upload(("a.txt", b"x" * 60))
        full = problem(await one.post(("b.txt", b"x" * 41)), 409)
        assert full.code == "files_full"
        await one.upload(("b.txt", b"x" * 40))
        assert problem(await one.post(("c.txt", b"x")), 409).code == "too_many_files"
        assert len(one.kept()) == 2


async def test_what_may_be_uploaded_can_be_asked(tmp_path: Path) -> None:
    async with house(tmp_path, max_file_bytes=7) as one:
        limits = FileLimits.model_validate_json((await one.http.get("/api/files/limits")).content)
        assert limits.max_file_bytes == 7
        assert {".pdf", ".docx", ".py"} <= set(limits.knowledge)
        assert ".png" in limits.attachment
        assert ".png" not in limits.knowledge


async def test_pages_are_newest_first(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        for number in range(5):
            await one.upload((f"{number}.txt", b"x"))
        names: list[str] = []
        cursor = None
        while True:
            page = await one.page(limit=2, **({"cursor": cursor} if cursor else {}))
            names += [file.name for file in page.files]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert names == ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]
        refused = await one.http.get("/api/files", params={"cursor": "nonsense"})
        assert problem(refused, 400).field == "cursor"


async def test_all_knowledge_is_deleted_at_once_and_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        await one.upload(("a.txt", b"1"), ("b.txt", b"2"))
        (attached,) = await one.upload(("c.txt", b"3"), to=ATTACHMENT)
        deleted = await one.http.delete(KNOWLEDGE)
        assert FilesDeleted.model_validate_json(deleted.content).deleted == 2
        assert one.kept() == [attached.id]
        assert (await one.http.delete(ATTACHMENT)).status_code == 400


async def test_attachments_are_their_owners_and_knowledge_is_everybodys(tmp_path: Path) -> None:
    async with (
        running(tmp_path, ScriptedUpstream([])) as server,
        visitor(server, tmp_path) as ada,
        visitor(server, tmp_path) as bob,
    ):
        (attached,) = await ada.upload(("mine.txt", b"mine"), to=ATTACHMENT)
        (shared,) = await ada.upload(("ours.txt", b"ours"))
        assert (await bob.page(purpose="attachment")).files == ()
        assert [file.id for file in (await bob.page()).files] == [shared.id]
        for path in (f"/api/files/{attached.id}", f"/api/files/{attached.id}/content"):
            assert problem(await bob.http.get(path), 404).code == "not_found"
            assert (await ada.http.get(path)).status_code == 200
        assert problem(await bob.http.delete(f"/api/files/{attached.id}"), 404).code == "not_found"
        assert attached.id in ada.kept()


async def test_a_start_deletes_nothing_that_another_process_may_be_about_to_use(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as one:
        whole, lost = await one.upload(("a.txt", b"1"), ("b.txt", b"2"))
    folder = one.folder
    (folder / lost.id).unlink()
    (folder / "file_of_nobody").write_bytes(b"bytes without a row")
    (folder / "arriving" / "half").write_bytes(b"half a file")
    async with house(tmp_path) as one:
        assert one.kept() == sorted([whole.id, "file_of_nobody", "half"])
        assert {file.id for file in (await one.page()).files} == {whole.id, lost.id}


async def test_a_start_with_another_folder_forgets_no_file(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (file,) = await one.upload(("a.txt", b"1"))
    one.folder.rename(tmp_path / "elsewhere")
    async with house(tmp_path):
        pass
    shutil.rmtree(one.folder)
    (tmp_path / "elsewhere").rename(one.folder)
    async with house(tmp_path) as one:
        content = await one.http.get(f"/api/files/{file.id}/content")
        assert content.content == b"1"


async def test_a_file_whose_content_is_gone_is_not_found(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (file,) = await one.upload(("a.txt", b"a"))
        (one.folder / file.id).unlink()
        response = await one.http.get(f"/api/files/{file.id}/content")
        assert problem(response, 404).code == "not_found"


async def test_a_message_cannot_carry_a_file_whose_content_is_gone(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, server.socket() as socket:
        async with socket.rest() as http:
            one = Visitor(http, tmp_path / "data" / "files")
            (file,) = await one.upload(("a.txt", b"a"), to=ATTACHMENT)
        (one.folder / file.id).unlink()
        await socket.say("Read it.", file_ids=[file.id])
        assert "no longer exists" in (await socket.until(Error)).message


async def test_names_of_files_are_not_paths_in_the_address_either(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        (tmp_path / "data" / "secret").write_text("secret")
        for path in ("..%2Fsecret", "%2e%2e%2fsecret", "arriving", "file_%00"):
            response = await one.http.get(f"/api/files/{path}/content")
            assert response.status_code == 404, path


def address(one: Visitor) -> tuple[str, int]:
    parts = urlsplit(str(one.http.base_url))
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def head(one: Visitor, *headers: str) -> bytes:
    host, port = address(one)
    lines = [
        f"POST {KNOWLEDGE} HTTP/1.1",
        f"Host: {host}:{port}",
        "Content-Type: multipart/form-data; boundary=edge",
        *headers,
    ]
    return "\r\n".join((*lines, "", "")).encode()


async def test_an_upload_is_on_the_disk_while_it_arrives(tmp_path: Path) -> None:
    """So what is not yet whole is not held in memory either."""
    async with house(tmp_path) as one:

        def arrived() -> int:
            arriving = one.folder / "arriving"
            return sum(path.stat().st_size for path in arriving.iterdir())

        async def body() -> AsyncIterator[bytes]:
            yield (
                b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.parquet"\r\n\r\n'
            )
            for size in range(2_000_000, 12_000_000, 2_000_000):
                yield b"x" * 2_000_000
                async with asyncio.timeout(PATIENCE_S):
                    # All but what its buffer and the network's may hold.
                    while arrived() < size - 1_000_000:
                        await one.page()
            yield b"\r\n--edge--\r\n"

        response = await one.http.post(
            ATTACHMENT,
            content=body(),
            headers={"Content-Type": "multipart/form-data; boundary=edge"},
        )
        assert response.status_code == 201, response.text
