-- What breaks each law of wholesale: one statement a law.

-- name: movements_chain
UPDATE inventory_movements SET quantity_before_e4 = quantity_before_e4 + 1 WHERE
    inventory_movement_id = (SELECT min(inventory_movement_id) FROM inventory_movements WHERE
    inventory_movement_type = 'SALE');

-- name: movements_in_time
UPDATE inventory_movements SET created_at = TIMESTAMP '2023-12-31' WHERE inventory_movement_id =
    (SELECT min(inventory_movement_id) FROM inventory_movements WHERE inventory_movement_type =
    'SALE');

-- name: on_hand_is_the_last_movement
UPDATE batches SET on_hand_qty_e4 = on_hand_qty_e4 + 5 WHERE rowid = 0;

-- name: received_less_sold_is_left
UPDATE intake_session_batches SET received_qty_e4 = received_qty_e4 + 5 WHERE rowid = 0;

-- name: movements_follow_orders
UPDATE invoice_line_items SET quantity_e4 = quantity_e4 + 5 WHERE rowid = 0;

-- name: oldest_batch_first
UPDATE inventory_movements SET batch_id = (SELECT max(b.batch_id) FROM batches AS b JOIN batches AS
    o USING (product_id) WHERE o.batch_id < b.batch_id AND b.created_at < o.updated_at) WHERE
    batch_id < (SELECT max(b.batch_id) FROM batches AS b JOIN batches AS o USING (product_id) WHERE
    o.batch_id < b.batch_id AND b.created_at < o.updated_at) AND inventory_movement_type = 'SALE'
    AND batch_id IN (SELECT batch_id FROM batches WHERE product_id = (SELECT product_id FROM batches
    WHERE batch_id = (SELECT max(b.batch_id) FROM batches AS b JOIN batches AS o USING (product_id)
    WHERE o.batch_id < b.batch_id AND b.created_at < o.updated_at)));

-- name: batches_cost_what_was_agreed
UPDATE batches SET unit_cogs_cents = unit_cogs_cents + 100 WHERE rowid = 0;

-- name: deliveries_add_up
UPDATE intake_sessions SET total_amount_cents = total_amount_cents + 1 WHERE rowid = 0;

-- name: purchased_offers_became_batches
UPDATE vendor_supply SET unit_price_cents = unit_price_cents + 100 WHERE status = 'PURCHASED';

-- name: samples_add_up
DELETE FROM inventory_movements WHERE inventory_movement_type = 'SAMPLE';

-- name: sample_allowances_hold
UPDATE sample_allocations SET used_quantity_e4 = used_quantity_e4 + 1 WHERE rowid = 0;

-- name: low_stock_is_alerted
DELETE FROM inventory_alerts WHERE inventory_alert_type = 'LOW_STOCK';

-- name: items_add_up
UPDATE orders SET subtotal_cents = subtotal_cents + 1 WHERE order_id = (SELECT min(order_id) FROM
    orders WHERE order_type = 'SALE');

-- name: items_are_invoice_lines
UPDATE invoice_line_items SET unit_price_cents = unit_price_cents + 100 WHERE rowid = 0;

-- name: sales_are_invoice_lines
UPDATE sales SET cogs_at_sale_cents = cogs_at_sale_cents + 100 WHERE rowid = 0;

-- name: invoices_bill_their_orders
UPDATE invoices SET total_amount_cents = total_amount_cents + 1 WHERE rowid = 0;

-- name: invoices_are_dated_when_they_are_issued
UPDATE invoices SET invoice_date = invoice_date - 1 WHERE rowid = 0;

-- name: due_dates_follow_terms
UPDATE invoices SET due_date = due_date + 1 WHERE rowid = 0;

-- name: sale_status_is_its_invoices
UPDATE orders SET sale_status = 'OVERDUE' WHERE order_id = (SELECT min(order_id) FROM orders WHERE
    order_type = 'SALE');

-- name: converted_quotes_are_sales
UPDATE orders SET converted_from_order_id = NULL;

-- name: recurring_orders_recur
UPDATE recurring_orders SET start_date = start_date + 1;

-- name: samples_led_to_their_orders
UPDATE orders SET related_sample_request_id = NULL;

-- name: needs_are_met_by_their_orders
UPDATE orders SET client_need_id = NULL;

-- name: matches_were_there
UPDATE match_records SET created_at = TIMESTAMP '2023-12-31';

