from tests.e2e.first_load import MOST_BYTES, first_load


def test_the_first_load_of_the_page_stays_small() -> None:
    files = first_load()
    assert {name.rpartition(".")[2] for name in files} == {"js", "css"}
    assert sum(files.values()) < MOST_BYTES, files
