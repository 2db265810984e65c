"""Other countries on given gains; every expected value is worked out beside it."""

from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest
from taxlots.problems import TaxlotsError
from taxlots.rulebook import load
from taxlots.tax.countries.australia import australian_tax
from taxlots.tax.countries.canada import canadian_tax
from taxlots.tax.countries.carry_back import with_carry_back
from taxlots.tax.countries.germany import german_tax
from taxlots.tax.countries.result import Gain
from taxlots.tax.countries.uk import uk_tax, year_of

D = Decimal


def gain(day, amount, *, held=False, asset_class="digital"):
    return Gain(date.fromisoformat(day), D(amount), held, asset_class)


class TestUnitedKingdom:
    """TCGA 1992; tax years are named by the year in which they begin."""

    def test_the_rates_changed_on_30_october_2024(self):
        # 10,000 before and 10,000 after; the exempt 3,000 comes off the later gain with the higher rate.
        found = uk_tax(2024, [gain("2024-10-29", 10_000), gain("2024-10-30", 10_000)])
        # 20 % x 10,000 + 24 % x 7,000
        assert (found.taxable, found.tax) == (17_000, D(3_680))

    def test_the_basic_band_goes_where_it_saves_most(self):
        # Before: 10 % instead of 20 % saves ten points, after: 18 % instead of 24 % saves six. A band of 12,000 takes all 10,000
        # of the early gain and 2,000 of the late 7,000: 1,000 + 360 + 24 % x 5,000 = 1,200.
        found = uk_tax(2024, [gain("2024-05-01", 10_000), gain("2025-01-01", 10_000)], basic_band_left=D(12_000))
        assert found.tax == D(2_560)

    @pytest.mark.parametrize(
        ("year", "exempt"), [(2017, 11_300), (2018, 11_700), (2019, 12_000), (2022, 12_300), (2023, 6_000), (2025, 3_000), (2026, 3_000)]
    )
    def test_annual_exempt_amount(self, year, exempt):
        assert uk_tax(year, [gain(f"{year}-12-01", exempt)]).tax == 0
        assert uk_tax(year, [gain(f"{year}-12-01", exempt + 100)]).taxable == 100

    def test_losses_of_the_year_come_first_and_may_waste_the_exempt_amount(self):
        # 4,000 - 3,500 = 500, below the exempt 3,000: the loss is used up all the same.
        found = uk_tax(2025, [gain("2025-06-01", 4_000), gain("2025-07-01", -3_500)])
        assert (found.tax, found.losses_forward) == (0, 0)

    def test_losses_brought_forward_stop_at_the_exempt_amount(self):
        # 10,000 - 3,000 exempt: 7,000 of the 9,000 are used, 2,000 stay.
        found = uk_tax(2025, [gain("2025-06-01", 10_000)], losses_brought_forward=D(9_000))
        assert (found.taxable, found.losses_forward) == (0, 2_000)
        # A gain of 2,500 is exempt: none are used.
        assert uk_tax(2025, [gain("2025-06-01", 2_500)], losses_brought_forward=D(9_000)).losses_forward == 9_000

    def test_a_net_loss_is_carried_forward(self):
        assert uk_tax(2025, [gain("2025-06-01", -5_000)], losses_brought_forward=D(1_000)).losses_forward == 6_000

    def test_the_year_begins_on_6_april(self):
        assert [year_of(date(2025, 4, day)) for day in (5, 6)] == [2024, 2025]
        with pytest.raises(TaxlotsError, match="outside the tax year from 2025-04-06 to 2026-04-05"):
            uk_tax(2025, [gain("2025-04-05", 1)])

    def test_a_year_without_rules_names_those_with(self):
        with pytest.raises(TaxlotsError, match="2017-04-06 to 2027-04-05"):
            uk_tax(2027, [])


