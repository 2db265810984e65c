"""Brokers of Europe and Canada: each trap with its legs."""

from decimal import Decimal
from pathlib import Path

import pytest
from broker_samples import SAMPLES, all_legs, codes, read
from taxlots.importers.brokers.broker_cells import decimal_mark, isin_in, marks
from taxlots.importers.brokers.brokerage import REALIZED
from taxlots.importers.read import read as read_paths
from taxlots.importers.records import Intake, Row, RowError
from taxlots.ledger.duplicates import distinct
from taxlots.ledger.reconcile import check_balances

AVANZA = "Datum;Konto;Typ av transaktion;Värdepapper/beskrivning;Antal;Kurs;Belopp;Transaktionsvaluta;Courtage (SEK);ISIN"
BUX = (
    "Transaction Time (CET),Transaction Category,Transaction Type,Transfer Type,Transaction Amount,Transaction Currency,"
    "Cash Balance Amount,Asset Id,Asset Name,Asset Quantity"
)
DEGIRO = {
    "nl": "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
    "en": "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id",
    "de": "Datum,Uhrzeit,Valutadatum,Produkt,ISIN,Beschreibung,FX,Änderung,,Saldo,,Order-ID",
    "fr": "Date,Heure,Date de,Produit,Code ISIN,Description,FX,Mouvements,,Solde,,ID Ordre",
    "es": "Fecha,Hora,Fecha valor,Producto,ISIN,Descripción,Tipo,Variación,,Saldo,,ID Orden",
    "it": "Data,Ora,Data Valore,Prodotto,ISIN,Descrizione,Borsa,Variazioni,,Saldo,,ID Ordine",
    "pt": "Data,Hora,Data Valor,Produto,ISIN,Descrição,T.,Mudança,,Saldo,,ID da Ordem",
}
ETORO = "Date,Type,Details,Amount,Units,Realized Equity Change,Realized Equity,Balance,Position ID,Asset type,NWA"
SWISSQUOTE = "Date;Order #;Transaction;Symbol;Name;ISIN;Quantity;Unit price;Costs;Accrued Interest;Net Amount;Balance;Currency"
SAXO = "Client ID,Trade Date,Value Date,Type,Instrument,Instrument ISIN,Instrument currency,Instrument Symbol,Event,Amount,Conversion Rate"
PYTR = "Date;Type;Value;Note;ISIN;Shares;Fees;Taxes"
XTB = "ID;Type;Time;Symbol;Comment;Amount"


def semicolons(*lines: str) -> list[str]:
    """Lines with semicolons as lines with commas, which the helper reads."""
    return [",".join(f'"{cell}"' for cell in line.split(";")) for line in lines]


def degiro(*rows: str, language: str = "nl") -> Intake:
    """What rows of one day become, each `time|isin|description|currency|amount|order`."""
    lines = []
    for row in rows:
        time, isin, said, currency, amount, order = row.split("|")
        lines.append(f'02-06-2025,{time},02-06-2025,SOME NV,{isin},"{said}",,{currency},"{amount}",EUR,"1,00",{order}')
    return read(f"degiro_account_{language}", DEGIRO[language], *lines)


@pytest.mark.parametrize(
    ("language", "trade", "fee", "dividend", "tax"),
    [
        ("nl", "Koop 2 @ 50,00 EUR", "DEGIRO Transactiekosten en/of kosten van derden", "Dividend", "Dividendbelasting"),
        ("en", "Buy 2 SOME NV@50 EUR (NL1)", "DEGIRO Transaction and/or third party fees", "Dividend", "Dividend Tax"),
        ("de", "Kauf 2 zu je 50 EUR", "Transaktionsgebühren und/oder Fremdkosten", "Dividende", "Dividendensteuer"),
        ("fr", "Achat 2 SOME NV@50,00 EUR (NL1)", "Frais DEGIRO de courtage et/ou de parties tierces", "Dividende", "Impôts sur dividende"),
        ("es", "Compra 2 SOME NV@50 EUR (NL1)", "Costes de transacción y/o externos de DEGIRO", "Dividendo", "Retención del dividendo"),
        ("it", "Acquisto 2 SOME NV@50 EUR (NL1)", "Costi di transazione e/o di terze parti", "Dividendo", "Ritenuta sul dividendo"),
        (
            "pt",
            "Compra 2 SOME NV@50 EUR (NL1)",
            "Comissões de transação DEGIRO e/ou taxas de terceiros",
            "Dividendo",
            "Imposto sobre dividendo",
        ),
    ],
)
def test_degiro_in_its_languages(language: str, trade: str, fee: str, dividend: str, tax: str) -> None:
    rows = (
        f"10:00|NL0000000012|{trade}|EUR|-100,00|a",
        f"10:00|NL0000000012|{fee}|EUR|-2,00|a",
        f"11:00|NL0000000012|{dividend}|EUR|3,00|",
        f"11:00|NL0000000012|{tax}|EUR|-0,45|",
    )
    assert sorted(all_legs(degiro(*rows, language=language))) == [
        "buy -100 EUR +2 NL0000000012 fee 2 EUR",
        "fee fee 0.45 EUR",
        "income:dividend +3 EUR",
    ]


