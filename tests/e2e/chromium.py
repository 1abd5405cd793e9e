"""The browser of the tests: which Chromium, and how it is started."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Error, async_playwright

from backend.http.page import STATIC

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # A microphone that beeps, for every page whose policy allows one: nobody is there to be asked.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # A name of this machine that is no secure context, as another host over plain http is.
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
)


def executable() -> str | None:
    """The one that `CHROMIUM` names, else one on the path; None means Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        if not shutil.which(named):
            raise RuntimeError(f"CHROMIUM={named} is no program that can be started.")
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser. Raises where there is none, since a test that skips shows nothing."""
    async with async_playwright() as playwright:
        path = executable()
        try:
            browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            raise RuntimeError(
                f"Chromium ({path or 'of Playwright'}) did not start: {error}\nName one with "
                "CHROMIUM=/path/to/chromium, or run: python -m playwright install chromium"
            ) from error
        try:
            yield browser
        finally:
            await browser.close()


def built_page(static: Path = STATIC) -> None:
    """Raises where `npm run build` has not put the page where the server serves it from."""
    if not (static / "index.html").is_file():
        raise RuntimeError(
            f"There is no page in {static}. Build it: npm --prefix frontend run build"
        )
