"""What the transaction kinds of the Crypto.com App do."""

import re

PURCHASES = frozenset(
    (
        "viban_purchase",
        "van_purchase",
        "recurring_buy_order",
        "trading.limit_order.cash_account.purchase_commit",
        "trading.limit_order.fiat_wallet.purchase_commit",
    )
)
SALES = frozenset(
    (
        "crypto_viban_exchange",
        "crypto_to_van_sell_order",
        "trading.limit_order.fiat_wallet.sell_commit",
        "trading.limit_order.cash_account.sell_commit",
    )
)
EXCHANGES = PURCHASES | SALES | {"crypto_exchange", "trading.limit_order.crypto_wallet.exchange"}
REFUND = "crypto_payment_refund"
BOUGHT_BY_CARD = frozenset(("crypto_purchase", "trading.crypto_purchase.google_pay", "trading.crypto_purchase.apple_pay"))
# Rows that belong together by their time.
FAMILIES = {
    "dust_conversion_debited": "dust",
    "dust_conversion_credited": "dust",
    **{
        f"{name}_{side}": name
        for name in ("crypto_wallet_swap", "lockup_swap", "dynamic_coin_swap", "interest_swap")
        for side in ("debited", "credited")
    },
}
WITH_EXCHANGE = frozenset(("exchange_to_crypto_transfer", "crypto_to_exchange_transfer"))
_LISTS = {
    "deposit": ("crypto_deposit", "exchange_to_crypto_transfer", "fiat deposit", "viban_deposit", "van_deposit"),
    "withdrawal": ("crypto_withdrawal", "crypto_to_exchange_transfer", "fiat withdrawal", "viban_withdrawal", "van_withdrawal"),
    "income:interest": (
        "crypto_earn_interest_paid",
        "crypto_earn_extra_interest_paid",
    ),
    "income:staking": (
        "mco_stake_reward",
        "supercharger_reward_to_app_credited",
        "finance.lockup.dpos_compound_interest.crypto_wallet",
    ),
    "income:reward": (
        "referral_card_cashback",
        "transfer_cashback",
        "pay_checkout_reward",
        "rewards_platform_deposit_credited",
        "reimbursement",
        "gift_card_reward",
        "admin_wallet_credited",
        "campaign_reward",
        "lockup_swap_rebate",
    ),
    "income:referral": ("referral_bonus", "referral_gift"),
    "spend": ("crypto_payment", "card_top_up", "card_cashback_reverted", "reimbursement_reverted"),
}
ONE_SIDED = {name: kind for kind, names in _LISTS.items() for name in names}
_STAKING = re.compile(r"finance\.dpos\..*interest.*")
_EARNED = re.compile(r"finance\.crypto_earn\..*interest.*")
_INTERNAL = re.compile(
    r".*(?:_lock|_unlock|_lock\.crypto_wallet|_unlock\.crypto_wallet|program_created|program_withdrawn)|"
    r"supercharger_(?:deposit|withdrawal)|council_node_deposit_(?:created|withdrawn)|lockup_upgrade|"
    r"finance\.(?:dpos\.)?(?:staking|unstaking)\.crypto_wallet|finance\.dpos\.(?:staking|unstaking)\.crypto_wallet|"
    r"viban_deposit_precredit.*"
)


def one_sided(kind: str) -> str | None:
    """The kind of the universal ledger of a row with one asset; None for a kind that is not known."""
    if _EARNED.fullmatch(kind):
        return "income:interest"
    return "income:staking" if _STAKING.fullmatch(kind) else ONE_SIDED.get(kind)


def is_internal(kind: str) -> bool:
    """Moves into and out of stakes and earn programs, and locks of limit orders."""
    return bool(_INTERNAL.fullmatch(kind))
