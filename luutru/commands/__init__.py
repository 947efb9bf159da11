"""Every verb of the command line, in the order people meet them."""

from luutru.commands.check import CHECK
from luutru.commands.digitise import DIGITISE
from luutru.commands.fonds import FONDS
from luutru.commands.helpers import HOLD_INDEX, WORKER
from luutru.commands.init import INIT
from luutru.commands.read import READ
from luutru.commands.reindex import REINDEX
from luutru.commands.search import SEARCH
from luutru.commands.serve import SERVE
from luutru.commands.status import STATUS
from luutru.commands.unit import UNIT
from luutru.commands.user import USER
from luutru.commands.verb import Verb
from luutru.commands.watch import WATCH

VERBS: tuple[Verb, ...] = (
    INIT,
    DIGITISE,
    WATCH,
    READ,
    SEARCH,
    STATUS,
    CHECK,
    SERVE,
    WORKER,
    REINDEX,
    USER,
    UNIT,
    FONDS,
    HOLD_INDEX,
)