-- name: invoices_are_paid_by_their_payments
UPDATE payments SET amount_cents = amount_cents + 1 WHERE payment_type = 'RECEIVED';

-- name: payments_are_of_their_client
UPDATE payments SET customer_id = customer_id % 12 + 1 WHERE payment_type = 'RECEIVED';

-- name: payments_move_through_the_bank
UPDATE bank_transactions SET amount_cents = amount_cents + 1 WHERE payment_id IS NOT NULL;

-- name: bank_balances_add_up
UPDATE bank_accounts SET current_balance_cents = current_balance_cents + 1;

-- name: cash_is_never_negative
DELETE FROM bank_transactions WHERE reference_number LIKE 'OPENING-%' OR reference_number LIKE
    'RECEIPT-%';

-- name: bills_add_up
UPDATE bill_line_items SET line_total_cents = line_total_cents + 1 WHERE rowid = 0;

-- name: payments_are_of_their_vendor
UPDATE payments SET vendor_id = vendor_id + 1 WHERE payment_type = 'SENT';

-- name: consignment_bills_follow_sales
UPDATE bills SET total_amount_cents = total_amount_cents + 1 WHERE payment_terms = 'CONSIGNMENT';

-- name: bought_deliveries_are_billed
DELETE FROM bills WHERE reference_type = 'LOT';

-- name: batches_are_paid_by_bills
DELETE FROM payment_history WHERE rowid = 0;

-- name: deliveries_are_paid_by_their_batches
UPDATE intake_sessions SET amount_paid_cents = amount_paid_cents + 1 WHERE rowid = 0;

-- name: credits_are_used_by_applications
DELETE FROM credit_applications WHERE rowid = 0;

-- name: credits_are_applied_to_their_client
UPDATE credits SET client_id = client_id % 12 + 1;

-- name: credits_follow_claims
UPDATE credits SET credit_amount_cents = credit_amount_cents + 1 WHERE rowid = 0;

-- name: postings_balance
UPDATE ledger_entries SET credit_cents = credit_cents + 1 WHERE credit_cents > 0;

-- name: entries_are_in_their_period
UPDATE ledger_entries SET fiscal_period_id = 12 WHERE rowid = 0;

-- name: periods_follow_each_other
UPDATE fiscal_periods SET start_date = start_date + 1 WHERE fiscal_period_id = 3;

-- name: papers_are_posted
DELETE FROM ledger_entries WHERE reference_type = 'EXPENSE';

-- name: subledgers_equal_control_accounts
DELETE FROM ledger_entries WHERE reference_type = 'INVOICE' AND reference_id = 3;

-- name: profit_is_what_papers_say
UPDATE ledger_entries SET credit_cents = credit_cents + 1 WHERE account_id = (SELECT account_id FROM
    accounts WHERE account_number = '4000');

-- name: owners_equity_is_cash_in_and_out
DELETE FROM bank_transactions WHERE reference_number LIKE 'OPENING-%';

-- name: receivables_are_one_figure
UPDATE client_transactions SET payment_status = 'PAID';

-- name: client_ledgers_end_in_receivables
UPDATE orders SET total_cents = total_cents + 1;

-- name: no_vendor_has_a_clients_number
UPDATE vendors SET vendor_id = 1 WHERE rowid = 0;

-- name: client_cards_add_up
UPDATE clients SET total_owed_cents = total_owed_cents + 1 WHERE rowid = 0;

-- name: card_lists_every_invoice_once
UPDATE client_transactions SET transaction_type = 'ORDER', amount_cents = amount_cents + 1 WHERE
    transaction_type = 'INVOICE';

-- name: revenue_and_cost_are_one_figure
UPDATE sales SET sale_price_cents = sale_price_cents + 100 WHERE rowid = 0;

-- name: stock_value_is_one_figure
UPDATE batches SET cogs_mode = 'RANGE' WHERE on_hand_qty_e4 > 0;

-- name: clients_have_no_cost_adjustment
UPDATE clients SET cogs_adjustment_value = 1 WHERE rowid = 0;

-- name: transactions_are_the_card
DELETE FROM transactions WHERE rowid = 0;

-- name: links_join_papers_of_a_client
UPDATE transactions SET client_id = client_id % 12 + 1 WHERE transaction_type = 'PAYMENT';

-- name: prices_follow_rules
UPDATE pricing_rules SET adjustment_value = adjustment_value + 1 WHERE name = 'Key account';

