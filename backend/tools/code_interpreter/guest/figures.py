"""Saves open figures as pictures, so that code need not."""

import io
import logging
import sys
from pathlib import Path
from typing import Any

from .folder import unused

DOTS_PER_INCH = 150
_SHOWN_AS_FILES = (".png", ".jpg", ".jpeg", ".webp")


def preload() -> None:
    """Import what most cells use, and build the font cache, before the first cell."""
    import matplotlib.pyplot as plt
    import numpy
    import pandas

    _draw_every_letter()
    # There is no window: figures are saved when the cell ends.
    plt.show = lambda *args, **kwargs: None
    plt.figure().suptitle(f"{numpy.__name__} {pandas.__name__}")
    plt.savefig(io.BytesIO(), format="png")
    plt.close("all")
    _remember_saved_figures(plt)


def save_open(folder: Path) -> None:
    """Close the open figures, and save each into the folder unless the code has saved it."""
    plt: Any = sys.modules.get("matplotlib.pyplot")
    if plt is None:
        return
    for number in plt.get_fignums():
        figure = plt.figure(number)
        if not getattr(figure, "_saved_as_picture", False):
            figure.savefig(unused(folder, "figure"), dpi=DOTS_PER_INCH, bbox_inches="tight")
    plt.close("all")


def _draw_every_letter() -> None:
    """Draw Chinese, Japanese and Korean letters whatever font is chosen, and whether it exists."""
    from matplotlib.font_manager import FontManager
    from noto_cjk_sans_jp_regular import FONT_PATH

    find = FontManager._find_fonts_by_props

    def find_with_fallback(self: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return [*find(self, *args, **kwargs), str(FONT_PATH)]

    FontManager._find_fonts_by_props = find_with_fallback
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def _remember_saved_figures(plt: Any) -> None:
    figure_class = plt.Figure
    save = figure_class.savefig

    def savefig(self: Any, fname: Any, *args: Any, **kwargs: Any) -> Any:
        result = save(self, fname, *args, **kwargs)
        self._saved_as_picture = str(fname).lower().endswith(_SHOWN_AS_FILES)
        return result

    figure_class.savefig = savefig
