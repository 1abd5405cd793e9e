"""The packages of the sandbox: tables that may be attached are read, and plots have every script."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from backend.http.files_models import UploadAnswer
from tests.tools.code_interpreter.interpreter import Interpreter, case, interpreter, run

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("packages"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ready(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Interpreter]:
    async with interpreter(
        tmp_path_factory.mktemp("ready"),
    ) as ready:
        yield ready


async def test_tables_of_every_kind_are_written_and_read(ready: Interpreter) -> None:
    """Case 52-ci-attached."""
    cells = case(
        "52-ci-attached",
        "import os, pandas as pd\nprint(sorted(os.listdir('.')))",
        "import pandas as pd\nprint(pd.DataFrame({'a':[1]}).to_markdown())",
        "pd.DataFrame({'a':[1]}).to_excel('out.xlsx', index=False)",
        "pd.DataFrame({'a':[1]}).to_parquet('o.parquet')",
    )
    told = await run(ready, *cells)
    assert [each.item.status for each in told] == ["completed"] * 4
    assert told[1].output.split("\n")[0].split() == ["|", "|", "a", "|"]
    made = [each.files[0] for each in told[2:]]
    assert [file.name for file in made] == ["out.xlsx", "o.parquet"]


async def test_attached_tables_are_read(ready: Interpreter) -> None:
    async with ready.chat() as chat, chat.socket.rest() as http:
        made = await chat.run(
            "import pandas as pd\ntable = pd.DataFrame({'a': [1], 'b': ['漢']})\n"
            "table.to_excel('t.xlsx', index=False)\ntable.to_parquet('t.parquet')"
        )
        parts = []
        for file in made.files:
            content = await http.get(f"/api/files/{file.file_id}/content")
            parts.append(("file", (f"my-{file.name}", content.content)))
        answer = await http.post("/api/files?purpose=attachment", files=parts)
        ids = [file.id for file in UploadAnswer.model_validate_json(answer.content).files]
        told = await chat.run(
            "print(pd.read_excel('my-t.xlsx').shape, pd.read_parquet('my-t.parquet').b[0])",
            file_ids=ids,
        )
    assert told.output == "(1, 2) 漢"


async def test_plots_have_chinese_japanese_and_korean_letters(ready: Interpreter) -> None:
    choices = (
        "",
        "plt.rcParams['font.sans-serif'] = ['SimHei']\n",
        "plt.rcParams['font.family'] = 'Malgun Gothic'\n",
        "plt.style.use('ggplot')\n",
        "plt.rcdefaults()\n",
    )
    plot = "plt.plot([1, 2], label='データ')\nplt.title('销售额 매출')\nplt.legend()"
    async with ready.chat() as chat:
        await chat.run("import matplotlib.pyplot as plt\ninitial = plt.rcParams.copy()")
        for choice in choices:
            told = await chat.run(choice + plot)
            assert told.output.splitlines()[0] == "[Nothing was printed.]", choice
            assert len(told.images) == 1, choice
            await chat.run("plt.rcParams.update(initial)")


async def test_scipy_is_there(ready: Interpreter) -> None:
    [told] = await run(
        ready, "from scipy import optimize\nround(optimize.brentq(lambda x: x * x - 2, 0, 2), 3)"
    )
    assert told.output.endswith("1.414)") or told.output == "1.414"
