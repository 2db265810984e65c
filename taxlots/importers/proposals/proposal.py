"""A proposed `[[layout]]` entry: what each column means, what each type of row is, and how sure that is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import PurePosixPath

from taxlots.importers.columns import BY_LEGS, EITHER_WAY, MONEY, TRADE
from taxlots.importers.proposals.assets import AssetGuess, find_assets
from taxlots.importers.proposals.forms import form_lines, is_form
from taxlots.importers.proposals.header import Column, Grid
from taxlots.importers.proposals.kind_words import KindGuess, guess_kind, is_status
from taxlots.importers.proposals.lines import Line, Proposal, TypeLine
from taxlots.importers.proposals.meanings import Found, Guess, day_order, find_meanings, follows
from taxlots.importers.proposals.words import COMMON_TICKERS, tickers_in, zone_in
from taxlots.kinds import FIAT, KINDS

_LEGS = ("amount", "sent", "received", "total", "price", "fee", "value", "fee_value", "balance")
_PLAIN = {"account": "account_column", "id": "id_column"}
_CENTS = Decimal("0.02")
_TYPES_LISTED = 60
_PAID_IN_MONEY = {"income:dividend", "income:qualified-dividend", "income:capital-gain-distribution", "return-of-capital"}
_BROKER_WORDS = {"isin", "wkn", "cusip", "sedol", "share", "shares", "stock", "etf", "wertpapier", "aktie", "security"}
_OTHER_NAMES = {"XBT": "BTC", "XXBT": "BTC", "XETH": "ETH", "XDG": "DOGE", "XXDG": "DOGE", "ZUSD": "USD", "ZEUR": "EUR"}


def propose(grid: Grid, taken: Iterable[str] = ()) -> Proposal:
    """The entry for a file with these columns; `taken` are the ids of layouts that there are already."""
    name = _name(grid.file)
    made = Proposal(grid.file, name if name not in set(taken) else f"own-{name}", grid.header_row, grid.rows)
    if is_form(grid):
        _add_form(grid, name, made)
        return made
    found = find_meanings(grid)
    if "time" not in found:
        made.remarks.append("no column holds times, so this is no list of transactions")
        return made
    if not {"amount", "sent", "received"} & found.keys():
        made.remarks.append("no column holds quantities, so this is no list of transactions")
        return made
    assets = find_assets(grid, found)
    _check_balance(found, assets, made)
    made.lines.append(Line("account", name, "", 50, "from the file's name; call it as you call the account"))
    _add_times(grid, found, made)
    _add_kinds(found, made)
    made.lines.append(Line("decimal", grid.decimal, "", grid.decimal_sure, f"numbers are written with a decimal {_mark(grid.decimal)}"))
    _add_legs(found, assets, made)
    _add_texts(found, made)
    _add_fee_terms(found, assets, made)
    _add_renames(assets, made)
    _add_class(grid, assets, made)
    _name_required(grid, found, assets, made)
    return made


def _add_form(grid: Grid, name: str, made: Proposal) -> None:
    lines = form_lines(grid)
    if not lines:
        made.remarks.append("a list of sales with proceeds and basis (no transactions), without a column of assets or of units")
        return
    made.lines = [Line("account", name, "", 50, "from the file's name; call it as the exports' account is called"), *lines]
    made.lines.append(Line("decimal", grid.decimal, "", grid.decimal_sure, f"numbers are written with a decimal {_mark(grid.decimal)}"))
    made.unused = [column.name for column in grid.columns if column.name not in {line.column for line in lines}]


def _name(file: str) -> str:
    stem = PurePosixPath(file.replace("\\", "/").rpartition("!")[2] or file).name
    base, _, sheet = stem.partition("#")
    words = re.findall(r"[a-z0-9]+", re.sub(r"\.\w{2,4}$", "", base).lower())
    words = [word for word in words if not re.fullmatch(r"(?:19|20)?\d{2,8}", word)] or ["own"]
    return "-".join(words[:4]) + (f"-{re.sub('[^a-z0-9]+', '-', sheet.lower())}" if sheet else "")


def _mark(decimal: str) -> str:
    return "comma" if decimal == "," else "point"


def _add_times(grid: Grid, found: Found, made: Proposal) -> None:
    guess = found["time"]
    made.lines.append(Line("time", guess.column.name, guess.column.name, guess.sure, guess.reason))
    if "time_of_day" in found:
        clock = found["time_of_day"]
        made.lines.append(Line("time_of_day", clock.column.name, clock.column.name, clock.sure, clock.reason))
    order, sure, reason = day_order(guess.column)
    if order:
        made.lines.append(Line("dates", order, guess.column.name, sure, reason))
    zone = zone_in(guess.column.name) or next((zone for text in grid.preamble if "zone" in text.lower() and (zone := zone_in(text))), None)
    if zone:
        made.lines.append(Line("timezone", zone, guess.column.name, 90, "the header names the zone of the times"))
    elif not all(re.search(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\)?$", text) for text in guess.column.filled) and not guess.column.is_numeric:
        made.remarks.append('the times have no zone: they are read in your own unless you add, for example, timezone = "UTC"')


def _add_kinds(found: Found, made: Proposal) -> None:
    columns = [found[name].column for name in ("kind", "side", "status") if name in found]
    for name in ("kind", "side", "status"):
        if name in found:
            guess = found[name]
            made.lines.append(Line("kind", guess.column.name, guess.column.name, guess.sure, guess.reason))
    if not columns or (len(columns) == 1 and "status" in found):
        _add_kind_without_types(found, columns, made)
        return
    texts = [" / ".join(filter(None, cells)) for cells in zip(*(column.texts for column in columns), strict=True)]
    for said, rows in Counter(texts).most_common(_TYPES_LISTED):
        places = [number for number, text in enumerate(texts) if text == said]
        made.types.append(TypeLine(said, rows, _fitting(said, places, found)))
    if len(set(texts)) > _TYPES_LISTED:
        made.remarks.append(f"only the {_TYPES_LISTED} most frequent of {len(set(texts))} types are listed; is the column of types right?")


def _add_kind_without_types(found: Found, columns: Sequence[Column], made: Proposal) -> None:
    kind, sure, reason = _kind_of_all(found, made.file)
    if not columns:
        made.lines.append(Line("kind", f"={kind}", "", sure, reason))
        return
    for said, rows in Counter(columns[0].texts).most_common():
        guess = guess_kind(said)
        made.types.append(TypeLine(said, rows, guess if guess.kind else KindGuess(kind, sure, reason)))


def _kind_of_all(found: Found, file: str) -> tuple[str, int, str]:
    if "sent" in found and "received" in found:
        return BY_LEGS, 80, "no column of types: two legs are a trade, one is a deposit or a withdrawal"
    if found["amount"].column.has_negatives:
        if "total" not in found and _is_charged_in_money(found):
            return TRADE, 60, "no column of types: the sign tells the direction; a price and a fee in money speak of trades. CHECK THIS"
        return (TRADE if "total" in found else EITHER_WAY), 75, "no column of types: the sign tells the direction"
    by_name = guess_kind(_name(file))
    if by_name.kind in KINDS and ("total" in found or KINDS[by_name.kind].needs != ("sent", "received")):
        return by_name.kind, 60, f"no column of types; the file's name says it: {by_name.reason}"
    if "total" in found or "price" in found:
        return "buy", 40, "no column of types and no sign: taken as purchases. CHECK THIS"
    return "deposit", 40, "no column of types and no sign: taken as deposits. CHECK THIS"


def _is_charged_in_money(found: Found) -> bool:
    return "price" in found and "fee" in found and bool(FIAT & set(tickers_in(found["fee"].column.name)))


def _fitting(said: str, places: Sequence[int], found: Found) -> KindGuess:
    """The guess by words, held against the signs and legs of the type's rows."""
    guess = guess_kind(said)
    if guess.kind is None or guess.kind not in {*KINDS, TRADE, EITHER_WAY} or "amount" not in found:
        return _two_sided(guess) if "sent" in found else guess
    numbers = [found["amount"].column.numbers[place] for place in places]
    below, above = (any(n is not None and n * sign > 0 for n in numbers) for sign in (-1, 1))
    needs_both = guess.kind == TRADE or KINDS.get(guess.kind, KINDS["deposit"]).needs == ("sent", "received")
    if guess.kind in _PAID_IN_MONEY and "total" in found and any(n for n in numbers):
        return _paid_or_reinvested(guess, found["total"].column, places)
    if needs_both and not {"total", "price"} & found.keys():
        return KindGuess(None, 0, f"{guess.kind} needs what was given and what was got, and a row has one side only")
    if guess.kind in {TRADE, EITHER_WAY, "swap", "convert", "adjust", "split"} and not found["amount"].column.has_negatives:
        return KindGuess(None, 0, f"{guess.reason}; but amounts have no sign, so its direction is not known")
    if guess.kind in {"deposit", "withdrawal"} and below and above:
        return KindGuess(EITHER_WAY, 80, f"{guess.reason}; but its amounts have both signs")
    return _turned(guess, below=below, above=above)


