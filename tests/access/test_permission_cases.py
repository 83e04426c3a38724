"""A part of `bench.permissions`, small enough to run with every change."""

from bench.permissions import run


async def test_no_generated_case_gives_anything_away() -> None:
    result = await run(300, seed=7)
    assert result["examples"] == []
    assert result["cases"] == 300