class TestGermany:
    """EStG 23 and 22 Nr. 3."""

    @pytest.mark.parametrize(
        ("year", "net", "taxable"),
        [(2024, "999.99", "0"), (2024, "1000", "1000"), (2024, "1500", "1500"), (2023, "599.99", "0"), (2023, "600", "600")],
    )
    def test_the_exemption_limit_is_a_cliff(self, year, net, taxable):
        assert german_tax(year, [gain(f"{year}-05-01", net)]).taxable == D(taxable)

    def test_held_for_more_than_a_year_is_free(self):
        found = german_tax(2025, [gain("2025-05-01", 50_000, held=True), gain("2025-05-02", 1_200)], personal_rate=D("0.42"))
        assert (found.taxable, found.tax) == (1_200, D(504))

    def test_losses_meet_private_sales_only_and_are_kept(self):
        found = german_tax(2025, [gain("2025-05-01", -700)], income=D(300), losses_brought_forward=D(100))
        # Income of 300 reaches its own limit of 256 and is taxed in full; the losses of 700 and 100 stay.
        assert (found.taxable, found.losses_forward) == (300, 800)
        # 1,500 reaches the limit, 400 of losses come off.
        assert german_tax(2025, [gain("2025-05-01", 1_500)], losses_brought_forward=D(400)).taxable == 1_100

    @pytest.mark.parametrize(("income", "taxable"), [("255.99", "0"), ("256", "256")])
    def test_limit_of_staking_income(self, income, taxable):
        assert german_tax(2025, [], income=D(income)).taxable == D(taxable)

    def test_securities_are_refused(self):
        with pytest.raises(TaxlotsError, match="EStG 20"):
            german_tax(2025, [gain("2025-05-01", 10, asset_class="security")])


def test_canada_includes_half():
    # (10,000 - 4,000) x 1/2 = 3,000 x 40 %
    found = canadian_tax(2025, [gain("2025-03-01", 10_000)], losses_brought_forward=D(4_000), personal_rate=D("0.4"))
    assert (found.taxable, found.tax, found.losses_forward) == (3_000, 1_200, 0)
    # No loss lowers other income: all of it stays.
    found = canadian_tax(2025, [gain("2025-03-01", -2_000)])
    assert (found.taxable, found.tax, found.losses_forward) == (0, None, 2_000)


def test_australia_takes_losses_before_the_discount():
    # Losses of 3,000 + 2,000 come off the 4,000 without discount first, 1,000 off the 10,000: (10,000 - 1,000) x 1/2 = 4,500.
    gains = [gain("2025-08-01", 10_000, held=True), gain("2025-09-01", 4_000), gain("2025-10-01", -3_000)]
    found = australian_tax(2025, gains, losses_brought_forward=D(2_000), personal_rate=D("0.3"))
    assert (found.taxable, found.tax, found.losses_forward) == (4_500, 1_350, 0)
    assert australian_tax(2025, [gain("2026-06-30", -800, held=True)]).losses_forward == 800
    with pytest.raises(TaxlotsError, match="2025-07-01 to 2026-06-30"):
        australian_tax(2025, [gain("2025-06-30", 1)])


def test_lines_add_up_and_name_their_rules():
    found = uk_tax(2024, [gain("2024-05-01", 20_000), gain("2025-01-01", -1_000)], basic_band_left=D(5_000))
    taxed = sum(line.amount for line in found.lines if line.what.startswith("tax at"))
    assert taxed == found.tax
    assert {line.rule for line in found.lines if line.rule} <= {
        f"uk/capital_gains/{n}" for n in ("losses", "annual_exempt_amount", "rates")
    }


def test_canada_names_the_lines_of_the_return():
    """Half of 10,000 on line 19900 and 12700, half of the 4,000 of other years on line 25300; three digits before 2019."""
    found = canadian_tax(2025, [gain("2025-03-01", 10_000)], losses_brought_forward=D(4_000))
    assert {(line.form, line.number): line.amount for line in found.lines if line.number} == {
        ("Schedule 3", "19900"): 5_000,
        ("T1", "12700"): 5_000,
        ("T1", "25300"): -2_000,
    }
    lost = canadian_tax(2018, [gain("2018-03-01", -2_000)])
    assert [(line.number, line.amount) for line in lost.lines if line.number] == [("199", -1_000), ("127", 0), ("253", 0)]


def test_australia_tells_losses_of_the_year_from_those_of_earlier_years():
    """14,000 of gains take the 3,000 of the year first, then 2,000 of the earlier 2,000."""
    gains = [gain("2025-08-01", 10_000, held=True), gain("2025-09-01", 4_000), gain("2025-10-01", -3_000)]
    found = {line.what: line.amount for line in australian_tax(2025, gains, losses_brought_forward=D(2_000)).lines}
    assert found["capital losses of the year, set off"] == -3_000
    assert found["net capital losses of earlier years, set off"] == -2_000
    # Gains of 1,000 are too little for the 3,000 of the year: nothing of the earlier ones is used.
    less = australian_tax(2025, [gain("2025-09-01", 1_000), gain("2025-10-01", -3_000)], losses_brought_forward=D(2_000))
    assert [line.amount for line in less.lines if line.what.endswith("set off")] == [-1_000, 0]
    assert less.losses_forward == 4_000


