# mypy: disable-error-code="import-untyped,import-not-found"
"""Two papers that look scanned: a notice (PNG) and a circular (PDF of images, no text layer)."""

from __future__ import annotations

import io
import math
import re

import numpy as np
from kit import COMPANY, SEED, find_font, read_text
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

RED = (168, 22, 30)
INK = (38, 38, 42)


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    file, index = find_font("Noto Serif CJK SC:style=" + ("Bold" if bold else "Regular"))
    return ImageFont.truetype(file, size, index=index)


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines, line = [], ""
    for token in re.findall(r"[A-Za-z0-9@.\-]+[，。；：、）]?|.", text):
        if font.getlength(line + token) > width and token not in "，。；：、）":
            lines.append(line)
            line = ""
        line += token
    return [*lines, line]


def _seal(size: int) -> Image.Image:
    big = size * 2
    seal = Image.new("RGBA", (big, big), (0, 0, 0, 0))
    draw = ImageDraw.Draw(seal)
    draw.ellipse((8, 8, big - 8, big - 8), outline=(*RED, 215), width=big // 36)
    radius, middle = big * 0.15, big / 2
    star = [
        (
            middle + (radius if i % 2 == 0 else radius * 0.4) * math.sin(i * math.pi / 5),
            middle - (radius if i % 2 == 0 else radius * 0.4) * math.cos(i * math.pi / 5),
        )
        for i in range(10)
    ]
    draw.polygon(star, fill=(*RED, 215))
    font = _font(big // 10, bold=True)
    for index, char in enumerate(COMPANY):
        angle = math.radians(-120 + 240 * index / (len(COMPANY) - 1))
        tile = Image.new("RGBA", (big // 5, big // 5), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text(
            (big // 10, big // 10), char, font=font, fill=(*RED, 215), anchor="mm"
        )
        tile = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        x, y = middle + big * 0.38 * math.sin(angle), middle - big * 0.38 * math.cos(angle)
        seal.alpha_composite(tile, (int(x - big // 10), int(y - big // 10)))
    return seal.resize((size, size), Image.Resampling.LANCZOS).rotate(
        -7, resample=Image.Resampling.BICUBIC
    )


def _paper(page: Image.Image, angle: float, seed: int, grain: float) -> Image.Image:
    """Turn the sheet a little, shade it and add grain, as a tired office scanner does."""
    rng = np.random.default_rng(seed)
    page = page.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=(236, 235, 231))
    page = page.filter(ImageFilter.GaussianBlur(0.7))
    data = np.asarray(page).astype(np.float32)
    high, wide = data.shape[:2]
    shade = 1 - 0.07 * np.linspace(0, 1, wide)[None, :] - 0.03 * np.linspace(0, 1, high)[:, None]
    data *= shade[:, :, None].astype(np.float32)
    if grain:
        data += rng.normal(0, grain, (high, wide, 1)).astype(np.float32)
    for _ in range(90):
        y, x, r = rng.integers(0, high - 6), rng.integers(0, wide - 6), rng.integers(1, 5)
        data[y : y + r, x : x + r] *= 0.55
    return Image.fromarray(np.clip(data, 0, 255).astype(np.uint8))


def notice_png() -> bytes:
    """The leave notice: A5 at 300 dpi, tilted, grey paper, red seal."""
    lines = read_text("annual-leave-notice.txt").strip().splitlines()
    wide, high = 1748, 2480
    page = Image.new("RGB", (wide, high), (236, 235, 231))
    draw = ImageDraw.Draw(page)
    number, title, greeting, *body, office, date = lines
    draw.text((wide / 2, 190), COMPANY, font=_font(78, True), fill=RED, anchor="mm")
    draw.text((wide / 2, 300), number, font=_font(44), fill=INK, anchor="mm")
    draw.line((160, 350, wide - 160, 350), fill=RED, width=6)
    draw.text((wide / 2, 450), title, font=_font(66, True), fill=INK, anchor="mm")
    font, y = _font(46), 560
    for text in [greeting, *("　　" + line for line in body)]:
        for line in _wrap(text, font, wide - 350):
            draw.text((175, y), line, font=font, fill=INK)
            y += 80
    draw.text((wide - 175, y + 110), office, font=font, fill=INK, anchor="ra")
    draw.text((wide - 245, y + 200), date, font=font, fill=INK, anchor="ra")
    seal = _seal(400)
    page.paste(seal, (wide - 660, y - 30), seal)
    page = _paper(page, 0.9, SEED, 0)
    page = _speckle(page)
    small = page.quantize(palette=_palette(), dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True, dpi=(300, 300))
    return out.getvalue()


def _palette() -> Image.Image:
    """Greys, fine near the paper white, and six reds: a small file with a red seal."""
    greys = [(v, v, v - 4) for v in [*range(32, 196, 20), *range(196, 244, 4)]]
    reds = [
        tuple(round(a + (b - a) * k / 6) for a, b in zip(RED, (225, 224, 220), strict=True))
        for k in range(6)
    ]
    flat = [int(v) for colour in [*greys, *reds] for v in colour]
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat + flat[:3] * (256 - len(flat) // 3))
    return palette


def _speckle(page: Image.Image) -> Image.Image:
    """Sparse dark and light dots: visible noise that a PNG can still pack."""
    rng = np.random.default_rng(SEED + 1)
    data = np.asarray(page).astype(np.int16)
    spots = rng.random(data.shape[:2])
    data[spots < 0.008] -= 45
    data[spots > 0.994] += 40
    return Image.fromarray(np.clip(data, 0, 255).astype(np.uint8))


def _circular_page(lines: list[str], wide: int, high: int) -> Image.Image:
    page = Image.new("RGB", (wide, high), (236, 235, 231))
    draw = ImageDraw.Draw(page)
    y = 190.0
    font = _font(36)
    for line in lines:
        mark, text = (line[0], line[2:]) if line[:2] in ("= ", "# ", "> ") else ("", line)
        if mark in ("=", "#"):
            head = _font(44 if mark == "#" or len(text) < 14 else 54, mark == "#")
            colour = RED if len(text) > 14 and mark == "=" else INK
            draw.text((wide / 2, y + 30), text, font=head, fill=colour, anchor="mm")
            y += 110
            continue
        if mark == ">":
            draw.text((wide - 230, y + 20), text, font=font, fill=INK, anchor="ra")
            y += 76
            continue
        heading = text[0] in "一二三四五" and text[1] == "、"
        body = text if heading or (text.endswith("：") and len(text) < 12) else "　　" + text
        for part in _wrap(body, _font(36, heading), wide - 400):
            draw.text((200, y), part, font=_font(36, heading), fill=INK)
            y += 68
        y += 12
    return page


def circular_pdf() -> bytes:
    """The safety circular: two pages of pictures at 200 dpi, nothing to select."""
    rl_config.invariant, rl_config.useA85 = 1, 0
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    canvas.setTitle("扫描件")
    wide, high = 1654, 2339
    for index, part in enumerate(read_text("safety-circular.txt").split("---\n")):
        page = _circular_page(part.strip().splitlines(), wide, high)
        if index == 1:
            seal = _seal(360)
            page.paste(seal, (wide - 760, 1290), seal)
        page = _paper(page, (-0.7, 0.5)[index], SEED + 7 + index, 5.0)
        draw = ImageDraw.Draw(page)
        draw.text((wide / 2, high - 120), f"— {index + 1} —", font=_font(30), fill=INK, anchor="mm")
        jpeg = io.BytesIO()
        page.save(jpeg, "JPEG", quality=48)
        jpeg.seek(0)
        canvas.drawImage(ImageReader(jpeg), 0, 0, A4[0], A4[1])
        canvas.showPage()
    canvas.save()
    return out.getvalue()
