"""What may be uploaded, and what is said of it: through the whole server."""

import base64
from pathlib import Path
from zipfile import ZipFile

import pytest

from backend.upstreams.demo import DemoUpstream
from tests.running import running
from tests.search.open_formats import odf, said
from tests.search.visitor import visiting

NOTE = "The quay of Nordhafen opens at seven.\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Dockerfile", NOTE.encode()),
        (".env", NOTE.encode()),
        (".env.local", NOTE.encode()),
        ("Makefile.am", NOTE.encode()),
        ("notes.unheard-of", NOTE.encode()),
        ("LICENSE", NOTE.encode("utf-16")),
        ("notes", NOTE.encode("utf-16-be")),
        ("notes.txt", NOTE.encode("utf-32-le")),
        ("crash.log", NOTE.encode() * 20 + bytes(9)),
        ("cues.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{NOTE}".encode()),
    ],
)
async def test_text_is_taken_whatever_it_is_called(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (known,) = await visitor.upload(tmp_path / name, purpose="knowledge")
        assert (await visitor.indexed(known["id"]))["error"] is None
        (file,) = await visitor.upload(tmp_path / name)
        _, (search,) = await visitor.ask("When does the quay of Nordhafen open?", file["id"])
    found = {result.file_id for result in search.results}
    assert found == {known["id"], file["id"]}
    assert NOTE.strip() in (search.results[0].text or "")


@pytest.mark.parametrize(
    ("name", "advice"),
    [("a.doc", "save it as .docx"), ("a.xls", "save it as .xlsx"), ("A.PPT", "save it as .pptx")],
)
@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"text"])
async def test_old_office_files_are_refused_with_what_to_do(
    tmp_path: Path, name: str, advice: str, content: bytes
) -> None:
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        for purpose in ("knowledge", "attachment"):
            answer = await visitor.http.post(
                f"/api/files?purpose={purpose}", files=[("file", (name, content))]
            )
            assert answer.status_code == 415
            assert advice in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("program", b"\x7fELF\x02\x01\x01" + bytes(600)),
        ("archive.xyz", b"PK\3\4\x14\0\0\0\x08\0" + bytes(range(256)) * 3),
        ("image", b"BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0" + bytes(600)),
        ("notes.txt", bytes(range(256)) * 3),
    ],
)
async def test_what_is_no_text_is_not_taken_for_one(
    tmp_path: Path, name: str, content: bytes
) -> None:
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        answer = await visitor.http.post(
            "/api/files?purpose=attachment", files=[("file", (name, content))]
        )
    assert answer.status_code == 415


async def test_a_guess_at_an_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "memo.txt").write_bytes("会議は三月五日に大阪で開きます。".encode("cp932"))
    (tmp_path / "log.txt").write_bytes("Prüfung in Münster\n".encode() * 3 + b"\xff\n")
    (tmp_path / "note.txt").write_text("Prüfung", encoding="utf-8")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        paths = [tmp_path / name for name in ("memo.txt", "log.txt", "note.txt")]
        files = await visitor.upload(*paths, purpose="knowledge")
        notes = [(await visitor.indexed(file["id"]))["note"] for file in files]
        # It is still known when the file is read again from where it lies.
        (listed, *_) = (await visitor.http.get("/api/files")).json()["files"]
    assert notes[0].startswith("Its encoding is a guess, CP932.")
    assert notes[1].startswith("Not all of it is valid UTF-8")
    assert notes[2] is None
    assert "note" in listed


RUSSIAN = "Заседание состоится пятого марта в Москве.\n"
KOREAN = "회의는 3월 5일 부산에서 열립니다.\n"
CHINESE = "会议将于三月五日在北京举行。\n"
ENCLOSED = base64.b64encode(b"Subject: Low tide\n\nBring boots").decode()
ODD: dict[str, tuple[bytes, list[str]]] = {
    "chinese.txt": (CHINESE.encode("utf-16-le"), [CHINESE]),
    "russian.txt": ((RUSSIAN * 20).encode("utf-16-be"), [RUSSIAN]),
    "korean.txt": ((KOREAN * 20).encode("utf-32-be"), [KOREAN]),
    "headers.eml": (
        "Subject: Grüße\nContent-Type: text/plain; name*=utf-8''n%C3%B6te.txt\n\nHm".encode(),
        ["Subject: Grüße", "Attachment: nöte.txt"],
    ),
    "name.eml": (
        b"Content-Type: image/png\n"
        b'Content-Disposition: attachment; filename="=?utf-8?q?n=C3=B6te.png?="\n\nx',
        ["Attachment: nöte.png"],
    ),
    "enclosed.eml": (
        f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{ENCLOSED}".encode(),
        ["Subject: Low tide", "Bring boots"],
    ),
    "null.ipynb": (
        b'{"cells": [{"source": ["tide = 3"], "outputs": [{"text": null}]}]}',
        ["tide = 3"],
    ),
    "plain.srt": (b"1\n00:00:03 --> 00:00:04\nThe tide is out\n", ["The tide is out"]),
}


async def test_what_is_written_oddly_is_read_all_the_same(tmp_path: Path) -> None:
    for name, (content, _) in ODD.items():
        (tmp_path / name).write_bytes(content)
    odf(tmp_path / "plain.odt", "text", said("High tide at six."))
    with ZipFile(tmp_path / "plain.odt") as whole, ZipFile(tmp_path / "bare.odt", "w") as bare:
        bare.writestr("content.xml", whole.read("content.xml"))
    expected = {name: words for name, (_, words) in ODD.items()} | {"bare.odt": ["High tide"]}
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        for name, words in expected.items():
            (file,) = await visitor.upload(tmp_path / name)
            assert (await visitor.indexed(file["id"]))["error"] is None, name
            parts = (await visitor.http.get(f"/api/files/{file['id']}/text")).json()["parts"]
            text = "\n".join(part["text"] for part in parts)
            for each in words:
                assert each in text, name
