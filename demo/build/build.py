"""Build the demo company: python demo/build/build.py [--laws PATH] [--out PATH] [--check]."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import check
import docx_out
import mails
import pdf_out
import scans
import sheets
import slides
from kit import HERE, TEXT, read_text, write

ROOT = HERE.parent.parent
COMPANY_DIR = HERE.parent / "company"
KEPT = ("company.toml",)
LAWS = [line for line in (TEXT / "statutes.txt").read_text(encoding="utf-8").split("\n") if line]


def statutes(laws: Path, out: Path) -> None:
    """Copy the chosen statutes, unchanged."""
    for name in LAWS:
        source = laws / "docs" / name
        if not source.is_file():
            raise SystemExit(f"no such statute: {source}")
        write(out / "statutes" / name, source.read_bytes())
    write(out / "statutes" / "SOURCE.md", (TEXT / "statutes-source.md").read_bytes())


def documents(out: Path) -> None:
    """Write everything that is generated."""
    write(
        out / "handbook/staff-handbook.docx",
        docx_out.build(read_text("staff-handbook.md"), "员工手册"),
    )
    write(out / "handbook/onboarding-en.md", (TEXT / "onboarding-en.md").read_bytes())
    write(
        out / "hr/pay-and-promotion-policy.docx",
        docx_out.build(read_text("pay-and-promotion-policy.md"), "薪酬与晋升管理制度", False),
    )
    write(out / "finance/price-list.xlsx", sheets.price_list())
    approval = read_text("expense-approval.txt").replace("\n", "\r\n")
    write(out / "finance/expense-approval.txt", approval.encode("gb18030"))
    write(out / "parts/parts-catalogue.xlsx", sheets.catalogue())
    write(out / "parts/substitutions.csv", sheets.substitutions())
    write(out / "products/qh-200-pump-manual.pdf", pdf_out.build(read_text("qh-200-manual.md")))
    write(out / "products/quick-start.html", (TEXT / "quick-start.html").read_bytes())
    write(out / "products/roadshow.pptx", slides.build())
    write(out / "notices/2026-annual-leave-notice.png", scans.notice_png())
    write(out / "notices/scanned-safety-circular.pdf", scans.circular_pdf())
    for name, data in mails.all_mails().items():
        write(out / "mail" / name, data)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def compare(fresh: Path, committed: Path) -> list[str]:
    """Names of files that differ between a fresh build and the committed one."""
    new, old = _files(fresh), _files(committed)
    return sorted(name for name in {*new, *old} if new.get(name) != old.get(name))


def main() -> None:
    """Build, or with --check build aside and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laws", type=Path, default=ROOT.parent / "shared/data/laws-zh")
    parser.add_argument("--out", type=Path, default=COMPANY_DIR)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "company"
        statutes(args.laws, fresh)
        documents(fresh)
        for name in KEPT:
            shutil.copy2(COMPANY_DIR / name, fresh / name)
        check.run(fresh)
        if args.check:
            changed = compare(fresh, args.out)
            print("\n".join(changed) or "the committed files are what the sources give")
            raise SystemExit(1 if changed else 0)
        shutil.copytree(fresh, args.out, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
