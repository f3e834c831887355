-- What must hold between the tables for every configuration: each query returns offenders.
--
-- Blocks are judged a few at a time. Rows that references join are in one block, so most laws need no more; a
-- law that compares other rows is marked [cross-partition]. id_of(text) is the id that a label names.

-- name: users_as_asked [cross-partition] — There are num_users users.
SELECT num_users AS asked, found
FROM scenario CROSS JOIN (SELECT count(*) AS found FROM users)
WHERE found <> num_users;

-- name: email_belongs_to_one [cross-partition] — No two users share an e-mail, and every address is reserved for examples.
SELECT email, count(*) AS users
FROM users
GROUP BY email
HAVING count(*) > 1 OR NOT email LIKE '%.example';

-- name: consent_as_asked [cross-partition] — So many users consent as the ratio asks, less those who withdrew consent since.
SELECT num_users * consent_ratio AS asked, found, withdrawn
FROM scenario
CROSS JOIN (
    SELECT
        count(*) FILTER (WHERE consent_status) AS found,
        count(*) FILTER (
            WHERE NOT consent_status
            AND CAST(consent_updated_at AS DATE) > history_begins_after
        ) AS withdrawn
    FROM users CROSS JOIN scenario
)
WHERE found + withdrawn < num_users * consent_ratio - 0.501 OR found > num_users * consent_ratio + 0.501;

-- name: user_has_one_checking_account — Every user has exactly one checking account.
SELECT user_id, coalesce(found, 0) AS accounts
FROM users
LEFT JOIN (
    SELECT user_id, count(*) AS found FROM accounts WHERE account_type = 'checking' GROUP BY user_id
) USING (user_id)
WHERE coalesce(found, 0) <> 1;

-- name: signed_up_before_history — Users sign up before their history begins, and then say whether they consent.
SELECT user_id, created_at, consent_updated_at
FROM users CROSS JOIN scenario
WHERE CAST(created_at AS DATE) > history_begins_after OR consent_updated_at < created_at;

-- name: transactions_within_window — Transactions are posted within the window, at most a week after the purchase,
-- and pending ones are dated on its day.
SELECT transaction_id, date, authorized_date
FROM transactions CROSS JOIN scenario
WHERE
    date <= history_begins_after
    OR date > as_of
    OR date - authorized_date NOT BETWEEN 0 AND CASE WHEN pending THEN 0 ELSE 7 END;

-- name: banks_post_on_business_days — Rent, utilities, premiums, loans, card payments, transfers and withdrawals are
-- posted on business days, and so are purchases, one to three of them after the day of the purchase. Purchases of
-- users who stand exactly on the threshold of low days, and of the preset simple, may be posted on any day: those
-- are paid every fifteenth day, which the first month of a history does not show.
WITH years AS (
    SELECT unnest(generate_series(year(history_begins_after), year(as_of) + 1)) AS year FROM scenario
),
fixed AS (
    SELECT make_date(year, month, day) AS day
    FROM years, (VALUES (1, 1), (6, 19), (7, 4), (11, 11), (12, 25)) AS days(month, day)
),
moving AS (
    SELECT make_date(year, month, 1) + CAST(
        (weekday - isodow(make_date(year, month, 1)) + 7) % 7 + 7 * (nth - 1) AS INTEGER
    ) AS day
    FROM years, (
        VALUES (1, 1, 3), (2, 1, 3), (9, 1, 1), (10, 1, 2), (11, 4, 4)
    ) AS days(month, weekday, nth)
    UNION
    SELECT make_date(year, 5, 31) - CAST(isodow(make_date(year, 5, 31)) - 1 AS INTEGER) FROM years
),
holidays AS (
    SELECT day + CASE isodow(day) WHEN 6 THEN -1 WHEN 7 THEN 1 ELSE 0 END AS day FROM fixed
    UNION
    SELECT day FROM moving
),
calendar AS (
    SELECT day, closed, count(*) FILTER (NOT closed) OVER (ORDER BY day) AS business_days
    FROM (
        SELECT CAST(series.day AS DATE) AS day, isodow(series.day) > 5 OR holidays.day IS NOT NULL AS closed
        FROM scenario, unnest(
            generate_series(CAST(history_begins_after AS TIMESTAMP), CAST(as_of AS TIMESTAMP), INTERVAL 1 DAY)
        ) AS series(day)
        LEFT JOIN holidays ON holidays.day = CAST(series.day AS DATE)
    )
),
paydays AS (
    SELECT user_id, date AS day, date - lag(date) OVER (PARTITION BY user_id ORDER BY date) AS gap
    FROM transactions
    WHERE category_detailed = 'INCOME_WAGES'
),
judged AS (
    SELECT transaction_id, user_id, date, authorized_date, category_detailed, closed,
        posted.business_days - coalesce(bought.business_days, posted.business_days) AS waited,
        regexp_matches(
            category_detailed,
            '^(RENT_AND_UTILITIES|LOAN_PAYMENTS|TRANSFER|GENERAL_SERVICES_INSURANCE|INCOME_TAX)'
        ) AS is_banks
    FROM transactions
    JOIN calendar AS posted ON date = posted.day
    LEFT JOIN (SELECT day, business_days FROM calendar) AS bought ON authorized_date = bought.day
    WHERE NOT pending
)
SELECT transaction_id, date, authorized_date, category_detailed
FROM judged CROSS JOIN scenario
LEFT JOIN (
    SELECT user_id FROM signals_cash_flow WHERE window_days = 180 AND low_balance_share_pct = 30
    UNION
    SELECT user_id
    FROM users CROSS JOIN scenario LEFT JOIN paydays USING (user_id)
    GROUP BY user_id, as_of, history_begins_after
    HAVING bool_and(gap = 15) OR count(day) < 2 AND as_of - history_begins_after <= 31
) AS exact USING (user_id)
WHERE
    preset = 'personas'
    AND exact.user_id IS NULL
    AND (
        is_banks AND closed
        OR waited > 3
        OR date > authorized_date AND (closed OR waited < 1)
    );

