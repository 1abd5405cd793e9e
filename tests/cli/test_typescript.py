from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import Field, JsonValue, TypeAdapter

from backend.cli.typescript import UnsupportedSchema, declarations, main, protocol_typescript
from backend.domain.frozen_model import FrozenModel
from backend.websocket.messages import ClientMessage, ServerMessage
from tests.paths import ROOT

PAGE_TYPES = ROOT / "frontend" / "src" / "protocol.ts"


class Circle(FrozenModel):
    """A round shape."""

    kind: Literal["circle"] = "circle"
    radius: float = 1.0
    """Metres."""


class Square(FrozenModel):
    kind: Literal["square"] = "square"
    side: float
    tags: tuple[Literal["big", "small"], ...] = ()
    extra: dict[str, Any]
    data: JsonValue = None
    parent: str | None = None


Shape = Annotated[Circle | Square, Field(discriminator="kind")]


class Drawing(FrozenModel):
    shapes: tuple[Shape, ...]
    background: Shape | None = None


def server_side(**types: Any) -> str:
    adapters = {name: TypeAdapter[Any](kind) for name, kind in types.items()}
    return "\n".join(declarations(adapters, {}))


def test_the_committed_types_are_fresh() -> None:
    assert main(["--check", str(PAGE_TYPES)]) == 0


def test_a_stale_or_missing_file_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "protocol.ts"
    assert main(["--check", str(file)]) == 1
    assert main(["--write", str(file)]) == 0
    assert main(["--check", str(file)]) == 0
    file.write_text(file.read_text() + "// edited\n")
    assert main(["--check", str(file)]) == 1
    assert "make protocol" in capsys.readouterr().err


@pytest.mark.parametrize("union", [ServerMessage, ClientMessage], ids=["server", "client"])
def test_every_message_has_an_interface_with_its_tag(union: Any) -> None:
    text = protocol_typescript()
    for member in get_args(get_args(union)[0]):
        tag = member.model_fields["type"].default
        body = text.split(f"export interface {member.__name__} {{", 1)[1].split("\n}", 1)[0]
        assert f'readonly type: "{tag}";' in body


def test_a_union_is_named_wherever_it_is_used() -> None:
    text = server_side(Drawing=Drawing, Shape=Shape)
    assert "export type Shape = Circle | Square;" in text
    assert "readonly shapes: readonly Shape[];" in text
    assert "readonly background: Shape | null;" in text


def test_what_the_server_sends_has_every_field() -> None:
    assert "readonly radius: number;" in server_side(Circle=Circle)


def test_what_the_server_receives_may_leave_out_defaults_but_never_the_tag() -> None:
    text = "\n".join(declarations({}, {"Circle": TypeAdapter(Circle)}))
    assert "readonly radius?: number;" in text
    assert 'readonly kind: "circle";' in text


def test_docstrings_become_comments() -> None:
    text = server_side(Circle=Circle)
    assert "/** A round shape. */\nexport interface Circle {" in text
    assert "  /** Metres. */\n  readonly radius" in text


def test_lists_of_literals_json_and_open_objects_have_types() -> None:
    text = server_side(Square=Square)
    assert 'readonly tags: readonly ("big" | "small")[];' in text
    assert "readonly data: JsonValue;" in text
    assert "readonly extra: { readonly [key: string]: unknown };" in text
    assert "export type JsonValue =\n  | null" in text


def test_a_construct_it_does_not_know_is_refused() -> None:
    with pytest.raises(UnsupportedSchema):
        server_side(Pair=tuple[int, str])