@pytest.mark.parametrize(
    ("said", "amount", "expected"),
    [
        # 1,060 units at 106.02 are 112,381.20; 1.060 units at 106.02 are 112.38
        ("Koop 1,060 @ 106.02 CHF", "-112381.20", "buy -112381.2 CHF +1060 NL0000000012"),
        ("Koop 1,060 @ 106,02 CHF", "-112,38", "buy -112.38 CHF +1.06 NL0000000012"),
        ("Koop 1 046 @ 2,00 CHF", "-2 092,00", "buy -2092 CHF +1046 NL0000000012"),
        ("Koop 4 360 DIGITS@2,00 CHF", "-8,00", "buy -8 CHF +4 NL0000000012"),
        ("Verkoop 4 AVIVA@496 GBX", "19,84", "sell -4 NL0000000012 +19.84 CHF"),
    ],
)
def test_degiro_units_that_can_be_read_in_two_ways_are_told_by_price_and_amount(said: str, amount: str, expected: str) -> None:
    assert all_legs(degiro(f"10:00|NL0000000012|{said}|CHF|{amount}|a")) == [expected]


def test_degiro_units_that_nothing_tells_are_named() -> None:
    assert codes(degiro("10:00|NL0000000012|Koop 1,060 @ 106,02 CHF|CHF|-500,00|a")) == ["ROW_INVALID"]


def test_degiro_exchanges_without_an_order_pair_by_the_minute_and_halves_are_named() -> None:
    out, into = "07:11||Valuta Debitering|USD|-1,78|", "07:11||Valuta Creditering|EUR|1,55|"
    assert all_legs(degiro(into, out)) == ["buy -1.78 USD +1.55 EUR"]
    assert codes(degiro(out)) == codes(degiro(into)) == ["ROW_UNPAIRED_LEG"]
    assert codes(degiro(out, into.replace("07:11", "07:12"))) == ["ROW_UNPAIRED_LEG"] * 2


def test_degiro_events() -> None:
    """A name that changes moves nothing; a split into another ISIN carries the basis over; money in an event is not booked."""
    name = (
        "04:21|NL0000000012|PRODUCTWIJZIGING : Koop 5 @ 1,00 EUR|EUR|0|",
        "02:30|NL0000000012|PRODUCTWIJZIGING : Verkoop 5 @ 1,00 EUR|EUR|0|",
    )
    assert len(degiro(*name).set_aside) == 2
    new = "08:02|DE000TUAG505|STOCK SPLIT: Koop 8 @ 18,50 EUR|EUR|-148,00|"
    old = "08:02|DE000TUAG000|STOCK SPLIT: Verkoop 80 @ 1,85 EUR|EUR|148,00|"
    assert all_legs(degiro(new, old)) == ["convert -80 DE000TUAG000 +8 DE000TUAG505"]
    assert codes(degiro(new, old.replace("148,00", "157,93"))) == ["KIND_NOT_BOOKED"] * 2
    assert codes(degiro("10:00|NL0000000012|STOCK DIVIDEND: Koop 9 @ 0 EUR|EUR|0,00|")) == ["KIND_NOT_BOOKED"]


def test_degiro_fees_without_their_trade_are_costs_and_unknown_descriptions_are_named() -> None:
    assert all_legs(degiro("10:00|NL0000000012|Stamp Duty|GBP|-0,50|a")) == ["fee fee 0.5 GBP"]
    assert codes(degiro("10:00||Iets heel anders|EUR|-1,00|")) == ["ROW_UNKNOWN_KIND"]


