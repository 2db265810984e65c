"""taxlots.toml: every key is checked, and what is wrong is named with its line."""

from decimal import Decimal
from pathlib import Path

import pytest
from taxlots.problems import TaxlotsError
from taxlots.settings import Settings, parse_settings, zone_named

from support import folder, run, tx, universal

EXPORT = universal(tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH"))
WRONG = {
    "a cost of everything that is traded": ("[rebalance]\ntrading_cost_bps = 10000\n", "at most 9999", 2),
    "later tax above the gain": ("[rebalance]\nfuture_rate = 15\n", "future_rate = 15 must be at most 1", 2),
    "unknown section": ("[profil]\n", "profil", 1),
    "unknown key": ('[profile]\ntimezone = "UTC"\nfilling_status = "single"\n', "filling_status", 3),
    "unknown year key": ("[profile.2026]\nwages = 1\nsalary = 5\n", "salary", 3),
    "unknown rebalance key": ("[rebalance]\ncash_ = 1\n", "cash_", 2),
    "wrong type": ('[rebalance]\ncash = "much"\n', "cash", 2),
    "list for a number": ("[rebalance]\ncash = [1]\n", "cash", 2),
    "section that is a number": ("profile = 5\n", "profile", 1),
    "bad status": ('[profile]\nfiling_status = "alone"\n', "filing_status", 2),
    "bad zone": ('[profile]\ntimezone = "Mars/Olympus"\n', "Mars/Olympus", 2),
    "zone that is a path": ('[profile]\ntimezone = "../../etc/passwd"\n', "passwd", 2),
    "bad zone of a layout": ('[times.river]\ntimezone = "Mars/Olympus"\n', "Mars/Olympus", 2),
    "bad order of day and month": ('[times.river]\norder = "year-first"\n', "order", 2),
    "bad jurisdiction": ('[profile]\njurisdiction = "mars"\n', "mars", 2),
    "bad method": ('[methods]\ndefault = "random"\n', "random", 2),
    "bad account method": ('[methods.accounts]\nkraken = "random"\n', "random", 2),
    "bad asset method": ('[targets]\nBTC = 0.4\n[methods.assets]\nbtc = "random"\n', "random", 4),
    "bad method of an asset in an account": ('[methods.accounts]\n"kraken:btc" = "random"\n', "random", 2),
    "bad method of a year": ('[methods]\ndefault = "fifo"\n[methods.years.2024]\ndefault = "random"\n', "random", 4),
    "bad asset method of a year": ('[methods.assets]\nBTC = "lifo"\n[methods.years.2024.assets]\nBTC = "no"\n', "'no'", 4),
    "a year that is none": ('[methods.years.next]\ndefault = "fifo"\n', "next", 1),
    "unknown key of a year": ('[methods.years.2024]\npool = "account"\n', "pool", 2),
    "section 104 in an account": ('[methods.accounts]\nkraken = "section-104"\n', "over all accounts", 2),
    "section 104 for a year": ('[methods.years.2024]\ndefault = "section-104"\n', "over all accounts", 2),
    "bad pool until 2024": ('[methods]\npool_until_2024 = "world"\n', "world", 2),
    "bad pool": ('[methods]\npool = "world"\n', "pool", 2),
    "negative cost": ("[rebalance]\ntrading_cost_bps = -1\n", "trading_cost_bps", 2),
    "no number": ("[rebalance]\ncash = nan\n", "cash", 2),
    "infinite wages": ("[profile.2026]\nwages = inf\n", "wages", 2),
    "wages that are no number": ("[profile.2026]\nwages = nan\n", "wages", 2),
    "state rate of a percent sign": ("[profile]\nstate_rate = 5\n", "state_rate", 2),
    "state rate that is no number": ("[profile]\nstate_rate = nan\n", "state_rate", 2),
    "negative weight": ("[targets]\nBTC = -0.1\n", "BTC", 2),
    "weight above 1": ("[targets]\nBTC = 1.5\n", "BTC", 2),
    "weight that is no number": ("[targets]\nBTC = nan\n", "BTC", 2),
    "band that is no number": ("[targets]\nBTC = { weight = 0.1, band = nan }\n", "BTC", 2),
    "weight that is text": ('[targets]\nBTC = "much"\n', "weight", None),
    "unknown key of an asset": ("[assets]\nBTC = { colour = 1 }\n", "colour", None),
    "unknown class": ('[assets]\nBTC = { class = "fiat" }\n', "class", None),
    "empty rename": ('[assets]\nBTC = { rename = "" }\n', "rename", 2),
    "same as, in one account": ('[assets]\n"kraken:WETH" = { same_as = "ETH" }\n', "same_as", None),
    "no limit": ("[prices]\nlimit_days = 0\n", "limit_days", 2),
    "a limit beyond a year": ("[prices]\nlimit_days = 400\n", "limit_days", 2),
    "a difference of nothing": ("[prices]\ndifference = 0\n", "difference", 2),
    "stablecoins at will": ('[prices]\nstablecoins = "one"\n', "stablecoins", None),
    "targets above 1": ("[targets]\nBTC = 0.7\nETH = 0.4\n", "1.1", None),
    "not TOML": ("[profile\n", "TOML", 1),
    "one key twice": ("[profile]\nstate = 'CA'\nstate = 'NY'\n", "TOML", 3),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_one_error_with_its_place(case):
    """The exception names the key or value, the file and, where it can be told, the line."""
    text, named, line = WRONG[case]
    with pytest.raises(TaxlotsError, match=named) as caught:
        parse_settings(text, Path("taxlots.toml"))
    assert caught.value.problem.file == "taxlots.toml"
    assert line in {None, caught.value.problem.row}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_ends_the_command_with_2(tmp_path, case):
    """One message with a next step on stderr, nothing on stdout, no traceback."""
    folder(tmp_path, {"taxlots.toml": WRONG[case][0], "a.csv": EXPORT})
    ran = run(tmp_path, "check", "a.csv")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n  -> ") == 1
    assert "Traceback" not in ran.err
    assert "error INTERNAL_FAULT" not in ran.err


def test_nothing_set_is_the_default():
    """An empty file means the same as no file."""
    assert parse_settings("", Path("taxlots.toml")) == Settings()


def test_numbers_are_exact():
    """0.1 in the file is one tenth, not the nearest binary fraction; whole numbers are decimals too."""
    settings = parse_settings("[rebalance]\ncash = 1000\nfuture_rate = 0.1\n[targets]\nbtc = 0.4\n", Path("t.toml"))
    assert (settings.rebalance.cash, settings.rebalance.future_rate) == (Decimal(1000), Decimal("0.1"))
    assert settings.targets["BTC"].weight == Decimal("0.4")


def test_what_is_said_of_assets():
    """Names are in capitals, accounts as they are written."""
    text = '[assets]\nxbt = { rename = "BTC" }\n"My-Wallet:bcc" = { class = "digital", spam = false }\n[prices]\nlimit_days = 3\n'
    settings = parse_settings(text, Path("t.toml"))
    assert set(settings.assets) == {"XBT", "My-Wallet:BCC"}
    assert (settings.assets["XBT"].rename, settings.assets["My-Wallet:BCC"].asset_class) == ("BTC", "digital")
    assert settings.prices.limit_days == 3


def test_a_year_of_the_profile():
    """[profile.2026] holds that year's other income."""
    settings = parse_settings('[profile]\nfiling_status = "single"\n[profile.2026]\nwages = 90000\n', Path("t.toml"))
    assert settings.profile.years[2026].wages == Decimal(90000)


def test_targets_may_leave_cash():
    """Weights that sum to exactly 1 or to less are fine."""
    for weights in ("BTC = 0.6\nETH = 0.4", "BTC = 0.3\nETH = { weight = 0.25, band = 0.05 }"):
        assert len(parse_settings(f"[targets]\n{weights}\n", Path("t.toml")).targets) == 2


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "", "America", "a\0b"])
def test_no_time_zone(name):
    """A name that is no zone is wrong usage, whatever it would mean as a path."""
    with pytest.raises(TaxlotsError):
        zone_named(name)


