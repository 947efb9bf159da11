"""What makes a PDF an archival one (PDF/A-2b, ISO 19005-2): its colours and what it says of itself."""

from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from paper.pdf_writer import PdfWriter, text_string

PROFILE_FILE = Path(__file__).parent / "data" / "srgb.icc"
PRODUCER = "Lưu Trữ"


def finish(writer: PdfWriter, *, pages: int, title: str, language: str, made_at: datetime) -> None:
    """End the PDF of which object `pages` is the page tree, and say in it that it is PDF/A-2b, in sRGB.

    `made_at` needs a time zone.
    """
    made_at = made_at.astimezone(UTC).replace(microsecond=0)
    title = "".join(letter for letter in title if letter.isprintable()) or "-"
    profile = writer.write_stream(PROFILE_FILE.read_bytes(), b" /N 3")
    about = _xmp(title=title, language=language, made_at=made_at)
    # Whoever keeps the file must be able to read this without a PDF program: it stays uncompressed.
    metadata = writer.write_stream(about, b" /Type /Metadata /Subtype /XML", compress=False)
    root = writer.write(
        b"<</Type /Catalog /Pages %d 0 R /Metadata %d 0 R /Lang %s"
        b" /ViewerPreferences <</DisplayDocTitle true>>"
        b" /OutputIntents [<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB)"
        b" /Info (sRGB IEC61966-2.1) /DestOutputProfile %d 0 R>>]>>"
        % (pages, metadata, text_string(language), profile)
    )
    stamp = f"(D:{made_at:%Y%m%d%H%M%S}+00'00')".encode("ascii")
    info = writer.write(
        b"<</Title %s /Producer %s /CreationDate %s /ModDate %s>>"
        % (text_string(title), text_string(PRODUCER), stamp, stamp)
    )
    writer.finish(root=root, info=info)


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
