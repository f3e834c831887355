-- Source document 002's list "Quality Checks": each query returns what breaks an item.

-- name: users_have_an_account — All users have at least one account.
SELECT user_id, name
FROM users ANTI JOIN accounts USING (user_id);

-- name: accounts_belong_to_a_user — All accounts belong to a user who exists.
SELECT account_id, user_id
FROM accounts ANTI JOIN users USING (user_id);

-- name: transactions_are_dated_within_range — All transactions have a date within the history up to as_of.
SELECT transaction_id, date
FROM transactions CROSS JOIN scenario
WHERE date IS NULL OR date <= history_begins_after OR date > as_of;

-- name: credit_accounts_have_a_liability — All credit accounts have a liability.
SELECT account_id, account_type
FROM accounts ANTI JOIN liabilities USING (account_id)
WHERE account_type = 'credit_card';

-- name: consent_is_near_the_ratio — Users who consent are within 2 points of consent_ratio (88 to 92 % of users at
-- the default); those who withdrew their consent within the history count as planned either way.
SELECT 100 * consent_ratio AS asked_pct, 100.0 * found / users AS consenting_pct, withdrawn
FROM scenario
CROSS JOIN (
    SELECT
        count(*) AS users,
        count(*) FILTER (WHERE consent_status) AS found,
        count(*) FILTER (
            WHERE NOT consent_status
            AND CAST(consent_updated_at AS DATE) > history_begins_after
        ) AS withdrawn
    FROM users CROSS JOIN scenario
)
WHERE found + withdrawn < (consent_ratio - 0.02) * users OR found > (consent_ratio + 0.02) * users;

-- name: every_persona_has_five_users — In the preset personas each of the five is triggered by at least 5 users in
-- 180 days; in a history that grows on its last day, for which they are planned.
WITH triggered AS (
    SELECT unnest(list_append(string_split(secondary_personas, ', '), CAST(primary_persona AS VARCHAR))) AS persona
    FROM persona_assignments
    WHERE window_days = 180
)
SELECT persona, count(triggered.persona) AS users
FROM (
    VALUES ('high_utilization'), ('variable_income'), ('subscription_heavy'), ('savings_builder'),
        ('cash_flow_stressed')
) AS personas(persona)
CROSS JOIN scenario
LEFT JOIN triggered USING (persona)
WHERE preset = 'personas' AND personas_hold
GROUP BY persona
HAVING count(triggered.persona) < 5;

-- name: no_business_accounts — No account is held by a business.
SELECT account_id, holder_category
FROM accounts
WHERE holder_category IS DISTINCT FROM 'personal';

-- name: nobody_is_real — Every e-mail address is under a domain that is reserved for examples.
SELECT user_id, email
FROM users
WHERE email IS NULL OR email NOT LIKE '%.example';