def test_a_missing_settings_file_is_wrong_usage(tmp_path):
    """--config with a file that is not there ends with 2."""
    folder(tmp_path, {"a.csv": EXPORT})
    ran = run(tmp_path, "check", "a.csv", "--config", "nowhere.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere.toml" in ran.err


def test_settings_that_are_no_text(tmp_path):
    """A binary taxlots.toml ends with 2, not with a traceback."""
    folder(tmp_path, {"a.csv": EXPORT, "taxlots.toml": b"\xff\xfe\x00\x80"})
    assert run(tmp_path, "check", "a.csv").code == 2


def test_an_option_wins_over_the_settings(tmp_path):
    """--timezone replaces the settings' zone: 2024-01-05T12:00Z is 07:00 in New York and 21:00 in Tokyo."""
    folder(tmp_path, {"a.csv": EXPORT, "taxlots.toml": '[profile]\ntimezone = "America/New_York"\n'})
    by_settings = run(tmp_path, "lots", "a.csv", "--format", "json").json
    by_option = run(tmp_path, "lots", "a.csv", "--format", "json", "--timezone", "Asia/Tokyo").json
    assert by_settings["lots"][0]["acquired"] == "2024-01-05T07:00:00-05:00"
    assert by_option["lots"][0]["acquired"] == "2024-01-05T21:00:00+09:00"


def test_files_are_relative_to_the_settings(tmp_path):
    """[files] names are looked up beside taxlots.toml, wherever the command is run."""
    row = tx("2024-01-05T12:00:00Z", "income:staking", received="1 ETH")
    home = folder(tmp_path / "home", {"taxlots.toml": '[files]\nprices = "p/mine.csv"\n', "a.csv": universal(row)})
    folder(home / "p", {"mine.csv": "time,asset,price,currency,source\n2024-01-05T12:00:00Z,ETH,2500,USD,me\n"})
    ran = run(tmp_path, "income", "home/a.csv", "--config", "home/taxlots.toml", "--format", "json")
    assert ran.json["income"][0]["value"] == "2500"


def test_types_of_accounts():
    """A deferred account with its cash, and a spouse's, whatever the return."""
    joint = '[profile]\nfiling_status = "married_joint"\n[accounts.hers]\ntype = "spouse"\n[accounts.ira]\ntype = "deferred"\ncash = 5\n'
    accounts = parse_settings(joint, Path("taxlots.toml")).accounts
    assert (accounts["hers"].type, accounts["ira"].type, accounts["ira"].cash) == ("spouse", "deferred", 5)


def test_times_of_a_layout_that_there_is_not(tmp_path):
    """An id under [times] that no layout has is named, also that nothing was read."""
    folder(tmp_path, {"taxlots.toml": '[times.rivver]\ntimezone = "UTC"\n', "a.csv": EXPORT})
    ran = run(tmp_path, "check", "a.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "[times] 'rivver' is no layout" in ran.err
    assert "taxlots formats" in ran.err


def test_replacements_and_interest():
    """Assets in capitals, one name or several; interest as an exact number."""
    text = '[harvest.replacements]\nvti = "SCHB"\nVXUS = ["IXUS", "VEU"]\n[rebalance]\ninterest = 0.04\n'
    settings = parse_settings(text, Path("taxlots.toml"))
    assert settings.harvest.replacements == {"VTI": ("SCHB",), "VXUS": ("IXUS", "VEU")}
    assert settings.rebalance.interest == Decimal("0.04")


def test_an_unknown_key_is_named_at_its_own_line(tmp_path):
    """`timezone` is right under [profile] and wrong under a year: the second is named, in the user's own words for its table."""
    text = '[profile]\ntimezone = "UTC"\n[profile.2026]\nwages = 1\ntimezone = "UTC"\n'
    with pytest.raises(TaxlotsError) as caught:
        parse_settings(text, tmp_path / "taxlots.toml")
    assert (caught.value.problem.row, caught.value.problem.message.partition("]")[0]) == (5, "[profile.YEAR")
