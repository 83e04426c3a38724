"""The published sets whose forms are read here, and under which licences they are. None is shipped."""

from __future__ import annotations

from typing import Literal, get_args

KnownSet = Literal["ceval", "cmmlu", "financeiq", "lawbench", "rgb", "rgb-refusal", "cmrc2018"]
KNOWN_SETS: tuple[KnownSet, ...] = get_args(KnownSet)

_NON_COMMERCIAL = "CC BY-NC-SA 4.0: to examine only, never to teach"
SOURCES: dict[KnownSet, str] = {
    "ceval": f"C-Eval ({_NON_COMMERCIAL})",
    "cmmlu": f"CMMLU ({_NON_COMMERCIAL})",
    "financeiq": f"FinanceIQ ({_NON_COMMERCIAL})",
    "lawbench": "LawBench (Apache-2.0; its parts as their own licences say)",
    "rgb": f"RGB ({_NON_COMMERCIAL})",
    "rgb-refusal": f"RGB ({_NON_COMMERCIAL})",
    "cmrc2018": "CMRC 2018 (CC BY-SA 4.0)",
}
"""What stands as the source of every item of a set."""
