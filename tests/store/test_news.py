import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from backend.config.settings import Settings
from backend.store.database import Database
from backend.store.news import News
from tests.patience import PATIENCE_S
from tests.postgresql import PostgresqlServer


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[tuple[News, "asyncio.Queue[str]"]]:
    database = Database(url)
    news = News(database)
    heard: asyncio.Queue[str] = asyncio.Queue()
    news.on("home", heard.put_nowait)
    await news.open()
    try:
        yield news, heard
    finally:
        await news.close()
        await database.close()


async def tell_until_heard(news: News, about: str, *heard: "asyncio.Queue[str]") -> None:
    """Who has no connection yet misses what is told meanwhile."""
    async with asyncio.timeout(PATIENCE_S):
        for each in heard:
            while True:
                await news.tell("home", about)
                try:
                    async with asyncio.timeout(0.2):
                        while await each.get() != about:
                            pass
                    break
                except TimeoutError:
                    pass


async def test_one_process_with_sqlite_hears_its_own_news_at_once(tmp_path: Path) -> None:
    async with listening(f"sqlite+aiosqlite:///{tmp_path}/chat.db") as (news, heard):
        await news.tell("home", "thread_1")
        await news.tell("other", "thread_2")
        assert heard.get_nowait() == "thread_1"
        assert heard.empty()


async def test_every_process_on_a_database_hears_news_and_again_after_it_lost_its_connection(
    postgresql: PostgresqlServer,
) -> None:
    server_url = postgresql.new_database()
    url = Settings(database_url=server_url).database
    async with listening(url) as (one, heard_by_one), listening(url) as (_, heard_by_other):
        await tell_until_heard(one, "before", heard_by_one, heard_by_other)
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await tell_until_heard(one, "after", heard_by_one, heard_by_other)
