"""Every phrase of an explanation, Chinese and English side by side. `{…}` are slots."""

from __future__ import annotations

from typing import Final

from policy.diagnostics import Text

_VALUES: Final[dict[str, tuple[str, str]]] = {
    "comma": ("、", ", "),
    "clause": ("，", ", "),
    "semicolon": ("；", "; "),
    "none": ("无", "none"),
    "not_given": ("未给出", "not given"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "undecided": ("待定", "not yet decided"),
    "one_row": ("{count} 行", "{count} row"),
    "rows": ("{count} 行", "{count} rows"),
    "one_point": ("{count}个百分点", "{count} point"),
    "points": ("{count}个百分点", "{count} points"),
    "duration_days": ("{count}天", "{count} days"),
    "duration_working_days": ("{count}个工作日", "{count} working days"),
    "duration_months": ("{count}个月", "{count} months"),
    "duration_years": ("{count}年", "{count} years"),
    "bracketed": ("（{text}）", "({text})"),
    "and_more": ("{shown} + …，共 {count} 行", "{shown} + …, {count} rows"),
    "more_rows": ("等 {count} 行，余下从略。", "{count} rows in all; the rest is left out."),
    "row_range": ("{first} 等 {count} 行", "{first} and others, {count} rows"),
}

_HEADINGS: Final[dict[str, tuple[str, str]]] = {
    "status_determined": ("已有结果", "decided"),
    "status_undetermined": ("还缺事实", "facts needed"),
    "status_needs_human": ("待人工认定", "for a person to decide"),
    "status_error": ("无法决定", "cannot be decided"),
    "sheet": ("结算单", "Settlement sheet"),
    "answers": ("答复", "Answer"),
    "reasons": ("理由", "Reasons"),
    "reasons_complete": ("理由（全部）", "Reasons (complete)"),
    "lost": ("未适用的条款及原因", "Clauses that do not apply, and why"),
    "parameters": ("所用参数", "Local figures used"),
    "facts": ("据以决定的事实", "Facts of the case"),
    "needs": ("还需要的事实", "Facts still needed"),
    "human": ("须由人认定", "For a person to decide"),
    "problems": ("为什么不能决定", "Why it cannot be decided"),
    "what_if": ("改变什么，结果会不同", "What would change the result"),
    "notices": ("提示", "Notices"),
    "provisions": ("引用的条款", "Provisions cited"),
    "laws": ("适用哪里的规定", "Whose rules apply"),
    "receipt": ("核对信息", "Receipt"),
    "waterfall": ("钱是怎么算的", "How the amount comes about"),
    "why": ("为什么是这个结果", "Why"),
    "different": ("怎样会不一样", "What would have made a difference"),
    "next": ("接下来", "What to do next"),
    "items": ("明细", "Details"),
}

_COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "column_item": ("项目", "Item"),
    "column_field": ("接口字段", "Field"),
    "column_value": ("结果", "Value"),
    "column_since": ("起", "From"),
    "column_source": ("依据与说明", "Source and remarks"),
    "column_clause": ("条款", "Clause"),
    "column_gist": ("要旨", "Gist"),
}

_HEADER: Final[dict[str, tuple[str, str]]] = {
    "insured_in": ("参保地 {place}", "insured in {place}"),
    "treated_in": ("就医地 {place}", "treated in {place}"),
    "on_day": ("适用日 {day}", "as of {day}"),
    "separator": (" · ", " · "),
    "receipt_question": ("问题", "Question"),
    "receipt_as_of": ("适用日", "As of"),
    "receipt_region": ("参保地", "Insured in"),
    "receipt_treatment": ("就医地", "Treated in"),
    "receipt_revision": ("规则版本", "Rules revision"),
    "receipt_facts": ("事实校验", "Facts hash"),
    "colon": ("：", ": "),
}