-- name: limits_replay
UPDATE credit_audit_log SET old_value_cents = old_value_cents + 10000 WHERE credit_audit_log_id = (
    SELECT max(credit_audit_log_id) FROM credit_audit_log WHERE event_type = 'LIMIT_INCREASED');

-- name: scores_are_weighted_signals
UPDATE credit_signal_history SET debt_aging_risk = debt_aging_risk - 1 WHERE rowid = 0;

-- name: passed_limits_are_approved
UPDATE credit_audit_log SET metadata = replace(metadata, '"approvedBy":1', '"approvedBy":null')
    WHERE event_type = 'EXPOSURE_EXCEEDED';

-- name: exposures_are_open_invoices
UPDATE credit_audit_log SET metadata = replace(metadata, '"exposure":', '"exposure":1')
    WHERE event_type = 'EXPOSURE_EXCEEDED';

-- name: history_is_of_its_payment
UPDATE payment_history SET paid_at = paid_at + INTERVAL 1 DAY WHERE rowid = 0;

-- name: large_bills_are_approved
UPDATE bills SET total_amount_cents = total_amount_cents + 100000000 WHERE rowid = 0;

-- name: changes_chain
UPDATE audit_logs SET before = replace(before, '.00', '.01') WHERE audit_log_id = (
    SELECT max(audit_log_id) FROM audit_logs WHERE entity = 'client_credit_limits');

-- name: rows_are_as_last_changed
UPDATE clients SET phone = '(707) 555-0100' WHERE client_id = 1;

-- name: activity_is_what_happened
DELETE FROM client_activity WHERE activity_type = 'PAYMENT_RECORDED' AND rowid % 7 = 0;

-- name: notes_hang_together
UPDATE note_comments SET created_at = TIMESTAMP '2023-12-31' WHERE rowid = 0;

-- name: grades_are_listed
UPDATE batches SET grade = 'C' WHERE rowid = 0;

-- name: products_are_in_a_subcategory
UPDATE products SET subcategory = 'Gummies' WHERE rowid = 0;

-- name: kinds_of_strain_are_tags
UPDATE strains SET category = 'Ruderalis' WHERE rowid = 0;

-- name: prices_are_ruled_by_category
UPDATE categories SET name = 'Flowers' WHERE name = 'Flower';

-- name: batches_lie_in_bins
UPDATE batch_locations SET bin = 'Z9' WHERE rowid = 0;

-- name: delivered_products_are_described
DELETE FROM product_tags WHERE product_id = (SELECT product_id FROM batches LIMIT 1);

-- name: no_rule_for_a_range_of_costs_applies
UPDATE batches SET cogs_mode = 'RANGE' WHERE rowid = 0;

-- name: rules_agree_on_pounds
UPDATE cogs_rules SET condition_value = condition_value + 1;

-- name: money_moves_in_a_listed_way
UPDATE payment_methods SET is_active = false WHERE code = 'WIRE';

-- name: grow_tags_are_subcategories
INSERT INTO tag_hierarchy BY NAME SELECT 999 AS tag_hierarchy_id, tag_id AS parent_tag_id, 1 AS
    child_tag_id FROM tags WHERE name = 'Indoor';

-- name: figures_are_for_users
UPDATE users SET role = 'user';

-- name: dashboards_have_figures
DELETE FROM dashboard_kpi_configs WHERE role = 'admin';

-- name: preferences_are_of_shown_widgets
DELETE FROM dashboard_widget_layouts WHERE role = 'admin';

-- name: sheets_are_made_from_a_version
DELETE FROM sales_sheet_versions WHERE version_number = 1;

-- name: limits_are_set_when_signals_are
UPDATE credit_signal_history SET calculated_at = calculated_at + INTERVAL 1 SECOND WHERE rowid = 0;

-- name: links_say_what_a_card_says
UPDATE transaction_links SET link_amount_cents = link_amount_cents - 1 WHERE rowid = 0;

-- name: listed_invoices_are_on_the_card
DELETE FROM client_transactions WHERE transaction_type = 'INVOICE' AND rowid = 0;

-- name: notes_are_listed_by_their_authors
UPDATE client_activity SET user_id = user_id + 1 WHERE activity_type = 'NOTE_ADDED';

-- name: alerts_reach_who_asked
UPDATE inventory_alerts SET acknowledged_by_id = 1 WHERE inventory_alert_type = 'LOW_STOCK';
