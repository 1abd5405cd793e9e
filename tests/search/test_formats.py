"""Rich text, OpenDocument, e-books, e-mails, notebooks, subtitles and tables are read."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from backend.domain.documents import Part
from backend.domain.errors import UnreadableDocument
from tests.search.open_formats import cell, epub, odf, row, said
from tests.search.reading import read


async def test_an_open_document_is_read_whole(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{said('300 crowns')}</text:deletion></text:changed-region></text:tracked-changes>"
        + said("Before")
        + "<text:h text:outline-level='1'>Rent</text:h>"
        + said(
            "Due <text:span>on</text:span><text:s text:c='1'/>the\n   first<text:change/>."
            "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            f"{said('Or before.')}</text:note-body></text:note>"
            f"<draw:frame><draw:text-box>{said('In a box.')}</draw:text-box></draw:frame>"
            f"<office:annotation>{said('comment')}</office:annotation>"
        )
        + f"<text:list><text:list-item>{said('Cats')}</text:list-item></text:list>"
        + "<table:table><table:table-header-rows><table:table-row>"
        + cell("Wide", "table:number-columns-spanned='2'")
        + "<table:covered-table-cell/></table:table-row></table:table-header-rows>"
        + f"<table:table-row>{cell('a')}{cell('b')}</table:table-row></table:table>"
        + said("<draw:frame><draw:object xlink:href='./Object 1'/></draw:frame>")
    )
    chart = (
        f"<office:chart><chart:chart><chart:title>{said('By weight')}</chart:title>"
        f"<table:table><table:table-row>{cell('Plums')}{cell('12.5')}</table:table-row>"
        "</table:table></chart:chart></office:chart>"
    )
    styles = (
        f"<style:master-page><style:header>{said('Draft 7')}</style:header></style:master-page>"
    )
    path = odf(tmp_path / "terms.odt", "text", body, styles, **{"Object 1": chart})
    assert await read(path) == (
        Part("Before"),
        Part(
            "Rent\nDue on the first.[1]\n[1] Or before.\nIn a box.\nCats\nWide | \na | b\n\n"
            "By weight\nPlums | 12.5",
            place="section “Rent”",
            context="Rent",
        ),
        Part("Draft 7", place="header and footer"),
    )


async def test_a_formula_of_an_open_document_stands_where_it_is_shown(tmp_path: Path) -> None:
    body = said("Energy is <draw:frame><draw:object xlink:href='./Formula-0/'/></draw:frame> here.")
    formula = (
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><semantics><mrow><mi>E</mi>\n<mo>=</mo>"
        "<mi>m</mi></mrow><annotation>E = m</annotation></semantics></math>"
    )
    (part,) = await read(odf(tmp_path / "a.odt", "text", body, **{"Formula-0": formula}))
    assert part.text == "Energy is E=m here."


async def test_slides_of_an_open_document_are_told_apart(tmp_path: Path) -> None:
    slide = (
        "<draw:page><draw:frame><draw:text-box>{}</draw:text-box></draw:frame>"
        "<presentation:notes><draw:frame><draw:text-box>{}</draw:text-box></draw:frame>"
        "</presentation:notes></draw:page>"
    )
    body = slide.format(said("Harvest"), said("Frost.")) + slide.format(said("End"), said("Bye."))
    parts = await read(odf(tmp_path / "show.odp", "presentation", body))
    assert [(part.text, part.place) for part in parts] == [
        ("Harvest\nFrost.", "slide 1"),
        ("End\nBye.", "slide 2"),
    ]


async def test_a_sheet_of_an_open_document_is_read_as_a_sheet(tmp_path: Path) -> None:
    price = cell("12,5", "office:value-type='float' office:value='12.5'")
    rows = row(cell("Item"), cell("Price")) + row(cell("Lamp"), price)
    body = f"<table:table table:name='Prices'>{rows}</table:table>"
    (part,) = await read(odf(tmp_path / "prices.ods", "spreadsheet", body))
    assert part.text == "Item | Price\nLamp | 12.5"
    assert (part.place, part.unit, part.context) == ("sheet Prices", "row", "Prices: Item | Price")


RTF_HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fcharset128 MS;}"
    r"{\f2\fcharset204 Arial Cyr;}}{\colortbl;\red0\green0\blue0;}"
    r"{\stylesheet{\s0 Normal;}{\s1\sbasedon0 heading 1;}}{\info{\title No text}}"
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Caf\'e9 \'80 4 \emdash  \ldblquote fine\rdblquote", "Café € 4 — “fine”"),
        (r"{\f1\'89\'ef\'8bc\'82\'cd} {\f2\'cc\'ee\'f1\'ea\'e2\'e0}", "会議は Москва"),
        (r"\uc1\u26481?\u20140? \u-10179?\u-8704?\par", "東京 😀"),
        (r"{\uc2\u26481\'93\'8c}{\upr{x}{\*\ud{y}}}", "東x"),
        (r"one\par two\line three\tab four", "one\ntwo\nthree\tfour"),
        (r"The deposit is {\deleted 300}{\revised 450} crowns{\v unseen}.", None),
        (r'{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt The deposit}} is 450 crowns.', None),
        (r"The {\*\bkmkstart b}deposit{\pict\pngblip 89504e47} is 450 crowns.", None),
        (r"{\pict\bin5 }{\}x}The deposit is 450 crowns.", None),
        (r"\trowd a\cell b\cell\row c\cell d\cell\row", "a | b\nc | d"),
        (r"Due{\super\chftn}{\footnote \pard\plain Or before.} monthly.\par", None),
        (r"Due{\super\chftn}{\*\footnote\chftn\pard Or before.} monthly.\par", None),
        (
            r"{\trowd {{\pard\intbl a\par}\cell}{{\pard\intbl b\par}\cell}\intbl\row}{\pard c\par}",
            "a | b\nc",
        ),
        (r"{\header Draft 7\par}Text.", "Text.\nDraft 7"),
        (
            r"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt In a box.\par}}{\shprslt x}}Text.\par",
            None,
        ),
        (r"100 \{ \} \\ well\_known co\-operation", "100 { } \\ well\u2011known cooperation"),
    ],
)
async def test_rich_text_is_read_as_it_is_shown(
    tmp_path: Path, body: str, text: str | None
) -> None:
    path = tmp_path / "note.rtf"
    path.write_text(f"{RTF_HEAD}\\pard\\plain {body}}}", encoding="latin-1")
    found = "\n".join(part.text for part in await read(path))
    if text is None:
        wholes = ["The deposit is 450 crowns.", "Due monthly.\nOr before.", "Text.\nIn a box."]
        assert found in wholes
    else:
        assert found == text


async def test_rich_text_is_read_by_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "note.rtf"
    path.write_text(RTF_HEAD + r"\pard Before\par\pard\s1 Refunds\par\pard\plain In 14 days.\par}")
    assert await read(path) == (
        Part("Before"),
        Part("Refunds\nIn 14 days.", "section “Refunds”", context="Refunds"),
    )


async def test_a_book_is_read_in_the_order_of_its_spine(tmp_path: Path) -> None:
    pages = {
        "text/one%20.xhtml": "<h1>Oil</h1><p>It burns.</p>",
        "a.xhtml": "<p>Ünd so weiter.</p>",
    }
    assert await read(epub(tmp_path / "lamp.epub", pages)) == (
        Part("Oil\nIt burns.", "section “Oil”", context="The Lamp: Oil"),
        Part("Ünd so weiter.", "chapter 2", context="The Lamp:"),
    )
    with pytest.raises(UnreadableDocument, match="copy protection"):
        await read(epub(tmp_path / "locked.epub", pages, encrypted="a.xhtml"))


async def test_an_email_is_read_with_its_headers_and_once(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Grüße aus Åre"
    message["From"] = "Ilse <ilse@example.com>"
    message.set_content("Die Prüfung ist bestanden.\n", charset="iso-8859-1")
    message.add_alternative("<p>Die Prüfung ist <b>bestanden</b>.</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    inner = EmailMessage()
    inner["Subject"] = "Forwarded"
    inner.set_content("<p>Only <i>HTML</i>.</p>", subtype="html")
    message.add_attachment(inner)
    (tmp_path / "mail.eml").write_bytes(message.as_bytes())
    first, second = sorted(await read(tmp_path / "mail.eml"), key=lambda part: -len(part.text))
    assert first.text.strip().split("\n") == [
        *("Subject: Grüße aus Åre", "From: Ilse <ilse@example.com>", ""),
        *("Die Prüfung ist bestanden.", "", "Attachment: a.pdf"),
    ]
    assert (first.context, second.context) == ("Grüße aus Åre", "Forwarded")
    assert second.text == "Subject: Forwarded\n\nOnly HTML."


async def test_a_notebook_is_read_cell_by_cell_with_its_outputs(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Rain\n", "By month."], "metadata": {}},
        {
            "cell_type": "code",
            "source": "print(rain)",
            "outputs": [
                {"output_type": "stream", "text": ["12 mm\n"]},
                {
                    "output_type": "display_data",
                    "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]},
                },
            ],
        },
    ]
    path = tmp_path / "rain.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    assert await read(path) == (
        Part("# Rain\nBy month.", "cell 1", context="Rain"),
        Part("print(rain)\n12 mm\n\n<Figure>", "cell 2", context="Rain"),
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_subtitles_are_read_with_their_times(tmp_path: Path, newline: str) -> None:
    cues = [
        f"{number}\n00:0{number}:01,000 --> 00:0{number}:04,500\n<i>Line {number}</i>\nof it.\n"
        for number in (1, 2)
    ]
    (tmp_path / "film.srt").write_bytes("\n".join(cues).replace("\n", newline).encode())
    assert await read(tmp_path / "film.srt") == (
        Part("Line 1 of it.\nLine 2 of it.", "00:01:01–00:02:04"),
    )


@pytest.mark.parametrize(
    ("text", "first", "context"),
    [
        ("sep=;\nName;Price\nLamp;1,5\n", 2, "Name | Price"),
        ("Name;Price, net\nLamp;1,5\n", 1, "Name | Price, net"),
        ('"Name, long";"Price\nnet"\nLamp;1,5\n', 1, "Name, long | Price net"),
        ("Name\tPrice\nLamp\t1,5\n", 1, "Name | Price"),
        ("Name|Price\nLamp|1,5\n", 1, "Name | Price"),
        ('Name,"Price"\nLamp,"1,5"\n', 1, "Name | Price"),
    ],
)
async def test_tables_of_every_delimiter_know_their_columns(
    tmp_path: Path, text: str, first: int, context: str
) -> None:
    (tmp_path / "prices.csv").write_text(text, encoding="utf-8")
    (part,) = await read(tmp_path / "prices.csv")
    assert (part.first, part.context) == (first, context)
    assert "Lamp" in part.text


async def test_markdown_is_read_by_underlined_headings_too(tmp_path: Path) -> None:
    text = (
        "---\ntitle: not one\n---\nIntro\n\nOne\n===\ntext\n\nTwo\n---\n- item\n---\n\n---\nmore\n"
        "~~~\n```\n# not one\n~~~\n"
    )
    (tmp_path / "notes.md").write_text(text)
    parts = await read(tmp_path / "notes.md")
    assert [(part.first, part.context) for part in parts] == [
        (1, ""),
        (6, "One"),
        (10, "One > Two"),
    ]
