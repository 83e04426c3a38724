"""A book of 1,600 pages with text, ruled tables and pictures, read by the reading process: memory, time.

python -m bench.long_pdf [--pages N]
"""

from __future__ import annotations

import asyncio
import io
import random
import resource
import tempfile
import time
from pathlib import Path

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bench.measuring import arguments, report
from teaegg.core.settings import IngestSettings
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits

SEED = 20261122
_WORDS = "设备运行参数温度压力流量检查记录维护人员操作规程安全阀门电机轴承润滑周期标准额定数值范围".strip()
_TABLE_EVERY = 2
_PICTURE_EVERY = 4


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--pages", type=int, default=1600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="teaegg-bench-") as folder:
        book = Path(folder) / "book.pdf"
        write_book(book, options.pages)
        seconds, blocks, rows = asyncio.run(_read(book))
        size = book.stat().st_size
    # Linux counts kilobytes; the reading process is the only child that was waited for.
    resident = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    report(
        "long_pdf",
        {
            "pages": options.pages,
            "file_mib": round(size / 1024**2, 1),
            "seconds": round(seconds, 1),
            "pages_per_second": round(options.pages / seconds, 1),
            "reading_process_resident_mib": round(resident),
            "blocks": blocks,
            "rows": rows,
            "rows_expected": len(range(0, options.pages, _TABLE_EVERY)) * 11,
            "seed": SEED,
        },
    )


async def _read(book: Path) -> tuple[float, int, int]:
    settings = IngestSettings()
    sandbox = SandboxLimits(
        timeout_seconds=3600,
        memory_bytes=settings.parse_memory_bytes,
        resident_bytes=settings.parse_resident_bytes,
    )
    worker = ReadingWorker(sandbox=sandbox)
    began = time.perf_counter()
    try:
        parsed = (await worker.read(book, book.name)).parsed
        kinds = [block.kind for block in parsed.blocks]
        return time.perf_counter() - began, len(kinds), kinds.count("row")
    finally:
        await worker.close()


def write_book(path: Path, pages: int) -> None:
    """Every page has a running head, text and a page number; every second a table, every fourth a picture."""
    chance = random.Random(SEED)
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for number in range(pages):
        canvas.setFont("STSong-Light", 10)
        canvas.drawString(72, 810, "设备维护手册")
        canvas.drawString(290, 30, f"{number + 1}")
        canvas.setFont("STSong-Light", 11)
        for line in range(20):
            canvas.drawString(72, 780 - 16 * line, "".join(chance.choices(_WORDS, k=38)) + "。")
        if number % _TABLE_EVERY == 0:
            _draw_table(canvas, chance)
        if number % _PICTURE_EVERY == 1:
            canvas.drawImage(_picture(chance), 72, 120, width=300, height=225)
        canvas.showPage()
    canvas.save()


def _draw_table(canvas: Canvas, chance: random.Random) -> None:
    lefts, tops = [72, 192, 312, 432, 522], [440 - 22 * row for row in range(13)]
    canvas.grid(lefts, tops)
    for row in range(12):
        for column in range(4):
            text = f"列{column + 1}" if row == 0 else f"{chance.randint(1000, 99999)}"
            canvas.drawString(lefts[column] + 4, tops[row + 1] + 6, text)


def _picture(chance: random.Random) -> ImageReader:
    """A photograph-like picture of its own: coarse colours blown up, so that nothing can be shared."""
    coarse = Image.frombytes("RGB", (40, 30), chance.randbytes(3600))
    out = io.BytesIO()
    coarse.resize((1200, 900), Image.Resampling.BICUBIC).save(out, "JPEG", quality=85)
    out.seek(0)
    return ImageReader(out)


if __name__ == "__main__":
    main()
