"""Upload a document, ask about it, get an answer that cites its page: through the whole server."""

import json
from pathlib import Path

from backend.domain.annotations import FileCitation
from backend.domain.items import AssistantMessage, FileSearchCall
from backend.upstreams.demo import DemoUpstream
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, annotations_of, calls, message
from tests.search.reading import bomb, document
from tests.search.visitor import visiting
from tests.search_eval.corpus import make_pdf

PAGES = [
    "The kettle holds 1.7 litres. Never overfill it.",
    "The guarantee lasts two years from the day of purchase.\nKeep the receipt.",
]


def citations(answer: AssistantMessage) -> list[FileCitation]:
    return [each for each in annotations_of(answer) if isinstance(each, FileCitation)]


async def test_the_demo_answers_from_an_attached_pdf_and_cites_the_page(tmp_path: Path) -> None:
    make_pdf(PAGES, tmp_path / "kettle.pdf")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / "kettle.pdf")
        answer, (search,) = await visitor.ask("How long is the guarantee?", file["id"])

    assert search.status == "completed"
    assert search.queries == ("How long is the guarantee?",)
    assert (search.results[0].filename, search.results[0].location) == ("kettle.pdf", "page 2")
    assert search.results[0].score == 1.0
    assert "The guarantee lasts two years" in answer.text
    assert "【" not in answer.text
    citation = annotations_of(answer)[0]
    assert isinstance(citation, FileCitation)
    assert (citation.file_id, citation.location) == (file["id"], "page 2")
    assert citation.quote is not None
    assert "two years" in citation.quote
    assert answer.text[: citation.start].endswith("from the day of purchase.")


async def test_knowledge_is_searched_in_every_thread_an_attachment_in_its_own(
    tmp_path: Path,
) -> None:
    secret = document(tmp_path / "secret.docx", "The password of the vault is swordfish.")
    handbook = document(tmp_path / "handbook.docx", "The vault is opened on Mondays.")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (attached,) = await visitor.upload(secret)
        (known,) = await visitor.upload(handbook, purpose="knowledge")
        assert (await visitor.indexed(known["id"]))["status"] == "completed"
        _, (mine,) = await visitor.ask("What is the password of the vault?", attached["id"])
        async with visiting(server) as other:
            _, (others,) = await other.ask("What is the password of the vault?")
    assert {result.filename for result in mine.results} == {"secret.docx", "handbook.docx"}
    assert {result.filename for result in others.results} == {"handbook.docx"}


async def test_an_imported_thread_searches_nobodys_documents(tmp_path: Path) -> None:
    secret = document(tmp_path / "secret.docx", "The password of the vault is swordfish.")
    async with (
        running(tmp_path, DemoUpstream(0)) as server,
        visiting(server) as visitor,
        visiting(server) as thief,
    ):
        (attached,) = await visitor.upload(secret)
        await visitor.ask("What is the password of the vault?", attached["id"])
        (thread,) = (await visitor.http.get("/api/threads")).json()["threads"]
        exported = await visitor.http.get(f"/api/threads/{thread['id']}/export?format=json")
        imported = await thief.http.post("/api/threads", json=exported.json())
        async with thief.socket(thread_id=imported.json()["id"]) as socket:
            await socket.say("What is the password of the vault?")
            await socket.until_run_ends()
            stolen = [item for item in socket.transcript.items if isinstance(item, FileSearchCall)]
    assert [len(search.results) for search in stolen] == [1, 0], "the first came with the export"


