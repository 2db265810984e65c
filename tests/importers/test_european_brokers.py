"""Brokers of Europe and Canada: the goldens of the samples."""

import pytest
from broker_samples import compare

SAMPLES = {
    "avanza": "avanza/transaktioner.csv",
    "bux": "bux/transactions.csv",
    "degiro_account_nl": "degiro/Account.csv",
    "degiro_transactions_en": "degiro/Transactions.csv",
    "disnat": "disnat/transactions.csv",
    "etoro_activity": "etoro/account-activity.csv",
    "investengine": "investengine/trading-statement.csv",
    "rbc_direct": "rbc_direct/activity-export.csv",
    "saxo": "saxo/transactions.csv",
    "swissquote": "swissquote/transactions.csv",
    "trade_republic": "trade_republic/transaction-export.csv",
    "trade_republic_pytr_nl": "trade_republic/account_transactions.csv",
    "vanguard_uk": "vanguard_uk/client-transactions.csv",
    "xtb": "xtb/cash-operations.csv",
    "xtb_newer": "xtb/EUR_5012345_2026-01-01_2026-03-31.csv",
}


@pytest.mark.parametrize("name", list(SAMPLES))
def test_the_sample_gives_its_golden_ledger(name: str) -> None:
    compare(name, SAMPLES[name])