def _paid_or_reinvested(guess: KindGuess, total: Column, places: Sequence[int]) -> KindGuess:
    """A payment on shares in a row with their number and a total: money came in, where no total is negative."""
    totals = [total.numbers[place] for place in places]
    if any(one is None or one < 0 for one in totals):
        return KindGuess(None, 0, f"{guess.reason}; with shares and a total that is negative or missing, what was received is not known")
    told = f"{guess.reason}; the total came in, on that number of shares"
    if total.has_negatives:
        return KindGuess(f"{MONEY}{guess.kind}", min(guess.sure, 80), told)
    return KindGuess(f"{MONEY}{guess.kind}", min(guess.sure, 60), f"{told}. CHECK THIS: totals have no sign, so shares may have come in")


def _two_sided(guess: KindGuess) -> KindGuess:
    """Where both sides have columns, a move may be either."""
    return KindGuess(BY_LEGS, guess.sure, guess.reason) if guess.kind == EITHER_WAY else guess


def _turned(guess: KindGuess, *, below: bool, above: bool) -> KindGuess:
    """Fees and rewards whose sign says the contrary of their word are doubtful."""
    needs = KINDS[guess.kind].needs if guess.kind in KINDS else ()
    if needs == ("received",) and below:
        return KindGuess(guess.kind, min(guess.sure, 50), f"{guess.reason}; but some of its amounts are negative")
    if guess.kind == "gift-out" and above and not below:
        return KindGuess("gift-in", guess.sure, f"{guess.reason}; its amounts are positive")
    return guess