-- name: check_numbers_ascend — A later check of an account has a greater number.
SELECT account_id, date, name, before
FROM (
    SELECT account_id, date, name,
        lag(name) OVER (PARTITION BY account_id ORDER BY date, transaction_id) AS before
    FROM transactions
    WHERE regexp_full_match(name, 'CHECK [0-9]{4}')
)
WHERE name <= before;

-- name: machines_give_twenties — A withdrawal of cash is a multiple of $20.
SELECT transaction_id, amount_cents
FROM transactions
WHERE category_detailed = 'TRANSFER_OUT_WITHDRAWAL' AND amount_cents % 2000 <> 0;

-- name: transaction_is_on_the_users_account — A transaction's user is who holds its account.
SELECT transaction_id, transactions.user_id, accounts.user_id AS holder
FROM transactions JOIN accounts USING (account_id)
WHERE transactions.user_id <> accounts.user_id;

-- name: categories_are_as_plaid_describes — Shops, lenders and insurers have the detailed category of Plaid's
-- description of it: cinemas are TV and movies, blood work is other medical, health plans are insurance.
WITH described(shown, category) AS (
    VALUES
        ('(Best Buy|Newegg)', 'GENERAL_MERCHANDISE_ELECTRONICS'),
        ('Chewy', 'GENERAL_MERCHANDISE_PET_SUPPLIES'),
        ('(Zappos|Gap|Old Navy)', 'GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES'),
        ('(Nordstrom|Kohl''s|Macy''s)', 'GENERAL_MERCHANDISE_DEPARTMENT_STORES'),
        ('Dollar General', 'GENERAL_MERCHANDISE_DISCOUNT_STORES'),
        ('(Target|Walmart|Costco|Sam''s Club|BJ''s Wholesale|Meijer)', 'GENERAL_MERCHANDISE_SUPERSTORES'),
        ('(Amazon|eBay|Etsy|Temu|Amazon Prime)', 'GENERAL_MERCHANDISE_ONLINE_MARKETPLACES'),
        ('(Wayfair|Ikea)', 'HOME_IMPROVEMENT_FURNITURE'),
        ('(.* Cinema|AMC Theatres|Regal Cinemas|Cinemark)', 'ENTERTAINMENT_TV_AND_MOVIES'),
        ('.* Arena', 'ENTERTAINMENT_SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS'),
        ('Quest Diagnostics', 'MEDICAL_OTHER_MEDICAL'),
        ('Kaiser Permanente', 'MEDICAL_PRIMARY_CARE'),
        ('Aspen Dental', 'MEDICAL_DENTAL_CARE'),
        ('(CVS|Walgreens|Duane Reade)', 'MEDICAL_PHARMACIES_AND_SUPPLEMENTS'),
        ('(ParkMobile|SpotHero|ParkWhiz|LAZ Parking)', 'TRANSPORTATION_PARKING'),
        ('(Token Transit|Amtrak|Greyhound|FlixBus)', 'TRANSPORTATION_PUBLIC_TRANSIT'),
        ('(Marriott|Hilton|Airbnb|Hyatt|Holiday Inn|Hampton Inn|Best Western)', 'TRAVEL_LODGING'),
        ('(BCBS|UHC|AETNA|CIGNA|GEICO|PROGRESSIVE|STATE FARM|ALLSTATE) .*', 'GENERAL_SERVICES_INSURANCE'),
        ('.* STUDENT LN', 'LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT'),
        ('.* PERSONAL LN', 'LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT'),
        ('.* AUTO LOAN', 'LOAN_PAYMENTS_CAR_PAYMENT'),
        ('.* MORTGAGE', 'LOAN_PAYMENTS_MORTGAGE_PAYMENT'),
        ('.* WATER .*', 'RENT_AND_UTILITIES_WATER'),
        ('NON-NETWORK ATM FEE', 'BANK_FEES_ATM_FEES'),
        ('IRS TREAS 310 .*', 'INCOME_TAX_REFUND')
),
shown AS (
    SELECT DISTINCT coalesce(merchant_name, name) AS shown, category_detailed FROM transactions
)
SELECT shown.shown, category_detailed, category
FROM shown JOIN described ON regexp_full_match(shown.shown, described.shown)
WHERE category_detailed <> category;

