"""The people, places and figures that fill invented records; any likeness is chance."""

import datetime
import random
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path

_WORDS: dict[str, tuple[str, ...]] = {
    key: tuple(unicodedata.normalize("NFC", word.strip()) for word in words.split("|"))
    for key, words in tomllib.loads(
        Path(__file__).with_name("names.toml").read_text(encoding="utf-8")
    ).items()
}
PROVINCES, DISTRICTS = _WORDS["provinces"], _WORDS["districts"]


def person(rng: random.Random, *, woman: bool | None = None) -> tuple[str, bool]:
    """Return an invented full name and whether it is a woman's."""
    is_woman = rng.random() < 0.4 if woman is None else woman
    middle = rng.choice(_WORDS["middles_f"] if is_woman else _WORDS["middles_m"])
    given = rng.choice(_WORDS["given_f"] if is_woman else _WORDS["given_m"])
    return f"{rng.choice(_WORDS['families'])} {middle} {given}", is_woman


def commune(rng: random.Random) -> str:
    """Return the bare name of an invented commune."""
    return f"{rng.choice(_WORDS['commune_first'])} {rng.choice(_WORDS['commune_last'])}"


def spoken(day: datetime.date) -> str:
    """Return the date as offices write it: days under 10 and January, February with a nought (NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d} tháng {month} năm {day.year}"


def plain(day: datetime.date) -> str:
    """Return the date as offices wrote it before noughts were asked for: "5 tháng 1 năm 1988"."""
    return f"{day.day} tháng {day.month} năm {day.year}"


def dong(rng: random.Random, low: int, high: int) -> str:
    """Return an amount with the dots Vietnamese offices put between thousands."""
    return f"{rng.randrange(low, high) * 500:,}".replace(",", ".")


def decimal(value: float, places: int = 1) -> str:
    """Return the number with a decimal comma."""
    return f"{value:.{places}f}".replace(".", ",")


class Slots(dict[str, str]):
    """What stands in the gaps of a sentence.

    Names stay the same through one document (the applicant is the applicant on every line); figures and
    dates are new at each use. Unknown names raise KeyError.
    """

    def __init__(self, rng: random.Random, *, day: datetime.date, office: "dict[str, str]") -> None:
        super().__init__(office)
        self._rng = rng
        self._day = day
        self._row = 0
        name, woman = person(rng)
        self["nguoi"] = name
        self["ong_ba"] = "bà" if woman else "ông"
        self["Ong_ba"] = "Bà" if woman else "Ông"
        self["nguoi2"] = person(rng, woman=False)[0]
        self["nguoi3"] = person(rng, woman=True)[0]
        self["tre"] = f"{name.split()[0]} {person(rng)[0].split(' ', 1)[1]}"
        self["cha"] = f"{name.split()[0]} {self['nguoi2'].split(' ', 1)[1]}"
        self["nam"] = str(day.year)
        self["nam_sau"] = str(day.year + 5)
        self["thang"] = str(day.month)
        self["quy"] = ("I", "II", "III", "IV")[(day.month - 1) // 3]
        self["quy_thang"] = rng.choice(("6 tháng đầu", "9 tháng đầu", f"quý {self['quy']}"))
        self["thua"] = str(rng.randrange(11, 980))
        self["to"] = str(rng.randrange(2, 64))
        home, garden = rng.randrange(8, 40) * 10, rng.randrange(300, 19000) / 10
        self["dt"], self["dt_o"], self["dt_vuon"] = decimal(home + garden), str(home), decimal(garden)
        self["quyen"] = f"{rng.randrange(1, 6):02d}/{day.year - rng.randrange(6, 20)}"
        self["phathanh"] = f"{rng.choice('ABCĐ')}{rng.choice('ABCDE')} {rng.randrange(100000, 999999)}"
        parts = [rng.randrange(60, 260), rng.randrange(12, 60), rng.randrange(12, 40)]
        self["tong"] = str(sum(parts))
        self["phan1"], self["phan2"], self["phan3"] = map(str, parts)
        self._raise()
        self["chuc_vu"] = rng.choice(_WORDS["titles"])
        self["cong_trinh"] = f"{rng.choice(_WORDS['works'])} {commune(rng)}"

    def next_row(self) -> None:
        """Go on to the next row of a table: its number, its people, its places."""
        self._row += 1
        self["chi_tieu"], self["don_vi_tinh"] = self._rng.choice(_WORDS["indicators"]).split(";")
        self["hang_muc"], self["don_vi_hm"] = self._rng.choice(_WORDS["items"]).split(";")
        self._raise()

    def _raise(self) -> None:
        step = self._rng.randrange(0, 8)
        self["he_so_cu"], self["he_so_moi"] = decimal(2.34 + 0.33 * step, 2), decimal(2.67 + 0.33 * step, 2)

    def _area(self) -> str:
        return decimal(self._rng.randrange(600, 24000) / 10)

    def _date(self) -> datetime.date:
        return self._day - datetime.timedelta(days=self._rng.randrange(1, 150))

    def __missing__(self, key: str) -> str:
        rng, fresh = self._rng, self._FRESH
        if key == "stt":
            return str(self._row)
        if key in fresh:
            return fresh[key](self, rng)
        raise KeyError(key)

    _FRESH: "dict[str, Callable[[Slots, random.Random], str]]" = {  # noqa: RUF012 (read only; a table)
        "sl": lambda self, rng: str(rng.randrange(12, 480)),
        "sl_nho": lambda self, rng: str(rng.randrange(2, 10)),
        "sl_nho_con": lambda self, rng: rng.choice(("hai", "ba", "tư", "năm")),
        "nam_sinh": lambda self, rng: str(self._day.year - rng.randrange(21, 39)),
        "cmnd": lambda self, rng: f"{rng.randrange(10**8, 10**9)}",
        "dan_toc": lambda self, rng: rng.choice(("Kinh", "Kinh", "Kinh", "Tày", "Mường", "Thái")),
        "khoan": lambda self, rng: rng.choice(_WORDS["budget"]),
        "thoi_han": lambda self, rng: rng.choice(_WORDS["keeping"]),
        "sl4": lambda self, rng: f"{rng.randrange(1000, 9900):,}".replace(",", "."),
        "so": lambda self, rng: str(rng.randrange(14, 2900)),
        "trang": lambda self, rng: str(rng.randrange(3, 190)),
        "pt": lambda self, rng: decimal(rng.randrange(310, 990) / 10),
        "pt_kh": lambda self, rng: decimal(rng.randrange(780, 1240) / 10),
        "pt_vua": lambda self, rng: decimal(rng.randrange(200, 380) / 10),
        "pt_nho": lambda self, rng: decimal(rng.randrange(11, 190) / 10),
        "km": lambda self, rng: decimal(rng.randrange(4, 280) / 10),
        "ns": lambda self, rng: decimal(rng.randrange(410, 720) / 10),
        "dt_ha": lambda self, rng: decimal(rng.randrange(400, 39000) / 10),
        "he_so": lambda self, rng: decimal(2.34 + 0.33 * rng.randrange(0, 9), 2),
        "tien": lambda self, rng: dong(rng, 60, 190_000),
        "tien_trieu": lambda self, rng: f"{rng.randrange(120, 9900):,}".replace(",", "."),
        "tien_nho": lambda self, rng: dong(rng, 60, 600),
        "han": lambda self, rng: spoken(self._day + datetime.timedelta(days=rng.randrange(9, 60))),
        "ngay": lambda self, rng: spoken(self._date()),
        "ngay_so": lambda self, rng: self._date().strftime("%d/%m/%Y"),
        "ngay_xua": lambda self, rng: spoken(self._day - datetime.timedelta(days=rng.randrange(9000, 20000))),
        "nam_cu": lambda self, rng: str(self._day.year - rng.randrange(7, 24)),
        "nam_moi": lambda self, rng: str(self._day.year - rng.randrange(0, 12)),
        "nguoi_moi": lambda self, rng: person(rng)[0],
        "ten_nu": lambda self, rng: person(rng, woman=True)[0],
        "tre_moi": lambda self, rng: person(rng)[0],
        "thon": lambda self, rng: f"thôn {rng.choice(_WORDS['hamlets'])}",
        "thon_moi": lambda self, rng: f"Thôn {rng.choice(_WORDS['hamlets'])}",
        "xa_moi": lambda self, rng: f"UBND xã {commune(rng)}",
        "ten_xa": lambda self, rng: commune(rng),
        "thua_moi": lambda self, rng: str(rng.randrange(11, 980)),
        "to_moi": lambda self, rng: str(rng.randrange(2, 64)),
        "dt_moi": lambda self, rng: self._area(),
        "ket_qua": lambda self, rng: rng.choice(_WORDS["outcomes"]),
        "ho_so_moi": lambda self, rng: (
            f"{rng.choice(_WORDS['records'])} năm {self._day.year - rng.randrange(2, 15)}"
        ),
    }