def test_degiro_trade_in_both_exports_counts_once(tmp_path: Path) -> None:
    """One order: 2 at 71.15 USD, paid with 122.00 EUR and 2 of fees; the transactions tell it in euros."""
    order = "77aa0c11-2222-4333-8444-555566667777"
    account = [
        DEGIRO["nl"],
        f'05-11-2025,16:02,05-11-2025,KO,US1912161007,"Koop 2 @ 71,15 USD",,USD,"-142,30",USD,"0,00",{order}',
        f'05-11-2025,16:02,05-11-2025,KO,US1912161007,Kosten van derden,,EUR,"-2,00",EUR,"0,00",{order}',
    ]
    older = "Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde,,Wisselkoers,Kosten,,Totaal,,Order ID"
    trade = f'05-11-2025,16:02,KO,US1912161007,NSY,X,2,"71,15",USD,"-142,30",USD,"-122,00",EUR,"1,1664","-2,00",EUR,"-124,00",EUR,{order}'
    (tmp_path / "Account.csv").write_text("\n".join(account))
    (tmp_path / "Transactions.csv").write_text(f"{older}\n{trade}")
    assert all_legs(read("degiro_transactions_nl", older, trade)) == ["buy -122 EUR +2 US1912161007 fee 2 EUR"]
    imported = read_paths([tmp_path])
    kept = distinct(imported.transactions, imported.order())
    assert (len(imported.transactions), len(kept.transactions), kept.problems) == (2, 1, [])


def test_avanza_courtage_in_another_currency_stays_inside() -> None:
    line = "2025-01-02;A1;Köp;X;2;10;-21;EUR;11;SE0000115446"
    assert all_legs(read("avanza", *semicolons(AVANZA, line))) == ["buy -21 EUR +2 SE0000115446"]
    older = AVANZA.replace("Transaktionsvaluta;Courtage (SEK)", "Courtage;Valuta")
    assert all_legs(read("avanza", *semicolons(older, "2025-01-02;A1;Köp;X;2;10;-21;1;SEK;SE0000115446"))) == [
        "buy -20 SEK +2 SE0000115446 fee 1 SEK"
    ]


def test_avanza_units_that_change_in_number_are_no_changed_identifier() -> None:
    rows = [f"2025-01-02;A1;Övrigt;X;{units};;;;;SE0000000001" for units in ("-4", "3")]
    assert codes(read("avanza", *semicolons(AVANZA, *rows))) == ["ROW_UNPAIRED_LEG"] * 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("bux/transactions.csv", {"EUR": ("411.02", "0")}),
        ("vanguard_uk/client-transactions.csv", {"GBP": ("1058.05", "0")}),
        # the bond for 1,004.30 is not booked, so that as much is too many
        ("swissquote/transactions.csv", {"CHF": ("1018.78", "-1004.30"), "USD": ("351.75", "0")}),
    ],
)
def test_closing_balances_check_the_reading(path: str, expected: dict[str, tuple[str, str]]) -> None:
    imported = read_paths([SAMPLES / path])
    checks, _ = check_balances(imported.balances, imported.transactions)
    assert {one.asset: (one.reported, one.difference) for one in checks} == {
        asset: (Decimal(reported), Decimal(difference)) for asset, (reported, difference) in expected.items()
    }


def test_balances_are_not_checked_where_the_export_begins_with_money() -> None:
    later = read("bux", BUX, "2025-02-03 09:00:00,deposits,Sepa Deposit,,1,EUR,501,,,")
    assert not later.balances