-- name: card_has_one_liability — Every credit card, mortgage and student loan has exactly one liability of its
-- kind, and nothing else has one.
SELECT account_id, account_type, coalesce(found, 0) AS liabilities
FROM accounts
LEFT JOIN (
    SELECT account_id, count(*) AS found, any_value(liability_type) AS liability_type
    FROM liabilities
    GROUP BY account_id
) USING (account_id)
WHERE
    coalesce(found, 0) <> CASE WHEN account_type IN ('credit_card', 'mortgage', 'student_loan') THEN 1 ELSE 0 END
    OR CAST(liability_type AS VARCHAR) <> CAST(account_type AS VARCHAR);

-- name: loans_have_a_debtor — Who pays a mortgage, student, car or personal loan has an account of that kind, on
-- which every payment arrives on its day; nobody else has one, where the history is older than 100 days.
WITH kinds(category_detailed, account_type) AS (
    VALUES
        ('LOAN_PAYMENTS_MORTGAGE_PAYMENT', 'mortgage'),
        ('LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT', 'student_loan'),
        ('LOAN_PAYMENTS_CAR_PAYMENT', 'auto_loan'),
        ('LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT', 'personal_loan')
),
paid AS (
    SELECT transactions.user_id, kinds.account_type, date, amount_cents
    FROM transactions JOIN accounts USING (account_id)
    JOIN kinds ON CAST(transactions.category_detailed AS VARCHAR) = kinds.category_detailed
    WHERE amount_cents > 0 AND accounts.account_type = 'checking'
),
arrived AS (
    SELECT accounts.user_id, CAST(account_type AS VARCHAR) AS account_type, date, -amount_cents AS amount_cents
    FROM accounts LEFT JOIN transactions ON transactions.account_id = accounts.account_id AND amount_cents < 0
    CROSS JOIN scenario
    WHERE
        account_type IN ('mortgage', 'student_loan', 'auto_loan', 'personal_loan')
        AND (date IS NOT NULL OR as_of - history_begins_after > 100)
)
SELECT 'paid' AS leg, * FROM (FROM paid EXCEPT ALL FROM arrived)
UNION ALL
SELECT 'arrived' AS leg, * FROM (FROM arrived EXCEPT ALL FROM paid);

