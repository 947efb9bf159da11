"""What makes a PDF an archival one (PDF/A-2b, ISO 19005-2): its colours and what it says of itself."""

from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

PROFILE_FILE = Path(__file__).parent / "data" / "srgb.icc"
PRODUCER = "Lưu Trữ"


def declare(pdf: Pdf, *, title: str, language: str, made_at: datetime) -> None:
    """Make `pdf` say that it is PDF/A-2b, in sRGB, with `title`, made at `made_at` (with a time zone)."""
    made_at = made_at.astimezone(UTC).replace(microsecond=0)
    title = "".join(letter for letter in title if letter.isprintable()) or "-"
    profile = Stream(pdf, PROFILE_FILE.read_bytes())
    profile.N = 3
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=pdf.make_indirect(profile),
            )
        ]
    )
    metadata = Stream(pdf, _xmp(title=title, language=language, made_at=made_at))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)
    pdf.Root.Lang = String(language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    stamp = f"D:{made_at:%Y%m%d%H%M%S}+00'00'"
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(Title=String(title), Producer=String(PRODUCER), CreationDate=stamp, ModDate=stamp)
    )


def _xmp(*, title: str, language: str, made_at: datetime) -> bytes:
    stamp = made_at.isoformat()
    return f"""\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    pdfaid:part="2" pdfaid:conformance="B"
    pdf:Producer={quoteattr(PRODUCER)}
    xmp:CreateDate="{stamp}" xmp:ModifyDate="{stamp}" xmp:MetadataDate="{stamp}">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
""".encode()