def test_bux_fee_belongs_to_the_trade_of_its_moment() -> None:
    # 3 EUR for 100 and 200 EUR: a third and two thirds; a fee two seconds later is a cost
    trades = [f"2025-02-04 10:15:30.{n},trades,Buy Trade,,-{n}00,EUR,,NL0010273215,ASML,{n}" for n in (1, 2)]
    fee = "2025-02-04 10:15:30.5,fees,Trading Fee,,-3,EUR,,NL0010273215,ASML,"
    assert sorted(all_legs(read("bux", BUX, *trades, fee))) == [
        "buy -100 EUR +1 NL0010273215 fee 1 EUR",
        "buy -200 EUR +2 NL0010273215 fee 2 EUR",
    ]
    apart = read("bux", BUX, trades[0], fee.replace(":30.5", ":33.5"))
    assert sorted(all_legs(apart)) == ["buy -100 EUR +1 NL0010273215", "fee fee 3 EUR"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2025-02-04 10:15:30,corporate_actions,General Corporate Action,ASSET_REDEEM,-5,EUR,,NL0010273215,x,1", "KIND_NOT_BOOKED"),
        ("2025-02-04 10:15:30,others,Wonder,,1,EUR,,,,", "ROW_UNKNOWN_KIND"),
        ("2025-02-04 10:15:30,deposits,Sepa Deposit,,1,,,,,", "ROW_INVALID"),
        ("never,deposits,Sepa Deposit,,1,EUR,,,,", "TIME_INVALID"),
    ],
)
def test_what_bux_rows_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(read("bux", BUX, line)) == [code]


def test_etoro_numbers_of_two_languages_and_contracts_for_difference() -> None:
    rows = (
        '14/04/2020 14:00:25,Open Position,NKE/USD," 1 100,50 ",12.5," 0,00 "," 212,87 "," 12,87 ",7,Stocks," 0,00 "',
        '15/04/2020 00:46:41,Overnight fee,Daily,"(0,10)",-,"(0,10)",1,1,8,CFD,0',
        "16/04/2020 00:46:41,Position closed,NKE/USD,5,1,1,1,1,8,CFD,0",
        "16/04/2020 00:46:41,Dividend,NKE/USD,5,-,5,1,1,8,CFD,0",
        "16/04/2020 00:46:41,Open Position,NKE/USD,5,1,1,1,1,8,Future,0",
    )
    intake = read("etoro_activity", ETORO, *rows)
    assert sorted(all_legs(intake)) == ["buy -1100.5 USD +12.5 NKE", "fee fee 0.1 USD"]
    assert sorted(codes(intake)) == ["KIND_NOT_BOOKED", "ROW_UNKNOWN_KIND"]  # both rows of the contract are one position


def test_etoro_closed_positions_are_set_aside() -> None:
    header = "Position ID,Action,Amount,Units,Open Date,Close Date,Leverage,Spread Fees (USD),Profit(USD),Open Rate,Close Rate"
    row = "1,Buy Apple,500,2,03/02/2026 15:31:07,14/07/2026 16:02:44,1,0,71,190,217"
    assert list(read("etoro_closed", header, row).set_aside.values()) == [REALIZED]


def test_saxo_amounts_are_in_the_currency_of_the_account() -> None:
    buy = '7,14-May-2025,16-May-2025,Trade,NVIDIA,US67066G1040,USD,NVDA:xnas,Buy 3 @ 134.80 USD,"-362,70",0.89442'
    deposit = "7,12-May-2025,12-May-2025,Cash Transfer,,,EUR,,Deposit,1000,1"
    assert all_legs(read("saxo", SAXO, buy, deposit)) == ["buy -362.7 EUR +3 NVDA", "deposit +1000 EUR"]
    assert codes(read("saxo", SAXO, buy)) == ["ROW_INVALID"]
    assert codes(read("saxo", SAXO, buy, deposit, deposit.replace("EUR", "DKK"))) == ["ROW_INVALID"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("7,14-May-2025,x,Trade,KO,US1,USD,KO/15X:xcbf,Buy 1 @ 2 USD,-2,1", "KIND_NOT_BOOKED"),
        ("7,14-May-2025,x,Trade,KO,US1,USD,KO:xnys,Exercise,-2,1", "ROW_UNKNOWN_KIND"),
        ("7,14-May-2025,x,Corporate action,KO,US1,USD,KO:xnys,Merger,0,1", "KIND_NOT_BOOKED"),
        ("7,14-Foo-2025,x,Cash Transfer,,,USD,,Deposit,2,1", "TIME_INVALID"),
        ("7,14-May-2025,x,Cash Transfer,,,XXX,,Deposit,2,1", "ROW_INVALID"),
    ],
)
def test_what_saxo_rows_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(read("saxo", SAXO, line)) == [code]