-- name: loans_are_paid_off_by_principal — Of every payment of a loan a twelfth of a year's interest on what is
-- owed is interest, or a 26th where a payment comes every second week; the rest lowers the balance. More is lent
-- after a history's first window alone, on a loan that is neither a mortgage nor a student's.
WITH lines AS (
    SELECT account_id, date, opening_balance_cents, interest_rate, any_value(account_type) AS account_type,
        coalesce(sum(amount_cents) FILTER (WHERE category_primary = 'BANK_FEES'), 0) AS interest,
        coalesce(sum(amount_cents) FILTER (WHERE amount_cents < 0), 0) AS paid,
        sum(amount_cents) AS owed
    FROM accounts JOIN transactions USING (account_id) LEFT JOIN liabilities USING (account_id)
    WHERE account_type IN ('mortgage', 'student_loan', 'auto_loan', 'personal_loan')
    GROUP BY account_id, date, opening_balance_cents, interest_rate
),
owed AS (
    SELECT *,
        owed - interest - paid AS lent,
        opening_balance_cents + sum(owed) OVER (PARTITION BY account_id ORDER BY date)
        - interest - paid AS before
    FROM lines
)
SELECT account_id, date, before, interest, paid, lent, interest_rate
FROM owed CROSS JOIN scenario
WHERE
    lent <> 0 AND (lent < 0 OR date <= first_window_ends OR account_type IN ('mortgage', 'student_loan'))
    OR (lent = 0 OR paid <> 0) AND (
        interest <= 0
        OR paid + interest >= 0
        OR before + interest + paid <= 0
        OR least(
            abs(interest - before * interest_rate / 1200),
            abs(interest - before * interest_rate / 2600)
        ) > 1.01
    );

-- name: loans_are_as_lent — A loan's debt is less than what was lent, each payment is its instalment, its next
-- payment is due after as_of, it was lent before the history and ends after it.
SELECT account_id, origination_principal_cents, opening_balance_cents, instalment_cents,
    last_payment_amount_cents, next_payment_due_date, origination_date, payoff_date, opened_on
FROM liabilities JOIN accounts USING (account_id) CROSS JOIN scenario
WHERE
    liability_type <> 'credit_card'
    AND NOT coalesce(
        opening_balance_cents <= origination_principal_cents
        AND last_payment_amount_cents = instalment_cents
        AND next_payment_due_date > as_of
        AND origination_date = opened_on
        AND opened_on <= history_begins_after
        AND payoff_date > as_of
        AND last_statement_balance_cents = balance_current_cents
        AND apr_percentage IS NULL
        AND minimum_payment_amount_cents IS NULL
        AND interest_rate BETWEEN 2 AND 12,
        false
    );

-- name: health_savings_grow_by_contributions — What arrives on a health savings account left checking on that day,
-- and nobody takes any of it.
SELECT transaction_id, accounts.user_id, amount_cents
FROM transactions AS arrived JOIN accounts USING (account_id)
WHERE
    account_type = 'hsa'
    AND NOT EXISTS (
        SELECT 1
        FROM transactions AS gone
        WHERE
            gone.user_id = arrived.user_id
            AND gone.date = arrived.date
            AND gone.amount_cents = -arrived.amount_cents
            AND gone.amount_cents > 0
            AND gone.category_detailed = 'TRANSFER_OUT_ACCOUNT_TRANSFER'
    );

-- name: only_cards_have_a_limit — Only credit cards have a limit.
SELECT account_id, account_type, balance_limit_cents
FROM accounts
WHERE (balance_limit_cents IS NULL) = (account_type = 'credit_card');

-- name: cards_stay_within_their_limit — With all posted rows replayed, no card ever owes more than its limit, but from
-- a purchase that is labelled until the next payment.
WITH owing AS (
    SELECT transaction_id, account_id, date, balance_limit_cents,
        opening_balance_cents + sum(amount_cents) OVER rows_so_far AS owed,
        count(*) FILTER (amount_cents < 0) OVER rows_so_far AS payments
    FROM transactions JOIN accounts USING (account_id)
    WHERE account_type = 'credit_card' AND NOT pending
    WINDOW rows_so_far AS (PARTITION BY account_id ORDER BY date, transaction_id)
),
labelled AS (
    SELECT account_id, payments
    FROM owing JOIN anomaly_manifest ON id_of(entity_id) = transaction_id
    WHERE type = 'over_limit_transaction'
)
SELECT transaction_id, account_id, date, owed, balance_limit_cents
FROM owing ANTI JOIN labelled USING (account_id, payments)
WHERE owed > balance_limit_cents;

