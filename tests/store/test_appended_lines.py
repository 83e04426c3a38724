"""Lines behind lines: whatever a kill has torn, what was whole stays and what comes next is whole."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from teaegg.store.lines import append_content

LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n"))


@given(st.lists(LINE, max_size=6), st.integers(0, 200), LINE)
def test_a_torn_line_goes_and_every_whole_one_stays(lines: list[str], left: int, new: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deep/lines.jsonl"
        for line in lines:
            append_content(path, f"{line}\n".encode())
        whole = b""
        if lines:
            torn = path.read_bytes()[:left]
            path.write_bytes(torn)
            whole = torn[: torn.rfind(b"\n") + 1]
        append_content(path, f"{new}\n".encode())
        assert path.read_bytes() == whole + f"{new}\n".encode()
