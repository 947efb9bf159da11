"""The descriptions inside a package: EAD.xml of a dossier, EAD_doc of each document (TT 05/2025/TT-BNV).

Which fields, in which order, how long and whether required stands in data/tt05.toml with its source: the
circular's own table and schema disagree in places, and the accepted package decides (docs/handover.md).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from lxml import etree

from handover.outcome import Check, failed

Kind = Literal["sip-dossier", "sip-document", "aip-dossier", "aip-document"]


@dataclass(frozen=True)
class FieldRule:
    """What the circular asks of one field."""

    name: str
    label: str  #: Vietnamese, as the circular calls it
    longest: int | None  #: characters
    required: bool
    pattern: re.Pattern[str] | None
    codes: tuple[str, ...]  #: the only values taken; several are joined by ", "


@cache
def rules(kind: Kind) -> tuple[FieldRule, ...]:
    """Return the fields of one kind of description, in the circular's order."""
    path = Path(__file__).parent / "data" / "tt05.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    codes: Mapping[str, list[str]] = {name: list(values) for name, values in told["codes"].items()}
    return tuple(
        FieldRule(
            row["name"],
            row["label"],
            row.get("longest"),
            row.get("required", False),
            re.compile(row["pattern"]) if "pattern" in row else None,
            tuple(codes[row["codes"]]) if "codes" in row else (),
        )
        for row in told[kind]
    )


def ead(kind: Kind, values: Mapping[str, str]) -> bytes:
    """Return the description as UTF-8 XML: the circular's fields in its order, empty ones left out."""
    root = etree.Element("ead")
    for rule in rules(kind):
        if values.get(rule.name):
            etree.SubElement(root, rule.name).text = values[rule.name]
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def faults(kind: Kind, values: Mapping[str, str], subject: str) -> list[Check]:
    """Return everything in `values` that the circular does not take; `subject`: whose description it is."""
    found: list[Check] = []
    known = {rule.name: rule for rule in rules(kind)}
    for name in sorted(values.keys() - known.keys()):
        found.append(failed("ead-field-unknown", subject, f"{name} is no field of {kind}"))
    for rule in known.values():
        value = values.get(rule.name, "")
        if not value:
            if rule.required:
                found.append(failed("ead-field-lacks", subject, f"{rule.name} ({rule.label}) is required"))
            continue
        if rule.longest is not None and len(value) > rule.longest:
            said = f"{rule.name} has {len(value)} characters, at most {rule.longest}"
            found.append(failed("ead-field-too-long", subject, said))
        if rule.pattern is not None and not rule.pattern.fullmatch(value):
            found.append(failed("ead-field-wrong", subject, f"{rule.name}: {value!r}"))
        if rule.codes and not all(part.strip() in rule.codes for part in value.split(",")):
            said = f"{rule.name}: {value!r} is none of {', '.join(rule.codes)}"
            found.append(failed("ead-field-wrong", subject, said))
    return found


def read(data: bytes) -> dict[str, str]:
    """Return the fields of a description that somebody sent; entities and networks are shut.

    Raises:
        lxml.etree.XMLSyntaxError: it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(data, parser)
    return {
        etree.QName(child).localname: (child.text or "").strip()
        for child in root
        if isinstance(child.tag, str)
    }


def schema(kind: Kind) -> bytes:
    """Return an XSD for one kind of description, written from the circular's table.

    The circular's own XSD has fewer fields than its table; this one is ours and says so.
    """
    space = "http://www.w3.org/2001/XMLSchema"
    root = etree.Element(f"{{{space}}}schema", {"elementFormDefault": "qualified"}, nsmap={"xs": space})
    note = etree.SubElement(etree.SubElement(root, f"{{{space}}}annotation"), f"{{{space}}}documentation")
    note.text = f"{kind}: written from the table of TT 05/2025/TT-BNV; not the circular's own schema."
    element = etree.SubElement(root, f"{{{space}}}element", {"name": "ead"})
    rows = etree.SubElement(etree.SubElement(element, f"{{{space}}}complexType"), f"{{{space}}}sequence")
    for rule in rules(kind):
        says = {"name": rule.name} | ({} if rule.required else {"minOccurs": "0"})
        field = etree.SubElement(rows, f"{{{space}}}element", says)
        around = etree.SubElement(field, f"{{{space}}}simpleType")
        restriction = etree.SubElement(around, f"{{{space}}}restriction", {"base": "xs:string"})
        etree.SubElement(restriction, f"{{{space}}}minLength", {"value": "1"})
        if rule.longest is not None:
            etree.SubElement(restriction, f"{{{space}}}maxLength", {"value": str(rule.longest)})
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