-- name: balances_are_within_the_limit — What is owed on a card by as_of is at most its limit, but after a purchase that
-- is labelled and before the next payment.
SELECT account_id, balance_current_cents, balance_limit_cents
FROM accounts
ANTI JOIN (
    SELECT bought.account_id
    FROM anomaly_manifest JOIN transactions AS bought ON id_of(entity_id) = bought.transaction_id
    WHERE type = 'over_limit_transaction' AND NOT EXISTS (
        FROM transactions AS later
        WHERE later.account_id = bought.account_id
            AND later.amount_cents < 0
            AND NOT later.pending
            AND later.transaction_id > bought.transaction_id
    )
) AS waiting USING (account_id)
WHERE balance_current_cents > balance_limit_cents;

-- name: only_checking_may_charge_for_overdrafts — An overdraft fee is agreed for checking accounts alone.
SELECT account_id, account_type, overdraft_fee_cents
FROM accounts
WHERE (overdraft_fee_cents IS NULL) = (account_type = 'checking');

-- name: interest_falls_on_cards — Interest is charged on credit cards alone.
SELECT transaction_id, account_type
FROM transactions JOIN accounts USING (account_id)
WHERE category_detailed = 'BANK_FEES_INTEREST_CHARGE' AND account_type <> 'credit_card';

-- name: overdue_cards_are_not_paid — A card is overdue if no payment has come since its last statement, and that
-- was due before as_of: 21 to 25 days after its day. What was paid last is the last payment in the account.
WITH paid AS (
    SELECT account_id, max(date) AS paid_on, -arg_max(amount_cents, date) AS paid_cents
    FROM transactions
    WHERE category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' AND amount_cents < 0
    GROUP BY account_id
),
judged AS (
    SELECT *,
        last_statement_balance_cents > 0 AND coalesce(paid_on <= last_statement_issue_date, true) AS unpaid,
        next_payment_due_date - last_statement_issue_date AS due_days
    FROM liabilities LEFT JOIN paid USING (account_id)
    WHERE liability_type = 'credit_card'
)
SELECT account_id, is_overdue, next_payment_due_date, last_statement_issue_date, paid_on, paid_cents
FROM judged CROSS JOIN scenario
WHERE
    is_overdue <> (unpaid AND next_payment_due_date < as_of)
    OR unpaid AND due_days NOT BETWEEN 21 AND 25
    OR last_payment_date IS DISTINCT FROM paid_on
    OR last_payment_amount_cents <> coalesce(paid_cents, 0);

-- name: late_fees_follow_missed_payments — A card that is overdue is charged one late fee, on the day after the
-- payment was due and of at most $30 or the payment; no other account ever is, but one that was overdue at the end
-- of a history's first window: nothing was paid on it in the three weeks before the fee.
WITH fees AS (
    SELECT account_id, count(*) AS fees, min(date) AS charged_on, max(amount_cents) AS fee
    FROM transactions
    WHERE name = 'LATE PAYMENT FEE'
    GROUP BY account_id
),
paid AS (
    SELECT account_id, count(*) AS payments
    FROM transactions JOIN fees USING (account_id)
    WHERE category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' AND date BETWEEN charged_on - 21 AND charged_on
    GROUP BY account_id
)
SELECT account_id, is_overdue, next_payment_due_date, fees, charged_on, fee, payments
FROM fees FULL JOIN liabilities USING (account_id) LEFT JOIN paid USING (account_id) CROSS JOIN scenario
WHERE NOT coalesce(
    CASE
        WHEN is_overdue THEN fees = 1
            AND charged_on = next_payment_due_date + 1
            AND fee = least(3000, minimum_payment_amount_cents)
        WHEN as_of > first_window_ends THEN fees IS NULL
            OR fees = 1 AND fee <= 3000 AND payments IS NULL AND charged_on <= first_window_ends
        ELSE fees IS NULL
    END, false
);

