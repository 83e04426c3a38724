"""Character error rate of OCR on Chinese pages: known text, drawn as a scanner would see it.

python -m bench.ocr [--pages N] [--characters N] [--minutes N] [--font FILE ...]

Statutes and encyclopedia passages are set on A4 pages at 200 dots per inch and spoiled in one way per
condition, from one recorded seed. Each page goes through every condition before the next one comes,
and no page is begun after the minutes are over: every condition has read the same pages. The rate is
the edit distance (Levenshtein 1966) between the text set and the text read, both after NFKC and without
white space, divided by the length of the text set; a page on which nothing is found counts as 1. Real
pictures with known words stand beside them.
"""

from __future__ import annotations

import io
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.data import data_folder, rows, spread
from bench.measuring import Progress, arguments, report
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.reading import read_document

SEED = 20261122
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
_A4 = (1654, 2339)
_POINT = 200 / 72
_MARGIN = 200

Page = Image.Image
Spoiled = Callable[[Page, np.random.Generator], Page]


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--pages", type=int, default=4, help="pages per condition")
    parser.add_argument("--characters", type=int, default=500, help="characters per page")
    parser.add_argument("--minutes", type=float, default=8, help="begin no page after so many")
    parser.add_argument("--font", type=Path, nargs="+", help="Chinese fonts to set the pages in")
    options = parser.parse_args()
    fonts = [path for path in options.font or map(Path, FONTS) if path.exists()]
    if not fonts:
        raise SystemExit("No Chinese font was found. Name one with --font.")
    texts = _texts(options.pages, options.characters)
    progress = Progress(len(CONDITIONS) * len(texts), "pages")
    until = time.monotonic() + 60 * options.minutes
    results: dict[str, list[dict[str, float]]] = {name: [] for name in CONDITIONS}
    read: list[str] = []
    for number, text in enumerate(texts):
        if read and time.monotonic() > until:
            break
        read.append(text)
        for name, spoil in CONDITIONS.items():
            page = set_page(text, fonts[number % len(fonts)], _POINTS.get(name, 12))
            noise = np.random.default_rng((SEED, number))
            results[name].append(_measured(spoil(page, noise), text))
            progress.step()
    conditions = {name: _summary(pages) for name, pages in results.items()}
    report(
        "ocr",
        {
            "pages_per_condition": len(read),
            "characters_per_condition": sum(len(normal(text)) for text in read),
            "fonts": [path.name for path in fonts],
            "seed": SEED,
            "conditions": conditions,
            "real_pictures": _real_pictures(),
        },
    )


def _texts(count: int, characters: int) -> list[str]:
    """Half statutes, half encyclopedia, `characters` each."""
    laws = sorted((data_folder() / "laws-zh" / "docs").iterdir())
    half = (count + 1) // 2
    texts = [path.read_text("utf-8") for path in spread(laws, half)]
    passages = [str(row["text"]) for row in rows("cmrc2018/passages.jsonl")]
    texts += spread([text for text in passages if len(text) >= characters], count - half)
    return ["".join(text.split())[:characters] for text in texts]


def set_page(text: str, font: Path, points: int) -> Page:
    """`text` in lines across an A4 page, black on white."""
    face = ImageFont.truetype(str(font), round(points * _POINT))
    page = Image.new("RGB", _A4, "white")
    pen = ImageDraw.Draw(page)
    y = _MARGIN
    for line in _lines(text, face, _A4[0] - 2 * _MARGIN):
        pen.text((_MARGIN, y), line, fill="black", font=face)
        y += round(points * _POINT * 1.6)
    return page


def _lines(text: str, face: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    line = ""
    for character in text:
        if line and face.getlength(line + character) > width:
            yield line
            line = ""
        line += character
    yield line


def _blurred(radius: float) -> Spoiled:
    return lambda page, _: page.filter(ImageFilter.GaussianBlur(radius))


def _turned(degrees: float) -> Spoiled:
    return lambda page, _: page.rotate(
        degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white"
    )


def _noisy(deviation: float) -> Spoiled:
    def spoil(page: Page, noise: np.random.Generator) -> Page:
        pixels = np.asarray(page, dtype=np.float32)
        grain = noise.normal(0, deviation, pixels.shape[:2])[..., None]
        return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))

    return spoil


