import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from taxlots.problems import TaxlotsError
from taxlots.rulebook import EVIDENCE, STATUSES, load
from taxlots.tax import TaxPosition, tax_due
from taxlots.tax.schedule import schedule_for

RULES = Path(__file__).parents[1] / "rules"


@pytest.fixture
def copied(tmp_path):
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def append(folder, topic, text):
    path = folder / "us" / "federal" / f"{topic}.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


OTHER = """
[other]
unit = "{}"
citation = {{ title = "x", evidence = "{}" }}
values = [{{ year = 2027, default = "7" }}]
"""


def by_status(rule, year, **values):
    rows = "".join(f"{status} = {values.get(status, values['other'])}\n" for status in STATUSES)
    return f"\n[[{rule}.values]]\nyear = {year}\n{rows}"


def test_packaged_rules_are_read_once_and_equal_their_folder():
    assert load() is load()
    assert load() == load(RULES)
    assert load().sha256 == load(RULES).sha256


def test_every_rule_has_a_source_and_every_value_too():
    for rule in load():
        sources = [rule.citation, *rule.pending, *(entry.citation for entry in rule.entries)]
        assert all(source.title and source.evidence in EVIDENCE for source in sources), rule.name
        assert rule.jurisdiction in {"us/federal", "us/states", "uk", "ca", "de", "au"}


def test_listing_names_value_and_source():
    rows = {f"{rule.topic}/{rule.name}": (value, source) for rule, value, source in load().listing(2025)}
    assert rows["capital_loss/net_loss_limit"][0] == "3000 | married_separate 1500"
    assert rows["form_8949_boxes/digital_long"][0] == "J, K, L"
    value, source = rows["ordinary_brackets/upper_bounds"]
    assert value.startswith("single 11925, 48475")
    assert source.title.startswith("Rev. Proc. 2024-40")
    assert {rule.topic for rule, *_ in load().listing(1970)} == {path.stem for path in RULES.rglob("*.toml")}


@pytest.mark.parametrize("year", range(2017, 2027))
@pytest.mark.parametrize("status", STATUSES)
def test_every_year_and_status_has_a_schedule(year, status):
    schedule = schedule_for(year, status)
    assert [rate for _, rate in schedule.preferential] == [0, Decimal("0.15"), Decimal("0.20")]
    assert len(schedule.ordinary) == 7
    assert schedule_for(year, status) is schedule


def test_regression_bracket_edges_that_published_tables_got_wrong():
    edge = {status: schedule_for(year, status).ordinary[5][0] for year, status in [(2022, "single"), (2023, "married_separate")]}
    assert edge == {"single": 539_900, "married_separate": 346_875}


def test_lookup_by_date():
    book = load()
    assert book.texts("us/federal/form_8949_boxes/digital_short", date(2024, 12, 31)) == ("A", "B", "C")
    assert book.texts("us/federal/form_8949_boxes/digital_short", date(2025, 1, 1)) == ("G", "H", "I")
    assert book.texts("us/federal/basis_pool/pool", date(2025, 1, 1)) == ("account",)
    assert book.value("us/federal/basis_pool/own_books_identify_broker_units", date(2026, 12, 31)) is True
    assert book.value("us/federal/basis_pool/own_books_identify_broker_units", date(2027, 1, 1)) is False
    assert book.value("us/federal/wash_sale/covers_digital_assets", 2026) is False


@pytest.mark.parametrize(
    ("path", "when", "status", "said"),
    [
        ("us/federal/basis_pool/pool", date(2024, 12, 31), None, "from 2025-01-01 on"),
        ("us/federal/wash_sale/covers_digital_assets", 2027, None, "1990-01-01 to 2026-12-31"),
        ("us/federal/standard_deduction/amount", 2016, "single", "2017-01-01 to 2026-12-31"),
        ("us/federal/standard_deduction/amount", 2025, None, "depends on the filing status"),
        ("us/federal/standard_deduction/amount", 2025, "widowed", "widowed"),
        ("us/federal/niit/bonus", 2025, "single", "niit/bonus"),
        ("us/ca/brackets/rates", 2025, "single", "us/ca"),
    ],
)
def test_what_is_not_covered_is_an_error(path, when, status, said):
    with pytest.raises(TaxlotsError, match=said) as error:
        load().value(path, when, status)
    assert error.value.problem.code == "RULE_MISSING"


def test_a_list_is_not_one_number_and_a_text_is_none():
    with pytest.raises(TaxlotsError, match="list"):
        load().amount("us/federal/ordinary_brackets/rates", 2025)
    with pytest.raises(TaxlotsError, match="Decimal"):
        load().amounts("us/federal/wash_sale/covers", 2025)


