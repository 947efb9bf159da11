"""What somebody else wrote, held against the register's columns: what is longer or larger has no place there.

The columns say it themselves. Texts without a length have one here, as indexes take no longer ones.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import BigInteger, Integer, String, Table

_LARGEST = 2**31 - 1
_LARGEST_BIG = 2**63 - 1
_INDEXED: Mapping[str, int] = {"label": 500}
"""Characters of texts that an index holds: PostgreSQL refuses rows of more than 2,700 bytes in one."""


def beyond(table: Table, values: Mapping[str, object]) -> Iterator[str]:
    """Yield which of `values`, by name of its column, the table cannot hold; other names are passed over."""
    for name, value in values.items():
        column = table.c.get(name)
        if column is None or value is None or isinstance(value, bool):
            continue
        kind = column.type
        if isinstance(kind, String) and isinstance(value, str):
            longest = kind.length or _INDEXED.get(name)
            if longest is not None and len(value) > longest:
                yield f"{name} of {len(value)} characters, at most {longest}"
        elif isinstance(kind, Integer) and isinstance(value, int):
            largest = _LARGEST_BIG if isinstance(kind, BigInteger) else _LARGEST
            if abs(value) > largest:
                yield f"{name} is {value}, at most {largest}"
