-- The reference task as an engineer would write it for DuckDB: same columns, same rules, same winning clauses.
with eligible as (
    select
        *,
        "claim.total" - "claim.own_expense" - "claim.class_b_self_pay"
            - round("claim.granule_amount" * 0.03::decimal(3, 2), 2)::decimal(12, 2) as eligible,
        case
            when "visit.category" = 'referral'
                then case when "visit.is_filed" then 'referral' else 'unfiled' end
                    ::enum ('general', 'referral', 'other', 'long_term', 'unfiled')
            when "visit.category" = 'other' then 'other'::enum ('general', 'referral', 'other', 'long_term', 'unfiled')
            when "visit.category" = 'long_term'
                then case when "visit.is_filed" then 'long_term' else 'unfiled' end
                    ::enum ('general', 'referral', 'other', 'long_term', 'unfiled')
            else 'general'::enum ('general', 'referral', 'other', 'long_term', 'unfiled')
        end as reduction_clause,
        case
            when "institution.level" = 'level_1' then 300::decimal(12, 2)
            when "institution.level" = 'level_2' then 600::decimal(12, 2)
            when "person.insurance" = 'employee' then 800::decimal(12, 2)
            else 1000::decimal(12, 2)
        end as standard,
        case
            when "person.insurance" = 'employee'
                then case "institution.level"
                    when 'level_1' then 0.88::decimal(3, 2)
                    when 'level_2' then 0.84::decimal(3, 2)
                    else 0.82::decimal(3, 2)
                end
            else case "institution.level"
                when 'level_1' then 0.80::decimal(3, 2)
                when 'level_2' then 0.75::decimal(3, 2)
                else 0.70::decimal(3, 2)
            end
        end as ratio_below,
        case
            when "person.insurance" = 'employee'
                then case "institution.level"
                    when 'level_1' then 0.92::decimal(3, 2)
                    when 'level_2' then 0.90::decimal(3, 2)
                    else 0.88::decimal(3, 2)
                end
            else case "institution.level"
                when 'level_1' then 0.85::decimal(3, 2)
                when 'level_2' then 0.80::decimal(3, 2)
                else 0.75::decimal(3, 2)
            end
        end as ratio_above
    from claims
),
deductible as (
    select
        *,
        least(greatest(standard - "accumulator.deductible_paid", 0), eligible) as deductible,
        case reduction_clause
            when 'referral' then 10
            when 'other' then 20
            when 'unfiled' then 20
            else 0
        end::decimal(2, 0) as reduction,
    from eligible
),
banded as (
    select
        *,
        least(eligible - deductible, 40000) as below,
        greatest(eligible - deductible - 40000, 0) as above,
        reduction * 0.01::decimal(3, 2) as points
    from deductible
),
paid as (
    select
        *,
        round(below * (ratio_below - points), 2)::decimal(13, 2) + round(above * (ratio_above - points), 2)::decimal(13, 2) as pay
    from banded
),
capped as (
    select
        *,
        case
            when "accumulator.fund_paid" + pay > 400000 then 'capped'::enum ('general', 'capped')
            else 'general'::enum ('general', 'capped')
        end as fund_clause,
        case
            when "accumulator.fund_paid" + pay > 400000 then greatest(400000 - "accumulator.fund_paid", 0)
            else pay
        end as fund
    from paid
)
select id, eligible, deductible, reduction, fund, "claim.total" - fund as personal, reduction_clause, fund_clause
from capped