def test_swissquote_in_german_moves_the_currency_of_the_account() -> None:
    header = (
        "Datum;Auftrag #;Transaktionen;Symbol;Name;ISIN;Anzahl;Stückpreis;Kosten;Aufgelaufene Zinsen;Nettobetrag;Währung Nettobetrag;"
        "Nettobetrag in der Währung des Kontos;Saldo;Währung"
    )
    rows = (
        "12-01-2023 14:00:00;1;Kauf;VWRL;X;IE00B3RBWM25;10.0;95.50;9.55;0.00;-964.55;EUR;-950.20;5000.00;CHF",
        "30-06-2023 09:00:00;0;Dividende;NESN;X;CH0038863350;1.0;100.00;35.00;0.00;65.00;CHF;65.00;5600.00;CHF",
        "31-12-2023 23:59:30;0;Zinsen auf Belastungen;;;;1.0;2.00;0.00;0.00;-2.00;CHF;-2.00;5554.15;CHF",
    )
    assert all_legs(read("swissquote_de", *semicolons(header, *rows))) == [
        "buy -950.2 CHF +10 VWRL",
        "income:dividend +65 CHF",
        "income:dividend +35 CHF",
        "fee fee 35 CHF",
        "fee fee 2 CHF",
    ]


def test_swissquote_pence_become_pounds_and_halves_of_an_exchange_are_named() -> None:
    # 10 at 700.5 pence are 7,005, and 7 pence on top
    pence = "05-01-2023 09:00:00;1;Buy;HSBA;X;GB0005405286;10.0;700.5;7.00;0.00;-7'012.00;9.00;GBX"
    assert all_legs(read("swissquote", *semicolons(SWISSQUOTE, pence))) == ["buy -70.05 GBP +10 HSBA fee 0.07 GBP"]
    half = "05-01-2023 09:00:00;1;Forex credit;;;;1.0;5;0;0;5.00;9.00;USD"
    assert codes(read("swissquote", *semicolons(SWISSQUOTE, half))) == ["ROW_UNPAIRED_LEG"]


def test_swissquote_costs_that_are_not_missing_from_a_dividend_are_no_tax() -> None:
    row = "15-03-2023 10:00:00;0;Dividend;KO;X;US1912161007;1.0;100.00;15.00;0.00;100.00;1000.00;USD"
    assert all_legs(read("swissquote", *semicolons(SWISSQUOTE, row))) == ["income:dividend +100 USD"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["2025-01-02;Buy;-10,50;x;IE00000XQ1B5;1,234;;"], ["buy -10.5 EUR +1.234 IE00000XQ1B5"]),
        (["2025-01-02;Buy;-10.50;x;IE00000XQ1B5;1,234;;"], ["buy -10.5 EUR +1234 IE00000XQ1B5"]),
        (["2025-01-02;Transfer (Inbound);;x;IE00000XQ1B5;2;;"], ["deposit +2 IE00000XQ1B5"]),
        (["2025-01-02;Transfer (Outbound);;x;IE00000XQ1B5;-2;;"], ["withdrawal -2 IE00000XQ1B5"]),
        (["2025-01-02;Interest Charge;-1.5;x;;;;"], ["fee fee 1.5 EUR"]),
    ],
)
def test_trade_republic_pytr(rows: list[str], expected: list[str]) -> None:
    assert all_legs(read("trade_republic_pytr_en", *semicolons(PYTR, *rows))) == expected


def test_trade_republic_numbers_that_can_be_read_in_two_ways_are_named() -> None:
    rows = ("2025-01-02;Buy;-10;x;IE00000XQ1B5;1,234;;", "2025-01-02;Deposit;1.5;x;;;;", "2025-01-02;Deposit;1,5;x;;;;")
    assert codes(read("trade_republic_pytr_en", *semicolons(PYTR, *rows))) == ["ROW_INVALID"]
    assert codes(read("trade_republic_pytr_en", *semicolons(PYTR, "2025-01-02;Sell;10.5;x;IE00000XQ1B5;1;;0.5"))) == ["ROW_INVALID"]