def _is_unsigned(found: Found) -> bool:
    return "amount" in found and not found["amount"].column.has_negatives


def _add_legs(found: Found, assets: dict[str, AssetGuess], made: Proposal) -> None:
    for leg in _LEGS:
        if leg in found:
            guess, asset = found[leg], assets[leg]
            sure = min(guess.sure, asset.sure)
            reason = f"{guess.reason}; asset {asset.asset}: {asset.reason}"
            made.lines.append(Line(leg, {"quantity": guess.column.name, "asset": asset.asset}, guess.column.name, sure, reason))
    if _is_unsigned(found) and made.types:
        made.lines.append(Line("unsigned", True, found["amount"].column.name, 90, "no amount has a sign: the kind tells the direction"))
    elif _is_unsigned(found) and str(made.value("kind")).startswith("="):
        made.lines.append(Line("unsigned", True, found["amount"].column.name, 60, "no amount has a sign"))


def _add_texts(found: Found, made: Proposal) -> None:
    for meaning in ("basis", "acquired", "id", "txid", "note", "account", "counter_account"):
        if meaning in found:
            guess = found[meaning]
            made.lines.append(Line(_PLAIN.get(meaning, meaning), guess.column.name, guess.column.name, guess.sure, guess.reason))


def _check_balance(found: Found, assets: dict[str, AssetGuess], made: Proposal) -> None:
    """A balance that follows from the amounts is one; one that does not is left out, and said so."""
    if "balance" not in found or "amount" not in found:
        return
    guess, amount = found["balance"], found["amount"].column
    column = assets["amount"].column
    keys = column.texts if column else [""] * len(amount.texts)
    same = "fee" in found and assets["fee"].asset == assets["amount"].asset
    fees: list[Decimal | None] = found["fee"].column.numbers if same else [None] * len(keys)
    net = [None if n is None else n - abs(fee or Decimal(0)) for n, fee in zip(amount.numbers, fees, strict=True)]
    unsigned = _is_unsigned(found)
    fitting, checked = max(follows(guess.column, changes, keys, unsigned=unsigned) for changes in (amount.numbers, net))
    told = f"{fitting} of {checked} rows"
    if fitting * 10 >= checked * 8 and checked:
        found["balance"] = Guess(guess.column, 99, f"{guess.reason}; it is the running sum in {told}")
    elif checked:
        del found["balance"]
        assets.pop("balance", None)
        made.remarks.append(f"column {guess.column.name!r} is the running sum in {told} only, so it is not taken as a balance")