async def test_a_model_reads_numbered_passages_and_its_marks_become_citations(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream(name="responses")
    note = tmp_path / "note.txt"
    note.write_text("Refunds take fourteen days.\n" + "Other matters.\n" * 80, encoding="utf-8")
    query = json.dumps({"query": "refunds"})
    upstream.script(
        calls(("file_search", query), ("file_search", query)),
        message("Fourteen days 【2:", "0†source】, not more【9:9†source】. 【1:0†x"),
    )
    async with running(tmp_path, upstream) as server, visiting(server) as visitor:
        await visitor.http.put(
            "/api/setup/assistant", json={"name": "A", "model": "m", "tools": ["file_search"]}
        )
        (file,) = await visitor.upload(note)
        answer, searches = await visitor.ask("Refunds?", file["id"])

    (session,) = upstream.sessions
    assert [spec.name for spec in session.request.functions] == ["file_search"]
    told = session.outputs[1]
    assert told is not None
    assert "【1:0†source】 note.txt, lines 1–" in told[0].output
    assert "【2:0†source】 note.txt, lines 1–" in told[1].output
    assert [len(search.results) for search in searches] == [1, 1]
    assert answer.text == "Fourteen days , not more. "
    assert [(mark.start, mark.end, mark.file_id) for mark in citations(answer)] == [
        (14, 14, file["id"]),
        (26, 26, file["id"]),
    ]
    assert citations(answer)[0].quote == searches[1].results[0].text


async def test_a_search_that_cannot_be_made_tells_the_model_why(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(
        calls(
            ("file_search", '{"query": ""}'),
            ("file_search", "{"),
            ("file_search", '{"query": "x"}'),
        ),
        [COMPLETED],
    )
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing else")
    async with running(tmp_path, upstream) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(broken, purpose="knowledge")
        failed = await visitor.indexed(file["id"])
        assert (failed["status"], failed["error"]) == ("failed", "It is damaged or no PDF.")
        async with visitor.socket() as socket:
            await socket.say("?")
            await socket.until_run_ends()
            searches = [i for i in socket.transcript.items if isinstance(i, FileSearchCall)]
    (session,) = upstream.sessions
    assert session.outputs[1] is not None
    empty, cut, none = (output.output for output in session.outputs[1])
    assert "query" in empty
    assert "JSON" in cut
    assert "broken.pdf cannot be searched: It is damaged or no PDF." in none
    assert [search.status for search in searches] == ["failed", "failed", "completed"]


async def test_the_text_of_a_document_holds_its_passages_and_is_its_owners(
    tmp_path: Path,
) -> None:
    make_pdf(PAGES, tmp_path / "kettle.pdf")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / "kettle.pdf")
        await visitor.indexed(file["id"])
        text = await visitor.http.get(f"/api/files/{file['id']}/text")
        _, (search,) = await visitor.ask("guarantee?", file["id"])
        async with visiting(server) as other:
            foreign = await other.http.get(f"/api/files/{file['id']}/text")
        await visitor.http.delete(f"/api/files/{file['id']}")
        gone = await visitor.http.get(f"/api/files/{file['id']}/text")
    parts = {part["location"]: part["text"] for part in text.json()["parts"]}
    assert list(parts) == ["page 1", "page 2"]
    for result in search.results:
        assert result.text in parts[result.location or ""]
    assert foreign.status_code == 404
    assert gone.status_code == 404


async def test_a_document_that_was_being_read_is_read_after_a_restart(tmp_path: Path) -> None:
    make_pdf(PAGES, tmp_path / "kettle.pdf")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / "kettle.pdf", purpose="knowledge")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        assert (await visitor.indexed(file["id"]))["status"] == "completed"
        _, (search,) = await visitor.ask("How long is the guarantee?")
    assert search.results[0].location == "page 2"


async def test_deleted_knowledge_is_not_found_any_more(tmp_path: Path) -> None:
    make_pdf(PAGES, tmp_path / "kettle.pdf")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / "kettle.pdf", purpose="knowledge")
        await visitor.indexed(file["id"])
        await visitor.http.delete(f"/api/files/{file['id']}")
        answer, (search,) = await visitor.ask("How long is the guarantee?")
    assert search.results == ()
    assert "There are no files to search." in answer.text


async def test_files_that_mean_harm_fail_with_the_reason_and_the_server_answers_throughout(
    tmp_path: Path,
) -> None:
    make_pdf(["Secret."], tmp_path / "locked.pdf", password="pw")
    (tmp_path / "corrupt.pdf").write_bytes((tmp_path / "locked.pdf").read_bytes()[:200])
    bomb(tmp_path / "bomb.docx", 120 << 20)
    bomb(tmp_path / "big-bomb.docx", 300 << 20)
    names = ["corrupt.pdf", "locked.pdf", "bomb.docx", "big-bomb.docx"]
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        uploaded = await visitor.upload(*(tmp_path / name for name in names), purpose="knowledge")
        indexed = await visitor.indexed_unnoticed(*(file["id"] for file in uploaded))
        failed = {file["name"]: file for file in indexed}
    assert {file["status"] for file in failed.values()} == {"failed"}
    assert [failed[name]["error"] for name in names[:3]] == [
        "It is damaged or no PDF.",
        "It is encrypted. Upload a copy without a password.",
        "Reading it takes more than 768 MB of memory.",
    ]
    assert failed["big-bomb.docx"]["error"].startswith("It unpacks to ")
