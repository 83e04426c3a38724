"""docs/api.md names every route, and no route that is not there."""

import re
from pathlib import Path

from fastapi import FastAPI

PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def test_the_page_and_the_program_name_the_same_routes(application: FastAPI) -> None:
    served = {
        (method.upper(), path)
        for path, methods in application.openapi()["paths"].items()
        for method in methods
    }
    written = set(re.findall(r"^\| `([A-Z]+) (/\S+)` \|", PAGE.read_text(encoding="utf-8"), re.M))
    assert written == served