-- name: overdraft_fees_follow_from_balances — The account's fee is taken on every day on which money leaves a
-- checking account whose balance, before the fee, is below zero, and on no other day.
-- Faults shift the balances of their users, who are left out.
WITH faulty AS (
    SELECT user_id FROM anomaly_manifest JOIN transactions ON id_of(entity_id) = transaction_id
    UNION
    SELECT user_id FROM anomaly_manifest JOIN accounts ON id_of(entity_id) = account_id
    UNION
    SELECT user_id FROM anomaly_manifest JOIN users ON id_of(entity_id) = user_id
),
daily AS (
    SELECT
        account_id,
        date,
        sum(amount_cents) AS flow,
        sum(amount_cents) FILTER (WHERE category_detailed = 'BANK_FEES_OVERDRAFT_FEES') AS fee,
        bool_or(amount_cents > 0 AND category_detailed <> 'BANK_FEES_OVERDRAFT_FEES') AS spends
    FROM transactions JOIN accounts USING (account_id)
    WHERE account_type = 'checking' AND NOT pending
    GROUP BY account_id, date
),
judged AS (
    SELECT account_id, accounts.user_id, overdraft_fee_cents, date, spends, coalesce(fee, 0) AS fee,
        opening_balance_cents + coalesce(fee, 0)
        - sum(flow) OVER (PARTITION BY account_id ORDER BY date) AS balance_before
    FROM daily JOIN accounts USING (account_id)
)
SELECT account_id, overdraft_fee_cents, date, spends, balance_before, fee
FROM judged ANTI JOIN faulty USING (user_id)
WHERE fee <> CASE WHEN spends AND balance_before < 0 THEN overdraft_fee_cents ELSE 0 END;

-- name: overdraft_fees_fall_on_checking — Overdraft fees are charged on checking accounts alone.
SELECT transaction_id, account_type
FROM transactions JOIN accounts USING (account_id)
WHERE category_detailed = 'BANK_FEES_OVERDRAFT_FEES' AND account_type <> 'checking';

-- name: recurring_merchants_are_found — Merchants with at least 3 charges in 90 days, 70 % of gaps 28 to 32 or
-- 5 to 9 days, are those of the signals.
WITH charges AS (
    SELECT user_id, merchant_name, amount_cents,
        date - lag(date) OVER (PARTITION BY user_id, merchant_name ORDER BY date, transaction_id) AS gap
    FROM transactions CROSS JOIN scenario
    WHERE merchant_name IS NOT NULL AND amount_cents > 0 AND NOT pending AND date > as_of - 90
),
merchants AS (
    SELECT user_id, merchant_name, sum(amount_cents) AS charged
    FROM charges
    GROUP BY user_id, merchant_name
    HAVING
        count(*) >= 3
        AND count(*) FILTER (WHERE gap BETWEEN 28 AND 32 OR gap BETWEEN 5 AND 9) >= 0.7 * (count(*) - 1)
),
found AS (
    SELECT user_id, count(*) AS merchants, sum(charged) / 3 AS monthly FROM merchants GROUP BY user_id
)
SELECT user_id, window_days, recurring_merchants, coalesce(merchants, 0) AS merchants, monthly
FROM signals_subscriptions LEFT JOIN found USING (user_id)
WHERE
    recurring_merchants <> coalesce(merchants, 0)
    OR abs(monthly_recurring_cents - coalesce(monthly, 0)) > 0.6;

-- name: savings_are_found — What flows into savings accounts, and how they grow, is what the signals say.
WITH held AS (
    SELECT user_id, sum(balance_current_cents) AS balance
    FROM accounts
    WHERE account_type IN ('savings', 'money_market')
    GROUP BY user_id
),
found AS (
    SELECT user_id, window_days, -sum(amount_cents) AS inflow
    FROM signals_savings CROSS JOIN scenario
    JOIN transactions USING (user_id)
    JOIN accounts USING (account_id)
    WHERE account_type IN ('savings', 'money_market') AND NOT pending AND date > as_of - CAST(window_days AS INTEGER)
    GROUP BY user_id, window_days
)
SELECT user_id, window_days, net_inflow_monthly_cents, growth_pct, inflow, balance
FROM signals_savings LEFT JOIN found USING (user_id, window_days) LEFT JOIN held USING (user_id)
WHERE
    abs(net_inflow_monthly_cents - coalesce(inflow, 0) * 30.0 / window_days) > 0.6
    OR abs(growth_pct - coalesce(100.0 * inflow / nullif(greatest(balance - inflow, 0), 0), 0)) > 0.006;

