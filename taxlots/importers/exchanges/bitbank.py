"""bitbank (Japan): trades of three headers, withdrawals of two, and deposits of yen. All times are in Japan.

Headers and words are Japanese. A trade's fee is in the pair's second asset, and below 0 where the maker is paid for the order. Margin
trades stand in the same file. The older withdrawal file names no coin: the file's name must.
"""

from decimal import Decimal
from zoneinfo import ZoneInfo

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by
from taxlots.importers.coin_in_name import coin_of
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.numbers import number, required
from taxlots.importers.records import NotBookedError, Row, RowError
from taxlots.importers.written_times import written_time

ACCOUNT = "bitbank"
_JAPAN = ZoneInfo("Asia/Tokyo")
_WHEN, _QUANTITY, _STATUS = "日時", "数量", "ステータス"
TRADES = ("注文ID", "取引ID", "通貨ペア", "売/買", _QUANTITY, "価格", "手数料", "取引日時")
TRADES_WITH_MARGIN = ("注文id", "取引id", "通貨ペア", "現物/信用", "売/買", _QUANTITY, "価格", "発生手数料", "取引日時")
DEPOSITS = (_WHEN, _QUANTITY, _STATUS)
WITHDRAWALS = ("コイン", _WHEN, _QUANTITY, "手数料", "アドレス", "Txid", _STATUS)
OLDER_WITHDRAWALS = (_WHEN, _QUANTITY, "手数料", "合計", "アドレス", "Txid", _STATUS)
_SIDES = {"買": "buy", "buy": "buy", "売": "sell", "sell": "sell"}
_MARGIN = {"信用", "margin"}
_DONE = "DONE"


def _take_trade(row: Row, reading: Reading) -> None:
    if {row.text("現物/信用"), row.text("タイプ")} & _MARGIN:
        raise NotBookedError("margin", row.text("通貨ペア"))
    base, mark, quote = row.text("通貨ペア").upper().replace("/", "_").partition("_")
    if not mark or not base or not quote or base == quote:
        raise RowError("ROW_INVALID", f"column '通貨ペア': {row.text('通貨ペア')!r} is no pair of assets")
    quantity, price = required(row, _QUANTITY), required(row, "価格")
    if quantity <= 0 or price <= 0:
        raise RowError("ROW_INVALID", f"{quantity} {base} at {price} {quote} is no trade")
    side = 1 if said_by(row.text("売/買"), _SIDES) == "buy" else -1
    fee = number(row, "発生手数料" if "発生手数料" in row.cells else "手数料") or Decimal(0)
    parts = [Part(row, side * quantity, base), Part(row, -side * quantity * price, quote)]
    parts += [Part(row, -fee, quote, fee=True)] if fee else []
    name = row.text("取引ID") or row.text("取引id")
    moment = written_time(row, "取引日時", _JAPAN)[0]
    for one in trade(Deal(ACCOUNT, moment, f"{base}_{quote}-{name}" if name else ""), parts):
        reading.intake.add(one)


def _is_done(row: Row, reading: Reading) -> bool:
    if row.text(_STATUS) != _DONE:
        reading.intake.leave(row, f"the status is {row.text(_STATUS)!r}")
    return row.text(_STATUS) == _DONE


def _take_deposit(row: Row, reading: Reading) -> None:
    if _is_done(row, reading):
        legs = Legs(received=leg(required(row, _QUANTITY), "JPY"))
        reading.intake.add(booked(row, ACCOUNT, "deposit", written_time(row, _WHEN, _JAPAN), legs))


def _take_withdrawal(row: Row, reading: Reading) -> None:
    if not _is_done(row, reading):
        return
    coin = row.text("コイン") if "コイン" in row.cells else coin_of(row)
    txid = row.text("Txid") or None
    legs = Legs(sent=leg(required(row, _QUANTITY), coin), fee=leg(number(row, "手数料"), coin))
    when = written_time(row, _WHEN, _JAPAN)
    reading.intake.add(booked(row, ACCOUNT, "withdrawal", when, legs, txid=txid, note=row.text("ラベル") or None))


read_trades = each_row(_take_trade)
read_deposits = each_row(_take_deposit)
read_withdrawals = each_row(_take_withdrawal)
