-- What must hold of the lists in which the ERP looks things up: whatever is named elsewhere is on its list.

-- name: grades_are_listed — The grade of a batch is one of the grades.
SELECT batch_id, grade FROM batches ANTI JOIN grades ON grades.name = batches.grade;

-- name: products_are_in_a_subcategory — The subcategory of a product is one of its category's.
SELECT product_id, category, subcategory FROM products
ANTI JOIN (
    SELECT categories.name AS category, subcategories.name AS subcategory FROM subcategories JOIN categories USING (category_id)
) USING (category, subcategory);

-- name: kinds_of_strain_are_tags — What kind a strain is, a tag says.
SELECT strain_id, category FROM strains ANTI JOIN tags ON tags.name = strains.category;

-- name: prices_are_ruled_by_category — The category of a pricing rule is one of the categories.
SELECT pricing_rule_id, conditions FROM pricing_rules
ANTI JOIN categories ON categories.name = CAST(conditions AS JSON) ->> 'category'
WHERE CAST(conditions AS JSON) ->> 'category' IS NOT NULL;

-- name: batches_lie_in_bins — The place where a batch lies is a bin of the warehouse.
SELECT batch_id, site, zone, rack, shelf, bin FROM batch_locations
ANTI JOIN locations USING (site, zone, rack, shelf, bin);

-- name: delivered_products_are_described — A product of which a batch came has a picture, a tag and a name that people use.
SELECT batch_id, product_id FROM batches
WHERE product_id NOT IN (SELECT product_id FROM product_media WHERE type = 'image')
    OR product_id NOT IN (SELECT product_id FROM product_tags)
    OR product_id NOT IN (SELECT product_id FROM product_synonyms);

-- name: no_rule_for_a_range_of_costs_applies — Rules for costs that are a range find no batch: every cost is fixed.
SELECT batch_id, cogs_rule_id FROM batches CROSS JOIN cogs_rules WHERE cogs_mode = 'RANGE';

-- name: rules_agree_on_pounds — Pounds at which a rule for costs begins are those at which one for prices does.
SELECT cogs_rule_id, condition_value FROM cogs_rules
ANTI JOIN pricing_rules ON CAST(CAST(conditions AS JSON) ->> 'orderPoundsMin' AS DOUBLE) = condition_value
WHERE condition_field = 'QUANTITY';

-- name: money_moves_in_a_listed_way — The way in which a payment was made is on the list and active.
SELECT payment_id, payment_method FROM payments
ANTI JOIN (FROM payment_methods WHERE is_active) ON code = CAST(payment_method AS VARCHAR);

-- name: grow_tags_are_subcategories — A product's tag of the group Grow type is its subcategory, and no wider word.
SELECT product_id, tags.name, subcategory
FROM product_tags
JOIN products USING (product_id)
JOIN tags USING (tag_id)
JOIN tag_group_members USING (tag_id)
JOIN tag_groups ON tag_group_id = group_id
WHERE tag_groups.name = 'Grow type'
    AND (tags.name <> subcategory OR tag_id IN (SELECT parent_tag_id FROM tag_hierarchy));

-- name: figures_are_for_users — A role that sees figures has a user.
SELECT dashboard_kpi_config_id, role FROM dashboard_kpi_configs ANTI JOIN users USING (role);

-- name: dashboards_have_figures — Where a role has a dashboard, figures stand on top of it.
SELECT dashboard_widget_layout_id, role FROM dashboard_widget_layouts
ANTI JOIN (FROM dashboard_kpi_configs WHERE is_visible) USING (role)
WHERE role IS NOT NULL;

-- name: preferences_are_of_shown_widgets — What a user prefers of a widget, its role's dashboard or its own shows.
SELECT user_dashboard_preference_id, widget_id
FROM user_dashboard_preferences JOIN users USING (user_id)
WHERE NOT EXISTS (
    FROM dashboard_widget_layouts AS shown
    WHERE widget_type = widget_id AND (shown.role = users.role OR shown.user_id = users.user_id)
);

-- name: alerts_reach_who_asked — Who saw that stock is low had asked for such alerts.
SELECT inventory_alert_id, acknowledged_by_id FROM inventory_alerts
ANTI JOIN (FROM alert_configurations WHERE alert_type = 'LOW_STOCK') AS asked ON asked.user_id = acknowledged_by_id
WHERE inventory_alert_type = 'LOW_STOCK' AND acknowledged_by_id IS NOT NULL;