-- name: credit_is_found — Utilisation, interest, minimum payments and what is overdue are what the signals say.
WITH cards AS (
    SELECT
        user_id,
        max(100.0 * balance_current_cents / balance_limit_cents) AS used,
        bool_or(
            minimum_payment_amount_cents > 0
            AND 10 * abs(last_payment_amount_cents - minimum_payment_amount_cents) <= minimum_payment_amount_cents
        ) AS minimum_only,
        bool_or(is_overdue) AS overdue
    FROM accounts JOIN liabilities USING (account_id, user_id)
    WHERE liability_type = 'credit_card'
    GROUP BY user_id
),
charged AS (
    SELECT user_id, window_days, sum(amount_cents) AS interest
    FROM signals_credit CROSS JOIN scenario
    JOIN transactions USING (user_id)
    WHERE
        category_detailed = 'BANK_FEES_INTEREST_CHARGE'
        AND NOT pending
        AND date > as_of - CAST(window_days AS INTEGER)
    GROUP BY user_id, window_days
)
SELECT user_id, window_days, utilization_pct, used, interest_charged_cents, interest
FROM signals_credit LEFT JOIN cards USING (user_id) LEFT JOIN charged USING (user_id, window_days)
WHERE
    abs(utilization_pct - coalesce(used, 0)) > 0.006
    OR interest_charged_cents <> coalesce(interest, 0)
    OR is_minimum_only <> coalesce(minimum_only, false)
    OR signals_credit.is_overdue <> coalesce(overdue, false);

-- name: income_is_found — Paychecks, the days between them and the months that cash lasts are what the signals say.
WITH pays AS (
    SELECT user_id, window_days,
        date - lag(date) OVER (PARTITION BY user_id, window_days ORDER BY date, transaction_id) AS gap
    FROM signals_income CROSS JOIN scenario
    JOIN transactions USING (user_id)
    WHERE category_detailed = 'INCOME_WAGES' AND NOT pending AND date > as_of - CAST(window_days AS INTEGER)
),
paid AS (
    SELECT user_id, window_days, count(*) AS pays, median(gap) AS gap FROM pays GROUP BY user_id, window_days
),
spent AS (
    SELECT user_id, window_days, sum(amount_cents) AS spending
    FROM signals_income CROSS JOIN scenario
    JOIN transactions USING (user_id)
    WHERE
        amount_cents > 0
        AND category_primary NOT IN ('TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS')
        AND NOT pending
        AND date > as_of - CAST(window_days AS INTEGER)
    GROUP BY user_id, window_days
),
cash AS (
    SELECT user_id, sum(balance_current_cents) AS cash
    FROM accounts
    WHERE account_type IN ('checking', 'savings', 'money_market')
    GROUP BY user_id
)
SELECT user_id, window_days, paychecks, pays, median_pay_gap_days, gap, cash_buffer_months
FROM signals_income
LEFT JOIN paid USING (user_id, window_days)
LEFT JOIN spent USING (user_id, window_days)
LEFT JOIN cash USING (user_id)
WHERE
    paychecks <> coalesce(pays, 0)
    OR median_pay_gap_days IS DISTINCT FROM gap
    OR (cash_buffer_months IS NULL) <> (coalesce(spending, 0) = 0)
    OR abs(cash_buffer_months - cash * window_days / (30.0 * spending)) > 0.006;

