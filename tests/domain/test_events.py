from hypothesis import given
from hypothesis import strategies as st

from backend.domain.events import ItemDelta, StreamedDelta, delta_frame
from backend.domain.ids import ItemId


@given(
    seq=st.integers(1, 2**53),
    index=st.integers(0, 9),
    offset=st.integers(0, 2**31),
    delta=st.text(),
)
def test_a_streamed_delta_is_the_frame_that_the_protocol_describes(
    seq: int, index: int, offset: int, delta: str
) -> None:
    frame = delta_frame(StreamedDelta(seq, ItemId("item_1"), "logs", index, offset, delta))
    assert ItemDelta.model_validate_json(frame) == ItemDelta(
        seq=seq, item_id=ItemId("item_1"), field="logs", index=index, offset=offset, delta=delta
    )


def test_a_streamed_delta_has_every_field_of_the_protocol() -> None:
    assert {"type", *StreamedDelta.__struct_fields__} == set(ItemDelta.model_fields)
