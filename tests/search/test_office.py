"""Word and PowerPoint are read whole."""

from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tests.search.office import cell, paragraph, row, run, table, word
from tests.search.reading import read

CHANGED = 'w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"'


async def lines(path: Path) -> list[str]:
    return "\n".join(part.text for part in await read(path)).split("\n")


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
    '{inner}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


@pytest.mark.parametrize(
    "inner",
    [
        f"<w:ins {CHANGED}>{run('450')}</w:ins><w:del {CHANGED}><w:r><w:delText>3</w:delText></w:r>"
        "</w:del>",
        f"<w:moveTo {CHANGED}>{run('450')}</w:moveTo><w:moveFrom {CHANGED}>{run('300')}"
        "</w:moveFrom>",
        f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{run('450')}</w:sdtContent>"
        "</w:sdt>",
        f"<w:hyperlink r:id='r1'>{run('450')}</w:hyperlink>",
        f"<w:smartTag w:element='x'>{run('450')}</w:smartTag>",
        f"<w:customXml w:element='x'>{run('450')}</w:customXml>",
        f"<w:fldSimple w:instr=' DOCPROPERTY x '>{run('450')}</w:fldSimple>",
        FIELD.format(code="REF x", inner="", result=run("450")),
        FIELD.format(
            code="IF",
            inner=FIELD.format(code="MERGEFIELD", inner="", result=run("hidden")),
            result=run("450"),
        ),
        f"<w:ins {CHANGED}><w:hyperlink r:id='r1'><w:sdt><w:sdtContent>{run('450')}</w:sdtContent>"
        "</w:sdt></w:hyperlink></w:ins>",
        "<m:oMath><m:r><m:t>450</m:t></m:r></m:oMath>",
        f"{run('450')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r>",
    ],
)
async def test_words_of_a_paragraph_are_read_however_they_are_wrapped(
    tmp_path: Path, inner: str
) -> None:
    path = word(tmp_path / "terms.docx", paragraph(run("The deposit is "), inner, run(" crowns.")))
    assert await lines(path) == ["The deposit is 450 crowns."]


@pytest.mark.parametrize(
    "wrapped",
    [
        "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>",
        "<w:customXml w:element='x'><w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt></w:customXml>",
        f"<w:ins {CHANGED}>{{}}</w:ins>",
    ],
)
async def test_paragraphs_and_tables_are_read_however_they_are_wrapped(
    tmp_path: Path, wrapped: str
) -> None:
    block = paragraph(run("Pets")) + table(row(cell(paragraph(run("Cats")))))
    assert await lines(word(tmp_path / "terms.docx", wrapped.format(block))) == ["Pets", "Cats"]


async def test_tables_are_read_row_by_row_and_what_is_merged_once(tmp_path: Path) -> None:
    def said(text: str, properties: str = "") -> str:
        return cell(paragraph(run(text)), properties)

    nested = table(row(said("inner 1"), said("inner 2")))
    body = table(
        row(said("Wide", '<w:gridSpan w:val="2"/>'), said("C")),
        row(said("Tall", '<w:vMerge w:val="restart"/>'), cell(nested + paragraph()), said("3")),
        row(said("Tall", "<w:vMerge/>"), said("b") + "", said("c")),
        row(said("gone"), properties=f"<w:del {CHANGED}/>"),
        f"<w:sdt><w:sdtContent>{row(said('in a control'))}</w:sdtContent></w:sdt>",
    )
    assert await lines(word(tmp_path / "table.docx", body)) == [
        "Wide | C",
        "Tall | inner 1 | inner 2 | 3",
        " | b | c",
        "in a control",
    ]


async def test_headers_notes_and_text_boxes_are_read(tmp_path: Path) -> None:
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><wps:txbx><w:txbxContent>{0}"
        "</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent>{0}"
        "</w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent></w:r>"
    ).format(paragraph(run("In a box.")))
    note = f'<w:footnote w:id="2">{paragraph(run("Half a month."))}</w:footnote>'
    end = f'<w:endnote w:id="2">{paragraph(run("See the law."))}</w:endnote>'
    body = paragraph(
        run("Rent is due"),
        '<w:r><w:footnoteReference w:id="2"/></w:r>',
        run(" monthly."),
        '<w:r><w:endnoteReference w:id="2"/></w:r>',
        box,
    )
    path = word(
        tmp_path / "terms.docx",
        body + paragraph(run("The end.")),
        footnotes=note,
        endnotes=end,
        header=paragraph(run("Draft 7")),
        footer=paragraph(run("Extension 5521")),
    )
    assert await lines(path) == [
        *("Rent is due[1] monthly.[2]", "[1] Half a month.", "[2] See the law.", "In a box."),
        *("The end.", "Draft 7", "Extension 5521"),
    ]


async def test_charts_of_a_presentation_are_read(tmp_path: Path) -> None:
    fruit: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    fruit.categories = ["Plums", "Quinces"]
    fruit.add_series("Tonnes 2025", (12.5, 7.25))
    fruit.add_series("Tonnes 2026", (3, None))
    points: Any = XyChartData()  # type: ignore[no-untyped-call]
    points.add_series("Rain").add_data_point(1.5, 4)
    show = pptx.Presentation()
    slide: Any = show.slides.add_slide(show.slide_layouts[6])
    area = (Inches(1), Inches(1), Inches(4), Inches(3))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *area, fruit).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Fruit by weight"
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *area, points)
    show.save(str(tmp_path / "harvest.pptx"))
    assert await lines(tmp_path / "harvest.pptx") == [
        "Fruit by weight",
        " | Tonnes 2025 | Tonnes 2026",
        "Plums | 12.5 | 3",
        "Quinces | 7.25 | ",
        " | Rain",
        "1.5 | 4",
    ]


async def test_groups_merged_cells_and_notes_of_a_presentation_are_read(tmp_path: Path) -> None:
    show = pptx.Presentation()
    slide: Any = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Harvest"
    area = (Inches(1), Inches(1), Inches(4), Inches(3))
    group = slide.shapes.add_group_shape().shapes.add_group_shape()
    group.shapes.add_textbox(*area).text_frame.text = "Barn\v4"
    cells = slide.shapes.add_table(2, 2, *area).table
    cells.cell(0, 0).merge(cells.cell(0, 1))
    cells.cell(0, 0).text = "Wide"
    cells.cell(1, 0).text, cells.cell(1, 1).text = "a", "b"
    slide.notes_slide.notes_text_frame.text = "Frost came late."
    show.save(str(tmp_path / "harvest.pptx"))
    (part,) = await read(tmp_path / "harvest.pptx")
    assert part.text.split("\n") == [
        *("Harvest", "Barn", "4", "Wide | ", "a | b", "Frost came late.")
    ]
    assert (part.place, part.context) == ("slide 1", "Harvest")