-- name: low_days_are_found — Days below $100, and how much checking's closing balance swings, are what the
-- signals say.
WITH flows AS (
    SELECT account_id, date, sum(amount_cents) AS flow
    FROM transactions
    WHERE NOT pending
    GROUP BY account_id, date
),
days AS (
    SELECT CAST(day AS DATE) AS date
    FROM scenario, unnest(
        generate_series(history_begins_after + INTERVAL 1 DAY, as_of, INTERVAL 1 DAY)
    ) AS series(day)
),
daily AS (
    SELECT user_id, date,
        opening_balance_cents
        - sum(coalesce(flow, 0)) OVER (PARTITION BY account_id ORDER BY date) AS balance
    FROM accounts CROSS JOIN days LEFT JOIN flows USING (account_id, date)
    WHERE account_type = 'checking'
),
found AS (
    SELECT user_id, window_days,
        count(*) FILTER (WHERE balance < 10000) AS low,
        stddev_pop(balance) / nullif(greatest(avg(balance), 0), 0) AS swing
    FROM signals_cash_flow CROSS JOIN scenario JOIN daily USING (user_id)
    WHERE date > as_of - CAST(window_days AS INTEGER)
    GROUP BY user_id, window_days
)
SELECT user_id, window_days, low_balance_days, low, balance_volatility, swing
FROM signals_cash_flow LEFT JOIN found USING (user_id, window_days)
WHERE
    low_balance_days <> low
    OR abs(low_balance_share_pct - 100.0 * low / window_days) > 0.006
    OR abs(balance_volatility - coalesce(swing, 0)) > 0.006;

-- name: personas_follow_from_signals — The primary persona and the others are those that the signals trigger.
WITH judged AS (
    SELECT
        user_id,
        window_days,
        list_filter(
            [
                CASE WHEN utilization_pct >= 50 OR interest_charged_cents > 0 OR is_minimum_only OR is_overdue
                    THEN 'high_utilization' END,
                CASE WHEN median_pay_gap_days > 45 AND cash_buffer_months < 1 THEN 'variable_income' END,
                CASE WHEN low_balance_share_pct >= 30 AND balance_volatility > 1 THEN 'cash_flow_stressed' END,
                CASE WHEN recurring_merchants >= 3
                    AND (monthly_recurring_cents >= 5000 OR recurring_share_pct >= 10)
                    THEN 'subscription_heavy' END,
                CASE WHEN (growth_pct >= 2 OR net_inflow_monthly_cents >= 20000) AND utilization_pct < 30
                    THEN 'savings_builder' END
            ],
            lambda name: name IS NOT NULL
        ) AS names
    FROM signals_subscriptions
    JOIN signals_savings USING (user_id, window_days)
    JOIN signals_credit USING (user_id, window_days)
    JOIN signals_income USING (user_id, window_days)
    JOIN signals_cash_flow USING (user_id, window_days)
)
SELECT user_id, window_days, primary_persona, secondary_personas, names
FROM persona_assignments JOIN judged USING (user_id, window_days)
WHERE
    primary_persona <> coalesce(names[1], 'none')
    OR secondary_personas <> array_to_string(names[2:], ', ');

-- name: simple_statements_are_as_asked — In the preset simple an account has as many rows as its keys say, and one
-- more where one is there twice.
SELECT account_id, found
FROM scenario CROSS JOIN (
    SELECT account_id, count(transaction_id) AS found
    FROM accounts LEFT JOIN transactions USING (account_id)
    GROUP BY account_id
)
WHERE
    preset = 'simple'
    AND found NOT BETWEEN simple.fewest_transactions AND simple.most_transactions + 1;

-- name: simple_income_is_a_deposit — In the preset simple income alone comes in, on checking and savings; and the
-- refunds and transfers that are labelled.
SELECT transaction_id, category_primary, account_type, amount_cents
FROM scenario CROSS JOIN transactions JOIN accounts USING (account_id)
LEFT JOIN (
    SELECT id_of(entity_id) AS transaction_id, true AS is_labelled
    FROM anomaly_manifest
    WHERE type IN ('refund_without_purchase', 'transfer_leg_missing')
) USING (transaction_id)
WHERE
    preset = 'simple'
    AND CASE category_primary
        WHEN 'INCOME' THEN amount_cents NOT BETWEEN -600000 AND -200000 OR account_type = 'credit_card'
        ELSE abs(amount_cents) NOT BETWEEN 500 AND 25000 OR (amount_cents < 0) <> (is_labelled IS NOT NULL)
    END;

-- name: simple_minimum_is_two_per_cent — In the preset simple the minimum payment is 2 % of the balance.
SELECT liability_id, minimum_payment_amount_cents, balance_current_cents
FROM scenario CROSS JOIN liabilities JOIN accounts USING (account_id)
WHERE preset = 'simple' AND abs(minimum_payment_amount_cents - balance_current_cents * 0.02) > 0.5;