class TestCarryBack:
    """What is open for a loss of earlier years; the year itself stays as it is."""

    def shown(self, compute, year, loss, earlier, rates=MappingProxyType({})):
        """The lines added, and the Problems, for a loss and the net gains of earlier years."""
        result = compute(year, [gain(f"{year}-05-01", -loss)])

        def before(back, more):
            if back not in earlier:
                return None
            return compute(back, [gain(f"{back}-05-01", earlier[back])], losses_brought_forward=more, personal_rate=rates.get(back))

        found, told = with_carry_back(result, year, before, load())
        assert (found.taxable, found.losses_forward) == (0, loss)
        added = found.lines[len(result.lines) :]
        return [(line.what, line.amount) for line in added], told

    def test_canada_three_years_back(self):
        # 2021 is the fourth year before 2025 and out of reach; a year with a net loss has no gains to offer.
        lines, told = self.shown(canadian_tax, 2025, 9_000, {2021: 7_000, 2022: 2_500, 2023: -400, 2024: 6_000})
        assert lines == [
            ("loss of 2025 that may be carried back 3 years: not applied", 9_000),
            ("gains of 2024 that it could be set against", 6_000),
            ("gains of 2023 that it could be set against", 0),
            ("gains of 2022 that it could be set against", 2_500),
        ]
        assert [one.code for one in told] == ["TAX_INCOMPLETE"]

    @pytest.mark.parametrize("year", [2021, 2022, 2025])
    def test_germany_one_year_back_also_from_2022_on(self, year):
        """EStG 23(3) sentence 8 names the year directly before; 10d(1) sentence 2 has a second year for other income only."""
        lines, told = self.shown(german_tax, year, 700, {year - 2: 5_000, year - 1: 1_500})
        assert lines == [
            (f"loss of {year} that may be carried back 1 year: not applied", 700),
            (f"gains of {year - 1} that it could be set against", 1_500),
        ]
        assert "to the year before" in told[0].hint
        assert "waive" in told[0].hint

    def test_germany_nothing_to_gains_that_are_free(self):
        # 999 is below the limit of 1,000 of 2024: free, so it takes up no loss.
        lines, _ = self.shown(german_tax, 2025, 700, {2024: 999})
        assert [amount for _, amount in lines[1:]] == [0]

    def test_the_tax_that_it_could_save_where_the_rate_is_known(self):
        # 2024: 700 of the 1,500 at 42 %. Canada: 2,500 of 2022 at most, a half of them at 40 %; no rate of 2024.
        lines, told = self.shown(german_tax, 2025, 700, {2024: 1_500}, {2024: D("0.42")})
        assert lines[2] == ("tax of 2024 that it could save at most", 294)
        assert "tax of 2024 that it could save at most 294.00" in told[0].message
        lines, _ = self.shown(canadian_tax, 2025, 9_000, {2022: 2_500, 2024: 6_000}, {2022: D("0.4")})
        assert lines[1:] == [
            ("gains of 2024 that it could be set against", 6_000),
            ("gains of 2022 that it could be set against", 2_500),
            ("tax of 2022 that it could save at most", 500),
        ]

    def test_gains_are_those_left_after_losses_brought_in(self):
        # 5,000 - 3,800 = 1,200 of 2024 are left, before the inclusion of a half.
        assert canadian_tax(2024, [gain("2024-02-01", 5_000)], losses_brought_forward=D(3_800)).gains == 1_200
        assert german_tax(2024, [gain("2024-02-01", 5_000)], losses_brought_forward=D(3_800)).gains == 1_200

    def test_years_that_are_not_known_are_named(self):
        lines, told = self.shown(canadian_tax, 2025, 100, {2024: 40})
        assert [amount for _, amount in lines] == [100, 40]
        assert "no disposal in the exports, or not computed: 2023, 2022" in told[0].message

    def test_no_carry_back_without_a_loss_or_where_the_law_knows_none(self):
        for result in (canadian_tax(2025, [gain("2025-05-01", 5)]), australian_tax(2025, [gain("2025-08-01", -5)])):
            assert with_carry_back(result, 2025, lambda *_: None, load()) == (result, [])
