-- The truth: labels of these kinds that the model misses, and rows of the model that carry no label.
with labels as (
    select entity_id, cast(type as varchar) as type
    from {{ source('order_to_cash', 'anomaly_manifest') }}
    where type in ('missing_invoice', 'pricing_drift', 'duplicate_invoice', 'payment_mismatch')
)

select * from labels anti join {{ ref('revenue_leakage') }} using (entity_id, type)
union all
select entity_id, type from {{ ref('revenue_leakage') }} anti join labels using (entity_id, type)
