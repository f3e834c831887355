-- Numbers of the validation report, one a query.

-- name: user_count — Users.
SELECT count(*) FROM users;

-- name: consented — Users who consent.
SELECT count(*) FROM users WHERE consent_status;

-- name: not_consented — Users without consent, or who withdrew it.
SELECT count(*) FROM users WHERE NOT consent_status;

-- name: transaction_count — Transactions, pending ones among them.
SELECT count(*) FROM transactions;

-- name: account_count — Accounts.
SELECT count(*) FROM accounts;