def test_xtb_currency_is_told_by_trades_on_an_exchange_of_one_currency() -> None:
    # 10 at 98.40 are 984.00; a share of the US for 111.25 at 122.34 is paid in another currency than its own
    deposit, german = "1;Deposit;10.06.2025 10:00:00;;x;5", "2;Stocks/ETF purchase;10.06.2025 10:00:00;FWLD.DE;OPEN BUY 10 @ 98.40;-984"
    other = "3;Ações/ETF compra;10.06.2025 10:00:00;KO.US;OPEN BUY 1 @ 122.34;-111.25"
    assert all_legs(read("xtb", *semicolons(XTB, deposit, german, other))) == [
        "deposit +5 EUR",
        "buy -984 EUR +10 FWLD.DE",
        "buy -111.25 EUR +1 KO",
    ]
    assert codes(read("xtb", *semicolons(XTB, deposit, other))) == ["ROW_INVALID"] * 2
    assert all_legs(read("xtb", *semicolons(XTB, deposit), file="downloads/PLN_50123456_2025.csv")) == ["deposit +5 PLN"]


def test_xtb_closed_positions_are_set_aside() -> None:
    header = "Position,Symbol,Type,Volume,Open time,Open price,Close time,Close price,Purchase value,Sale value"
    row = "1,KO.US,BUY,2,02.01.2025 10:00:00,70,03.02.2025 10:00:00,71,140,142"
    assert list(read("xtb_closed", header, row).set_aside.values()) == [REALIZED]


def test_xtb_operation_that_stands_twice_counts_once() -> None:
    row = "2;Stocks/ETF purchase;10.06.2025 10:00:00;FWLD.DE;OPEN BUY 10 @ 98.40;-984"
    intake = read("xtb", *semicolons(XTB, row, row))
    assert (len(intake.transactions), len(intake.merged)) == (1, 1)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("9;Stocks/ETF sale;10.06.2025 10:00:00;KO.US;OPEN SELL 1 @ 5;-5", "KIND_NOT_BOOKED"),
        ("9;Stocks/ETF purchase;10.06.2025 10:00:00;GOLD;OPEN BUY 1 @ 5;-5", "KIND_NOT_BOOKED"),
        ("9;Wonder;10.06.2025 10:00:00;KO.US;x;-5", "ROW_UNKNOWN_KIND"),
        ("9;Deposit;010.06.2025 10:00:00;;x;5", "TIME_INVALID"),
    ],
)
def test_what_xtb_rows_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(read("xtb", *semicolons(XTB, row), file="EUR_50123456.csv")) == [code]


def test_vanguard_uk_cash_alone_tells_the_trades() -> None:
    rows = (
        "08/03/2025,Deposit for investment purchases,500,500",
        '09/03/2025,"Bought 1,550 Foo ETF (FOO)",-480,20',
        "10/03/2025,Sold .5 Some Fund – Accumulation,40,60",
    )
    intake = read("vanguard_uk", "Date,Details,Amount,Balance", *rows)
    assert all_legs(intake) == ["deposit +500 GBP", "buy -480 GBP +1550 FOO", "sell -0.5 SOME FUND - ACCUMULATION +40 GBP"]
    assert [balance.quantity for balance in intake.balances] == [Decimal(60)]
    assert codes(read("vanguard_uk", "Date,Details,Amount,Balance", "08/03/2025,Wonder,1,1")) == ["ROW_UNKNOWN_KIND"]


def test_vanguard_uk_trade_without_its_cash_row_costs_what_it_says() -> None:
    rows = ("Date,InvestmentName,TransactionDetails,Quantity,Price,Cost", "10/03/2025,Foo (FOO),Bought 5 Foo (FOO),5,10,50")
    assert all_legs(read("vanguard_uk", "Date,Details,Amount,Balance,,", *rows)) == ["buy -50 GBP +5 FOO"]


def test_decimal_marks() -> None:
    assert marks(["1,5"]) == {","}
    assert marks(["1.234,5", "-0,333"]) == {","}
    assert marks(["1,234.5"]) == {"."}
    assert marks(["1,234", "7", "", "1.234"]) == frozenset()
    row = Row("a.csv", 2, {"a": "1,234"})
    assert decimal_mark(row, ["a"], frozenset(",")) == ","
    assert decimal_mark(row, ["a"], frozenset()) == "."
    with pytest.raises(RowError):
        decimal_mark(row, ["a"], frozenset(",."))


def test_isin_in_a_text() -> None:
    assert isin_in("Some ETF / ISIN IE00BK5BQT80") == "IE00BK5BQT80"
    assert isin_in("Some ETF") == ""