def _compressed(quality: int) -> Spoiled:
    def spoil(page: Page, _: np.random.Generator) -> Page:
        out = io.BytesIO()
        page.save(out, "JPEG", quality=quality)
        return Image.open(io.BytesIO(out.getvalue())).convert("RGB")

    return spoil


def _faint(page: Page, _: np.random.Generator) -> Page:
    return Image.blend(page, Image.new("RGB", page.size, (225, 222, 210)), 0.75)


def _faxed(page: Page, _: np.random.Generator) -> Page:
    half = page.convert("L").resize((page.width // 2, page.height // 2), Image.Resampling.BILINEAR)
    return half.point(lambda value: 255 if value > 150 else 0).convert("RGB")


def _copied(page: Page, noise: np.random.Generator) -> Page:
    """Everything at once, mildly: a photocopy of a photocopy."""
    turned = _blurred(1.0)(_turned(1.0)(page, noise), noise)
    return _compressed(40)(_noisy(20)(turned, noise), noise)


_POINTS = {"small type (9 points)": 9}
CONDITIONS: dict[str, Spoiled] = {
    "clean": lambda page, _: page,
    "small type (9 points)": lambda page, _: page,
    "blurred (radius 1.5)": _blurred(1.5),
    "blurred (radius 3)": _blurred(3),
    "turned by 1 degree": _turned(1),
    "turned by 4 degrees": _turned(4),
    "grain (deviation 40)": _noisy(40),
    "JPEG quality 10": _compressed(10),
    "faint on yellow": _faint,
    "fax (100 dpi, black and white)": _faxed,
    "photocopy (turned, blurred, grain, JPEG)": _copied,
}


def normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements that turn one string into the other."""
    row = list(range(len(other) + 1))
    for number, character in enumerate(one, start=1):
        diagonal, row[0] = row[0], number
        for place, against in enumerate(other, start=1):
            cost = min(row[place] + 1, row[place - 1] + 1, diagonal + (character != against))
            diagonal, row[place] = row[place], cost
    return row[-1]


def _letters(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


def _measured(page: Page, text: str) -> dict[str, float]:
    out = io.BytesIO()
    page.save(out, "PNG")
    began = time.perf_counter()
    try:
        read = read_document(out.getvalue(), "scan.png").text
    except UnreadableDocumentError:
        read = ""
    seconds = time.perf_counter() - began
    expected, got = normal(text), normal(read)
    return {
        "characters": len(expected),
        "errors": edit_distance(expected, got),
        "letters": len(_letters(expected)),
        "letter_errors": edit_distance(_letters(expected), _letters(got)),
        "seconds": seconds,
    }


def _summary(results: list[dict[str, float]]) -> dict[str, Any]:
    total = {key: sum(result[key] for result in results) for key in results[0]}
    return {
        "character_error_rate": round(total["errors"] / total["characters"], 4),
        "without_punctuation": round(total["letter_errors"] / total["letters"], 4),
        "worst_page": round(max(r["errors"] / r["characters"] for r in results), 4),
        "seconds_per_page": round(total["seconds"] / len(results), 1),
    }


def _real_pictures() -> dict[str, Any]:
    """Pictures and scans of the fixtures: how many of the words that they are known to show are read."""
    found = wanted = files = 0
    for file in rows("parsing-fixtures/manifest.jsonl"):
        if file["kind"] not in ("image", "pdf-scan", "pdf-text-broken"):
            continue
        path = data_folder() / "parsing-fixtures" / file["file"]
        text = normal(read_document(path.read_bytes(), path.name, ReadLimits()).text)
        wanted += len(file["must_contain"])
        found += sum(normal(words) in text for words in file["must_contain"])
        files += 1
    return {"files": files, "strings_known": wanted, "strings_read": found}


if __name__ == "__main__":
    main()
