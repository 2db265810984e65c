"""Venmo statement: money that touched the balance, and what did not."""

from zoneinfo import ZoneInfo

from layout_samples import codes, compare, legs, read

HEADER_2018 = " ID,Datetime,Type,Status,Note,From,To,Amount (total),Amount (fee),Funding Source,Destination".strip()


def test_sample_gives_its_golden_ledger() -> None:
    compare("venmo_statement", "venmo/VenmoStatement_June_2026.csv", ZoneInfo("America/New_York"))
    compare("venmo_balances", "venmo/balances.csv")


def test_total_contains_the_fee() -> None:
    # the balance falls by 40.25: 40 went to the bank, 0.25 to Venmo
    intake = read("venmo_statement", HEADER_2018, "1,2018-03-05T12:00:00,Instant Transfer,Complete,,,,- $40.25,$0.25,,Bank *0000")
    assert [legs(one) for one in intake.transactions] == ["withdrawal -40 USD fee 0.25 USD"]


def test_what_another_source_paid_is_set_aside() -> None:
    intake = read("venmo_statement", HEADER_2018, '1,2018-03-05T12:00:00,Payment,Complete,rent,A,B,"- $1,900.00",,Bank *0000,')
    assert list(intake.set_aside.values()) == ["paid from Bank *0000, not from the Venmo balance"]


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "venmo_statement",
        HEADER_2018,
        "1,2018-03-05T12:00:00,Raffle,Complete,,A,B,+ $1,,,",
        "2,2018-03-05T12:00:00,Payment,Odd,,A,B,+ $1,,,",
        "3,2018-03-05T12:00:00,Payment,Complete,,A,B,much,,,",
        "4,noon,Payment,Complete,,A,B,+ $1,,,",
        "5,2018-03-05T12:00:00,Payment,Complete,,A,B,$0.00,,,",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_UNKNOWN_KIND", "ROW_INVALID", "TIME_INVALID"]
    assert len(intake.set_aside) == 1
