"""Code as models write it for notebooks: fences, indents, magics, `display` and top-level await."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.tools.code_interpreter.interpreter import Chat, case, interpreter

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("notebook_code"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chat(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chat]:
    """One thread for all, since each thread has a process that imports libraries."""
    async with (
        interpreter(
            tmp_path_factory.mktemp("ready"),
        ) as ready,
        ready.chat() as chat,
    ):
        yield chat


@pytest.mark.parametrize(
    "code",
    [
        "```python\nx = 6\nprint(x * 7)\n```",
        "```\nx = 6\nprint(x * 7)\n```\n",
        "~~~py\nx = 6\nprint(x * 7)\n~~~",
        "Here is the code:\n\n```python\nx = 6\n```\n\nand then\n\n```python\nprint(x * 7)\n```\nDone!",
        "```python\nx = 6\nprint(x * 7)",
        "    x = 6\n    print(x * 7)",
        "\tx = 6\n\tif x:\n\t\tprint(x * 7)",
        "  x = 6\nprint(x * 7)",
        "  ```python\n  x = 6\n  print(x * 7)\n  ```",
        "%matplotlib inline\n%%time\nx = 6\nprint(x * 7)",
        "import asyncio\nasync def x(): return 6\nprint(await x() * 7)",
        "import asyncio\nasync def x():\n    await asyncio.sleep(0)\n    return 42\nawait x()",
    ],
)
async def test_code_runs_however_it_is_wrapped(chat: Chat, code: str) -> None:
    await chat.run("globals().pop('x', None)")
    told = await chat.run(code)
    assert told.output == "42"
    assert told.item.code == code


async def test_code_that_parses_is_not_changed(chat: Chat) -> None:
    code = 'print("""\n```python\nno code\n```\n%magic\n!pip\n""")'
    told = await chat.run(code)
    assert told.output.split("\n")[1:] == ["```python", "no code", "```", "%magic", "!pip"]


async def test_an_error_in_a_fence_names_the_line_of_the_message(chat: Chat) -> None:
    told = await chat.run("```python\nx = 1\n1 / 0\n```")
    assert re.search(r'File "<cell \d+>", line 3', told.output)
    assert "1 / 0" in told.output
    told = await chat.run("```python\nx = = 1\n```")
    assert "SyntaxError" in told.output


async def test_a_shell_command_is_told_to_be_impossible(chat: Chat) -> None:
    told = await chat.run("!pip install requests\nprint(1)")
    assert "[!pip install requests was not run: there are no programs" in told.output
    assert told.output.endswith("1")


async def test_cells_of_a_notebook_display_their_values(chat: Chat) -> None:
    """Case 45-ci-display."""
    cells = case(
        "45-ci-display",
        "import pandas as pd, numpy as np\ndf = pd.DataFrame(np.arange(40).reshape(10, 4))\ndf",
        "display(df.head())",
        "%matplotlib inline\nprint(1)",
        "!pip install requests",
        "df.head(3).style.highlight_max()",
        "print(df.to_string())",
        "async def g(): return 5\nprint(await g())",
        "df.describe().T.head(2)",
    )
    told = [await chat.run(cell) for cell in cells]
    assert [each.item.status for each in told] == ["completed"] * 8
    assert "[5 rows x" in told[1].output or len(told[1].output.split("\n")) == 6
    assert told[2].output == "1"
    assert "was not run" in told[3].output
    assert "Styler object" not in told[4].output
    assert told[6].output == "5"


async def test_display_can_be_imported_and_takes_text_and_pictures(chat: Chat) -> None:
    told = await chat.run(
        "from IPython.display import HTML, Markdown, display\n"
        "from PIL import Image\n"
        "display(HTML('<b>bold</b>'), Markdown('*text*'), {'a': 1})\n"
        "display(Image.new('RGB', (2, 2)))\n"
        "Image.new('CMYK', (2, 2))",
    )
    assert told.output.split("\n")[:3] == ["<b>bold</b>", "*text*", "{'a': 1}"]
    assert [image.name for image in told.images] == ["image-1.png", "image-2.png"]