def _add_fee_terms(found: Found, assets: dict[str, AssetGuess], made: Proposal) -> None:
    """Whether the total contains the fee: amount times price tells, row by row."""
    if not {"amount", "total", "price", "fee"} <= found.keys() or assets["fee"].asset != assets["total"].asset:
        if {"amount", "total", "fee"} <= found.keys() and assets["fee"].asset == assets["total"].asset:
            made.remarks.append(
                "no price tells whether the total contains the fee: it is taken not to. If it does, add fee_in_total = true"
            )
        return
    apart = within = 0
    for amount, total, price, fee in zip(*(found[name].column.numbers for name in ("amount", "total", "price", "fee")), strict=True):
        if amount and total and price and fee:
            left = abs(abs(total) - abs(amount * price))
            apart += left <= _CENTS
            within += abs(left - abs(fee)) <= _CENTS
    if within > apart:
        reason = f"amount times price is the total but for the fee in {within} rows, and the total itself in {apart}"
        made.lines.append(Line("fee_in_total", True, found["total"].column.name, 95, reason))
    elif apart:
        made.remarks.append(f"the fee is on top of the total: amount times price is the total in {apart} rows")


def _add_renames(assets: dict[str, AssetGuess], made: Proposal) -> None:
    """Names that only some exports use; a literal asset needs none."""
    seen = {text.upper() for asset in assets.values() if asset.column for text in asset.column.distinct}
    renames = {name: ticker for name, ticker in _OTHER_NAMES.items() if name in seen}
    if renames:
        made.lines.append(Line("renames", renames, "", 95, "other names of the same asset"))


def _add_class(grid: Grid, assets: dict[str, AssetGuess], made: Proposal) -> None:
    """Words of brokers in the header, and no known coin among the assets: shares rather than digital assets."""
    said = sorted({word for column in grid.columns for word in column.words.split()} & _BROKER_WORDS)
    column = next((assets[leg].column for leg in ("amount", "received") if leg in assets), None)
    coins = {text.upper() for text in column.distinct} & (COMMON_TICKERS - FIAT) if column else set()
    if said and not coins:
        made.lines.append(Line("asset_class", "security", "", 65, f"the header speaks of {', '.join(said)}, and no asset is a known coin"))


def _name_required(grid: Grid, found: Found, assets: dict[str, AssetGuess], made: Proposal) -> None:
    used = [guess.column.name for guess in found.values()] + [asset.column.name for asset in assets.values() if asset.column]
    required = [name for name in grid.header if name in used]
    made.lines.insert(1, Line("required", list(dict.fromkeys(required)), "", 99, "the columns by which the file is recognised"))
    made.unused = [name for name in dict.fromkeys(grid.header) if name and name not in used]
    if grid.doubled:
        made.remarks.append(f"columns of one name can't be told apart, only the last is read: {', '.join(grid.doubled)}")
    if "status" in found and not any(is_status(t) and guess_kind(t).kind for t in found["status"].column.distinct):
        made.remarks.append("rows that are not completed would be a type of their own: an unknown one, which is reported")
