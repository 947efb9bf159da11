"""What the doors stand on: the rooms behind them and how much one visitor may ask for."""

from dataclasses import dataclass
from pathlib import Path

from api.checking_room import CheckingRoom
from api.custody import Custody
from api.finding import Finding
from api.handing_over import HandingOver
from api.handover_room import HandoverRoom
from api.intake import Intake
from api.limits import Limits
from api.reading_room import ReadingRoom
from api.reception import Reception
from api.sample_room import SampleRoom
from api.signing_room import SigningRoom
from catalog.register import Register
from review.correcting import Correcting
from review.filling import Filling


@dataclass(frozen=True)
class Doors:
    """Everything a route may ask."""

    reception: Reception
    room: ReadingRoom
    finding: Finding
    intake: Intake
    filling: Filling
    checking: CheckingRoom
    correcting: Correcting
    custody: Custody
    handing_over: HandingOver
    handovers: HandoverRoom
    samples: SampleRoom
    signing: SigningRoom
    register: Register
    limits: Limits
    version: str
    fonts: Path | None = None  #: for what is printed; None: the fonts of the system
    allowed_hosts: tuple[str, ...] = ("*",)
