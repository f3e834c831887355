-- The source document's relational schema, in SQLite's words.

CREATE TABLE users (
  user_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  consent_status BOOLEAN NOT NULL,
  consent_updated_at TIMESTAMP
);

CREATE TABLE accounts (
  account_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  account_type TEXT NOT NULL,  -- checking, savings, credit_card, money_market, hsa
  account_subtype TEXT,
  balance_available REAL,
  balance_current REAL,
  balance_limit REAL,           -- for credit cards
  iso_currency_code TEXT DEFAULT 'USD',
  holder_category TEXT,         -- personal only (no business)
  FOREIGN KEY (user_id) REFERENCES users(user_id)
);

CREATE TABLE transactions (
  transaction_id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  date DATE NOT NULL,
  amount REAL NOT NULL,
  merchant_name TEXT,
  payment_channel TEXT,
  category_primary TEXT,
  category_detailed TEXT,
  pending BOOLEAN DEFAULT 0,
  FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  FOREIGN KEY (user_id) REFERENCES users(user_id)
);

CREATE TABLE liabilities (
  liability_id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  liability_type TEXT NOT NULL,  -- credit_card, mortgage, student_loan
  apr_percentage REAL,
  apr_type TEXT,                 -- fixed, variable
  minimum_payment_amount REAL,
  last_payment_amount REAL,
  is_overdue BOOLEAN DEFAULT 0,
  next_payment_due_date DATE,
  last_statement_balance REAL,
  interest_rate REAL,            -- for mortgages/student loans
  FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  FOREIGN KEY (user_id) REFERENCES users(user_id)
);