_REASONS: Final[dict[str, tuple[str, str]]] = {
    "is_so": ("{name}：{value}", "{name}: {value}"),
    "number": ("[{number}] ", "[{number}] "),
    "see": ("见 [{number}]", "see [{number}]"),
    "cited": ("〔{cites}〕", " [{cites}]"),
    "alias": ("（{name}）", " ({name})"),
    "of_element": ("{name}（“{element}”）", "{name} ({element})"),
    "parameter": ("参数 {name}", "local figure {name}"),
    "law_insured": (
        "按参保地（{place}）规定，依据 {cites}",
        "by the law of the insured place ({place}), under {cites}",
    ),
    "law_treatment": (
        "按就医地（{place}）规定，依据 {cites}",
        "by the law of the place of treatment ({place}), under {cites}",
    ),
    "law_treatment_unnamed": (
        "按就医地规定（未指明就医地，以所给事实为准），依据 {cites}",
        "by the law of the place of treatment (not named: the facts given stand), under {cites}",
    ),
    "clause_case": ("属“{clause}”的情形：{condition}", "the case “{clause}” applies: {condition}"),
    "clause_plain": ("属“{clause}”的情形", "the case “{clause}” applies"),
    "clause_proviso": ("但书“{clause}”适用：{condition}", "the proviso “{clause}” applies: {condition}"),
    "clause_item": ("“{clause}”：{condition}", "“{clause}”: {condition}"),
    "actual": ("（实际为 {value}）", " (it is {value})"),
    "actual_many": ("（{values}）", " ({values})"),
    "actual_pair": ("{name} {value}", "{name}: {value}"),
    "formula": ("= {formula}", "= {formula}"),
    "formula_numbers": ("= {formula}{equals}{value}", "= {formula}{equals}{value}"),
    "formula_to": ("{formula} → {value}", "{formula} → {value}"),
    "from_start": ("自{name}（{value}）起 {length}", "{length} from {name} ({value})"),
    "gist": ("{cite}：{gist}", "{cite}: {gist}"),
    "remark": ("说明：{text}", "remark: {text}"),
    "facts_inline": ("事实：{facts}", "facts: {facts}"),
    "place": ("位置：{place}", "at {place}"),
    "rows_of": ("{name}：逐行计算，共 {count} 行", "{name}: row by row, {count} rows"),
    "rows_seen": ("{name}：逐行计算，共 {count} 行，已见于上", "{name}: row by row, {count} rows, shown above"),
    "alike_rows": ("与“{element}”同理的其余 {count} 行", "the other {count} rows, decided like {element}"),
    "row_plain": ("“{element}”：{value}", "{element}: {value}"),
    "row_worked": ("“{element}”：{formula} = {value}", "{element}: {formula} = {value}"),
    "alike": ("同样的还有 {others}", "likewise {others}"),
    "info_case": ("（{clause}，{cites}）", " ({clause}; {cites})"),
    "info_law": ("按{place}规定（{cites}）", " by the law of {place} ({cites})"),
    "info_origin": ("（{origin}）", " ({origin})"),
    "by_default": ("按一般规定", "the general clause"),
}

_LOST: Final[dict[str, tuple[str, str]]] = {
    "lost_line": ("“{clause}”：{why}", "“{clause}”: {why}"),
    "lost_cited": ("“{clause}”〔{cites}〕：{why}", "“{clause}” [{cites}]: {why}"),
    "lost_condition_false": ("条件不成立：{condition}", "its condition fails: {condition}"),
    "lost_condition": ("条件不成立", "its condition fails"),
    "lost_displaced": ("由“{by}”取代", "displaced by “{by}”"),
    "lost_displaced_plain": ("由更特别的条款取代", "displaced by a more specific clause"),
    "lost_not_yet": ("{day}起才施行", "in force only from {day}"),
    "lost_no_longer": ("{day}起已失效", "no longer in force from {day}"),
    "lost_not_in_force": ("当日不施行", "not in force on the day"),
    "lost_unknown": ("缺少事实，无法判断", "cannot be told: facts are missing"),
    "lost_not_examined": ("未及审查", "not examined"),
    "lost_winner": ("已适用", "applies"),
    "lost_elements": ("（{count} 行）", " ({count} rows)"),
}

