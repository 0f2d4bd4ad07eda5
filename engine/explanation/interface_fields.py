"""The national interface's settlement fields: English names, and what each means to a patient.

The interface's own names are the standard of the field; nothing here says how an amount comes about.
"""

from __future__ import annotations

from typing import Final

import attrs

from policy.diagnostics import Text


@attrs.frozen
class FieldWords:
    """A field's name, and its meaning in kind words."""

    name: Text
    plain: Text


def _field(zh: str, en: str, plain_zh: str = "", plain_en: str = "") -> FieldWords:
    return FieldWords(Text(zh, en), Text(plain_zh, plain_en))


TOTAL: Final = "medfee_sumamt"
OWN_EXPENSE: Final = "fulamt_ownpay_amt"
OVER_LIMIT: Final = "overlmt_selfpay"
SELF_PAY_FIRST: Final = "preselfpay_amt"
IN_SCOPE: Final = "inscp_scp_amt"
DEDUCTIBLE_PAID: Final = "act_pay_dedc"
BASIC_FUND: Final = "hifp_pay"
OTHER_FUNDS: Final = "oth_pay"
FUND_TOTAL: Final = "fund_pay_sumamt"
PERSONAL: Final = "psn_part_amt"
ACCOUNT: Final = "acct_pay"
CASH: Final = "psn_cash_pay"

FIELDS: Final[dict[str, FieldWords]] = {
    TOTAL: _field("医疗费总额", "total medical cost", "这次看病的全部费用", "everything this visit cost"),
    OWN_EXPENSE: _field("全自费金额", "own expense", "医保目录以外，医保不付", "outside the catalogue; not insured"),
    OVER_LIMIT: _field("超限价自费金额", "above the price limit", "超过限价的部分", "the part above a price limit"),
    SELF_PAY_FIRST: _field(
        "先行自付金额", "self-pay first", "先由您付一部分，其余再算报销", "your part before reimbursement is worked out"
    ),
    IN_SCOPE: _field(
        "符合政策范围金额", "amount in scope", "可以参加报销计算的部分", "what reimbursement is worked out on"
    ),
    "dedc_std": _field("起付标准", "deductible standard"),
    "crt_dedc": _field("本次起付线", "deductible due this time"),
    DEDUCTIBLE_PAID: _field(
        "实际支付起付线", "deductible paid", "起付线以内由个人付", "the first part, which is always yours"
    ),
    "pool_prop_selfpay": _field("统筹基金支付比例", "share paid by the pooled fund"),
    BASIC_FUND: _field(
        "统筹基金支出", "paid by the pooled fund", "医保统筹基金为您付的", "what the pooled fund pays for you"
    ),
    "cvlserv_pay": _field("公务员医疗补助支出", "paid by the civil servants' subsidy"),
    "hifes_pay": _field("企业补充医疗保险支出", "paid by the employer's supplementary fund"),
    "hifmi_pay": _field("居民大病保险支出", "paid by the residents' critical illness fund"),
    "hifob_pay": _field("职工大额医疗补助支出", "paid by the employees' large-cost fund"),
    "hifdm_pay": _field("伤残人员医疗保障支出", "paid by the disabled persons' fund"),
    "maf_pay": _field("医疗救助支出", "paid by medical assistance"),
    "hosp_part_amt": _field("医院负担金额", "borne by the hospital"),
    OTHER_FUNDS: _field("其他支出", "paid by other funds", "其他基金为您付的", "what other funds pay for you"),
    FUND_TOTAL: _field("基金支付总额", "paid by all funds", "各项基金一共付的", "what all funds pay together"),
    PERSONAL: _field("个人负担总金额", "your share", "要由您负担的，账户和现金合计", "yours, from account and cash"),
    ACCOUNT: _field("个人账户支出", "from your personal account", "用医保个人账户里的钱付", "paid with account money"),
    CASH: _field("个人现金支出", "cash to pay", "最后要付的现金", "what you pay in the end"),
    "balc": _field("余额", "account balance"),
    "acct_mulaid_pay": _field("个人账户共济支付金额", "from a relative's account"),
    "chrgitm_lv": _field("收费项目等级", "item class"),
    "selfpay_prop": _field("自付比例", "self-pay ratio"),
}
"""Field of the national interface → its names, in the standard's order."""
