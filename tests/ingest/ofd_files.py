"""OFD packages made on the spot, with what real ones hold: templates, steps, glyphs, attachments."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def text_object(
    text: str,
    x: float,
    y: float,
    *,
    size: float = 4.0,
    steps: str = "",
    attributes: str = "",
    inside: str = "",
) -> str:
    """One line of text; `y` is its upper edge in millimetres."""
    delta = steps or f"g {max(len(text) - 1, 0)} {size}"
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y} {size * len(text) + 2} {size * 1.2}" Font="3" '
        f'Size="{size}" {attributes}>{inside}<ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1">'
        f"<ofd:Glyphs>17</ofd:Glyphs></ofd:CGTransform>"
        f'<ofd:TextCode X="0" Y="{size * 0.9}" DeltaX="{delta}">{text}</ofd:TextCode></ofd:TextObject>'
    )


def page(content: str, template: str = "", area: str = "") -> str:
    used = f'<ofd:Template TemplateID="{template}" ZOrder="Background"/>' if template else ""
    box = f"<ofd:Area><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:Area>" if area else ""
    return (
        f'{HEAD}<ofd:Page {NAMESPACE}>{used}{box}<ofd:Content><ofd:Layer ID="2" Type="Body">'
        f"{content}</ofd:Layer></ofd:Content></ofd:Page>"
    )


@dataclass
class OfdPackage:
    """The parts of a package; change `parts` for a broken one, then `bytes()`."""

    pages: tuple[str, ...]
    title: str = ""
    template: str = ""
    attachments: tuple[tuple[str, bytes], ...] = ()
    annotations: str = ""
    resources: str = ""
    parts: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = {
            "OFD.xml": self._start(),
            "Doc_0/Document.xml": self._document(),
            "Doc_0/DocumentRes.xml": f'{HEAD}<ofd:Res {NAMESPACE} BaseLoc="Res">{self.resources}</ofd:Res>',
            "Doc_0/Signs/Signatures.xml": f"{HEAD}<ofd:Signatures {NAMESPACE}/>",
            "Doc_0/Signs/Sign_0/SignedValue.dat": "not markup at all",
        }
        for number, content in enumerate(self.pages):
            made[f"Doc_0/Pages/Page_{number}/Content.xml"] = content
        if self.template:
            made["Doc_0/Tpls/Tpl_0/Content.xml"] = self.template
        if self.annotations:
            made["Doc_0/Annots/Annotations.xml"] = (
                f'{HEAD}<ofd:Annotations {NAMESPACE}><ofd:Page PageID="100">'
                "<ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>"
            )
            made["Doc_0/Annots/Page_0/Annotation.xml"] = (
                f"{HEAD}<ofd:PageAnnot {NAMESPACE}>{self.annotations}</ofd:PageAnnot>"
            )
        self.parts = {name: text.encode() for name, text in made.items()} | self.parts
        if self.attachments:
            self._attach()

    def bytes(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return out.getvalue()

    def _start(self) -> str:
        return (
            f'{HEAD}<ofd:OFD {NAMESPACE} DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo>'
            f"<ofd:DocID>0f</ofd:DocID><ofd:Title>{self.title}</ofd:Title></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>"
        )

    def _document(self) -> str:
        template = (
            '<ofd:TemplatePage ID="50" BaseLoc="Tpls/Tpl_0/Content.xml"/>' if self.template else ""
        )
        listed = "".join(
            f'<ofd:Page ID="{100 + number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
            for number in range(len(self.pages))
        )
        attached = (
            "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if self.attachments else ""
        )
        annotated = (
            "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>" if self.annotations else ""
        )
        return (
            f"{HEAD}<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>"
            "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
            f"<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>{template}</ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages>{annotated}{attached}</ofd:Document>"
        )

    def _attach(self) -> None:
        listed = "".join(
            f'<ofd:Attachment ID="{number}" Name="{name}" Format="{name.rpartition(".")[2]}">'
            f"<ofd:FileLoc>file_{number}</ofd:FileLoc></ofd:Attachment>"
            for number, (name, _) in enumerate(self.attachments)
        )
        self.parts["Doc_0/Attachs/Attachments.xml"] = (
            f"{HEAD}<ofd:Attachments {NAMESPACE}>{listed}</ofd:Attachments>".encode()
        )
        for number, (_, content) in enumerate(self.attachments):
            self.parts[f"Doc_0/Attachs/file_{number}"] = content