_PARAMETERS: Final[dict[str, tuple[str, str]]] = {
    "given": ("随案给出", "given with the case"),
    "overrides": ("取代本地公布值 {value}", "overrides the shipped value {value}"),
    "delegated_default": ("下放时定的缺省值", "the default of the delegation"),
    "in_force": ("{since}起执行", "in force from {since}"),
    "in_force_until": ("{since}至{until}执行", "in force from {since} to {until}"),
    "under": ("依据 {cites}", "under {cites}"),
    "bounded_by": ("受 {cites} 约束", "subject to {cites}"),
    "unverified": (
        "来源未经核实，以主管部门公布为准",
        "the source is unverified; the authority's publication prevails",
    ),
}

_OPEN: Final[dict[str, tuple[str, str]]] = {
    "needs_lead": ("补上下列事实，就能决定：", "With these facts it can be decided:"),
    "need": ("{name}（{path}）", "{name} ({path})"),
    "need_rule": ("“{rule}”要用到", "“{rule}” needs it"),
    "need_under": ("依据 {cites}", "under {cites}"),
    "human_lead": ("以下事项规定留给人来认定，程序不作推测：", "The law leaves this to a person; nothing is guessed:"),
    "human_by": ("{name}：由{actor}认定", "{name}: to be decided by {actor}"),
    "human_by_nobody": ("{name}：由经办机构认定", "{name}: to be decided by the agency in charge"),
    "problems_lead": (
        "按现行规则和所给事实，作不出决定。原因如下，改正后可以重新办理：",
        "With these rules and facts no decision can be made. Here is why; once it is put right, ask again:",
    ),
    "problem_hint": ("建议：{hint}", "What helps: {hint}"),
}

_WHAT_IF: Final[dict[str, tuple[str, str]]] = {
    "changed": ("若“{name}”由 {before} 改为 {after}", "if {name} were {after} instead of {before}"),
    "effect": ("{name}：{before} → {after}", "{name}: {before} → {after}"),
    "effect_less": ("{name}：{before} → {after}（少 {difference}）", "{name}: {before} → {after} ({difference} less)"),
    "effect_more": ("{name}：{before} → {after}（多 {difference}）", "{name}: {before} → {after} ({difference} more)"),
}

