"""How a pack is refused: one sentence on what is wrong, one on what to do, and a reason for programs."""

from __future__ import annotations

from teaegg.core.errors import PackRefusal, PackRefusedError

_REMEDIES: dict[PackRefusal, str] = {
    "damaged": "Fetch the pack again from whoever made it.",
    "unsafe": "Do not open this file with other programs either; ask who sent it.",
    "unsigned": "Ask for a pack made by `teaegg pack`, which signs what it makes.",
    "unknown_signer": "Compare the key with its owner over another way, then: `teaegg signer trust`.",
    "tampered": "Do not use this file; ask its maker for another, and tell them.",
    "newer_format": "Update TeaEgg.",
    "other_audience": "Ask for a pack made for this home: `teaegg signer show` names its recipient.",
    "other_base": "Run the base that it was made for, or have the expert made again for this one.",
    "other_template": "Update TeaEgg here and where the pack was made, then pack it again.",
}


def refused(what: str, reason: PackRefusal) -> PackRefusedError:
    """`what` completes "The pack is refused: "."""
    return PackRefusedError(
        f"The pack is refused: {what}.", reason=reason, remedy=_REMEDIES[reason]
    )