def test_a_new_year_is_data_only(copied):
    # A fictional 2027 with one bracket edge far away: every dollar up to 1,000,000 is taxed at 10 %.
    far = [f'"{edge}"' for edge in (1_000_000, 1_000_001, 1_000_002, 1_000_003, 1_000_004, 1_000_005)]
    append(copied, "ordinary_brackets", by_status("upper_bounds", 2027, other=f"[{', '.join(far)}]"))
    append(copied, "capital_gain_rates", by_status("upper_bounds", 2027, other='["50000", "500000"]'))
    append(copied, "standard_deduction", by_status("amount", 2027, other='"20000"', married_joint='"40000"'))
    append(copied, "amt", by_status("upper_bounds", 2027, other='["250000"]'))
    append(copied, "amt", by_status("exemption", 2027, other='"90000"'))
    append(copied, "amt", by_status("phaseout_start", 2027, other='"500000"'))
    book = load(copied)
    # 120,000 - 40,000 = 80,000: 70,000 x 10 % = 7,000; the gain of 10,000 lies above 50,000: x 15 % = 1,500; but all at
    # 10 % would be 8,000, and the lesser tax counts.
    due = tax_due(TaxPosition(2027, "married_joint", wages=Decimal(110_000), long_term=Decimal(10_000)), book)
    assert due.regular_tax == 8_000
    assert book.sha256 != load().sha256
    with pytest.raises(TaxlotsError, match="2027"):
        tax_due(TaxPosition(2027, "married_joint"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (by_status("amount", 2028, other='"1"'), "gap before 2028"),
        (by_status("amount", 2026, other='"1"'), "overlaps"),
        (by_status("amount", 2027, other="16100.0"), "written as strings"),
        (by_status("amount", 2027, other='"16,100"'), "not a decimal number"),
        (by_status("amount", 2027, other='"-1"'), "out of range"),
        (by_status("amount", 2027, other='["5", "4"]'), "does not ascend"),
        (by_status("amount", 2027, other="[]"), "empty"),
        ('\n[[amount.values]]\nyear = 2027\nsingle = "1"\n', "filing statuses"),
        ('\n[[amount.values]]\nyear = 2027\nmfj = "1"\n', "mfj"),
        ('\n[[amount.values]]\nyear = "2027"\ndefault = "1"\n', "str"),
        ('\n[[amount.values]]\nfrom = 2027-01-01\nuntil = 2026-01-01\ndefault = "1"\n', "order"),
        (
            OTHER.format("JPY", "P"),
            "unit",
        ),
        (
            OTHER.format("USD", "Z"),
            "evidence",
        ),
        ('\n[other]\nunit = "USD"\nvalues = [{ year = 2027, default = "1" }]\n', "citation"),
        (
            OTHER.format("rate", "P"),
            "range",
        ),
        ("\n[other\n", "line"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(copied, text, said):
    path = append(copied, "standard_deduction", text)
    lines_before = (RULES / "us" / "federal" / "standard_deduction.toml").read_text(encoding="utf-8").count("\n")
    with pytest.raises(TaxlotsError, match=said) as error:
        load(copied)
    found = error.value.problem
    assert (found.code, found.file) == ("RULE_INVALID", str(path))
    assert found.row is not None
    assert found.row > lines_before


def test_rates_need_one_bound_less(copied):
    path = copied / "us" / "federal" / "ordinary_brackets.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"0.35", "0.37"]', '"0.35"]'), encoding="utf-8")
    with pytest.raises(TaxlotsError, match="6 rates for 6 bounds"):
        schedule_for(2025, "single", load(copied))


def test_a_folder_without_rules_is_an_error(tmp_path):
    with pytest.raises(TaxlotsError, match="no rule files"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"other = 3", b"[other]\nvalues = 3"])
def test_a_file_that_holds_no_rules_is_an_error(tmp_path, content):
    (tmp_path / "broken.toml").write_bytes(content)
    with pytest.raises(TaxlotsError, match=r"broken\.toml"):
        load(tmp_path)


def test_a_folder_s_files_take_the_place_of_packaged_ones_and_the_others_stay(tmp_path):
    own = tmp_path / "us" / "federal"
    own.mkdir(parents=True)
    text = (RULES / "us" / "federal" / "niit.toml").read_text(encoding="utf-8")
    (own / "niit.toml").write_text(text.replace('"0.038"', '"0.05"'), encoding="utf-8")
    book = load(tmp_path)
    assert book.amount("us/federal/niit/rate", 2025) == Decimal("0.05")
    assert book.amount("us/federal/standard_deduction/amount", 2025, "single") == 15_750
    assert book.sha256 != load().sha256


@pytest.mark.parametrize("year", range(2017, 2027))
def test_every_topic_of_the_federal_rules_has_values_in_every_year(year):
    """But for what began or ended: pools and records of digital assets changed in 2025, the exemption's phase-out ended with 2017."""
    missing = {f"{rule.topic}/{rule.name}" for rule, value, _ in load().listing(year, ["us/federal/"]) if not value}
    began_later = {
        f"basis_pool/{name}" for name in ("pool", "order_without_identification", "own_books_identify_broker_units", "transition")
    }
    began_later.add("lot_identification/own_books_identify_unhosted_units")
    ended = {f"personal_exemption/{name}" for name in ("phaseout_start", "phaseout_step", "phaseout_share")}
    pools = began_later if year < 2025 else {"lot_identification/own_books_identify_units_until_2024"}
    assert missing == pools | (ended if year > 2017 else set())


@pytest.mark.parametrize(
    ("path", "when", "value"),
    [
        ("uk/capital_gains/annual_exempt_amount", date(2024, 4, 5), 6_000),
        ("uk/capital_gains/annual_exempt_amount", date(2024, 4, 6), 3_000),
        ("de/private_sales/exemption_limit", date(2023, 12, 31), 600),
        ("de/private_sales/exemption_limit", date(2024, 1, 1), 1_000),
        ("ca/capital_gains/inclusion_rate", date(2026, 1, 1), Decimal("0.5")),
        ("au/capital_gains/discount", date(2027, 6, 30), Decimal("0.5")),
    ],
)
def test_values_of_other_countries_by_date(path, when, value):
    assert load().amount(path, when) == value


def test_what_is_pending_abroad_is_no_value():
    with pytest.raises(TaxlotsError, match="2017-07-01 to 2027-06-30"):
        load().amount("au/capital_gains/discount", date(2027, 7, 1))
    assert [bill.evidence for bill in load().rule("au/capital_gains/discount").pending] == ["S"]