_PATIENT: Final[dict[str, tuple[str, str]]] = {
    "you_pay": ("您这次要付的现金", "Cash you pay this time"),
    "your_share": ("您这次要负担的金额", "Your share this time"),
    "fund_line": ("总费用 {total}，各项基金为您支付 {fund}", "The visit cost {total}; the funds pay {fund} for you"),
    "account_line": ("，个人账户支付 {account}", ", your personal account pays {account}"),
    "sentence_end": ("。", "."),
    "share_fund": ("基金支付 {percent}", "funds {percent}"),
    "share_other": ("其他基金 {percent}", "other funds {percent}"),
    "share_account": ("个人账户 {percent}", "your account {percent}"),
    "share_cash": ("现金 {percent}", "cash {percent}"),
    "waterfall_caption": (
        "横条左边是基金付的部分，右边是您付的部分。",
        "In every bar the funds' part is on the left and yours on the right.",
    ),
    "why_law": ("{rules}按{place}的规定算（{cites}）", "{rules} follow the rules of {place} ({cites})"),
    "why_law_insured": ("参保地{place}", "{place}, where you are insured"),
    "why_law_treatment": ("就医地{place}", "{place}, where you were treated"),
    "why_law_treatment_unnamed": ("就医地", "the place where you were treated"),
    "why_excluded": ("{parts}，这些医保不付。", "{parts}; insurance does not pay for these."),
    "why_own_expense": ("{amount} 不在医保目录内", "{amount} is outside the catalogue"),
    "why_over_limit": ("{amount} 超过了医保限价", "{amount} is above a price limit"),
    "why_self_pay_first": (
        "{amount} 要先由您付，其余再算报销{made_of}（{cites}）。",
        "{amount} is yours before reimbursement is worked out{made_of} ({cites}).",
    ),
    "why_made_of": ("，其中{parts}", ": {parts}"),
    "why_part": ("{name} {amount}", "{name} {amount}"),
    "why_points": (
        "“{rule}”是{value}，因为属于“{clause}”的情形（{cites}）。",
        "The {rule} is {value}, because the case is “{clause}” ({cites}).",
    ),
    "why_points_figure": (
        "“{rule}”是{value}，因为属于“{clause}”的情形，要按“{figure}”执行（{cites}）。",
        "The {rule} is {value}, because the case is “{clause}” and the figure “{figure}” applies ({cites}).",
    ),
    "why_deductible": (
        "{amount} 在起付线以内，由您付（{cites}）。",
        "{amount} lies below the deductible and is yours ({cites}).",
    ),
    "why_bands": (
        "起付线以上的部分分段支付：{bands}（{cites}）。",
        "Above the deductible the fund pays by bands: {bands} ({cites}).",
    ),
    "why_band": ("{amount} 按 {ratio} 由基金付 {fund}", "{ratio} of {amount}, which is {fund}"),
    "why_remarked": ("{name} {amount}{remark}。", "{name} {amount}{remark}."),
    "why_rule": ("“{rule}”：{value}", "“{rule}”: {value}"),
    "why_case": ("，因为属“{clause}”的情形", ", because the case is “{clause}”"),
    "why_gist": ("。{gist}（{cite}）", ". {gist} ({cite})"),
    "answers_so_far": ("已经能确定的部分", "What is already certain"),
    "change_value": ("“{name}”是“{after}”而不是“{before}”", "If the {name} had been “{after}” instead of “{before}”"),
    "change_on": ("“{name}”", "With “{name}”"),
    "change_off": ("没有“{name}”", "Without “{name}”"),
    "would_save": (
        "如果{change}，您可少付 {difference}。",
        "{change}, you would pay {difference} less.",
    ),
    "would_cost": (
        "如果{change}，您要多付 {difference}。",
        "{change}, you would pay {difference} more.",
    ),
    "would_save_cash": (
        "如果{change}，现金可少付 {difference}，由您负担的总数不变。",
        "{change}, you would pay {difference} less in cash; your share stays the same.",
    ),
    "would_cost_cash": (
        "如果{change}，现金要多付 {difference}，由您负担的总数不变。",
        "{change}, you would pay {difference} more in cash; your share stays the same.",
    ),
    "would_change": (
        "如果{change}：{effects}。",
        "{change}: {effects}.",
    ),
    "would_effect": ("“{name}”由{before}变为{after}", "{name} would be {after} instead of {before}"),
    "would_under": ("依据 {cites}。", " Under {cites}."),
    "needs_patient": (
        "还差下面这些信息，补齐后就能告诉您结果。请看看手边有没有，或请医院、经办机构帮忙提供：",
        "A few things are still needed before you can be told the result. Look whether you have them, or ask the hospital or the agency:",
    ),
    "human_patient": (
        "这件事要由工作人员认定，程序不替人作主：",
        "A person has to decide this; the program does not decide for them:",
    ),
    "problems_patient": (
        "抱歉，现在还给不出结果。原因是：",
        "We are sorry: there is no result yet. This is why:",
    ),
    "next_question": (
        "对哪一项有疑问，可以凭本单下方的核对信息，请医保经办机构逐项说明。",
        "If anything is unclear, show the receipt below to the insurance agency; they can go through every line with you.",
    ),
    "next_unverified": (
        "“{name}”的数值来源未经核实，以医保部门公布的为准。",
        "The source of “{name}” is unverified; what the authority publishes prevails.",
    ),
    "not_paid_cash": ("这次您不用付现金", "There is nothing for you to pay in cash"),
}

PHRASES: Final[dict[str, Text]] = {
    key: Text(*pair)
    for table in (
        _VALUES,
        _HEADINGS,
        _COLUMNS,
        _HEADER,
        _REASONS,
        _LOST,
        _PARAMETERS,
        _OPEN,
        _WHAT_IF,
        _PATIENT,
    )
    for key, pair in table.items()
}
"""Key → phrase in both languages."""
