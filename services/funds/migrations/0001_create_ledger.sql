CREATE TABLE account (
  account_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  code VARCHAR(64) NOT NULL,
  display_name VARCHAR(200) NOT NULL,
  type TINYINT NOT NULL,
  fund_source VARCHAR(64) NOT NULL,
  unit CHAR(3) NOT NULL,
  forbids_negative TINYINT NOT NULL,
  managed TINYINT NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_account PRIMARY KEY (account_id),
  -- also: ListAccounts
  CONSTRAINT uq_account_code UNIQUE (region_code, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Apart from account, so that one multi-row upsert writes the balances of a batch.
CREATE TABLE account_balance (
  account_id BIGINT NOT NULL,
  debits_posted_fen BIGINT NOT NULL DEFAULT 0,
  debits_pending_fen BIGINT NOT NULL DEFAULT 0,
  credits_posted_fen BIGINT NOT NULL DEFAULT 0,
  credits_pending_fen BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT pk_account_balance PRIMARY KEY (account_id),
  CONSTRAINT ck_account_balance_sign CHECK (debits_posted_fen >= 0 AND debits_pending_fen >= 0
    AND credits_posted_fen >= 0 AND credits_pending_fen >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Rows are only ever inserted.
CREATE TABLE transfer (
  transfer_id BIGINT NOT NULL,
  client_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind TINYINT NOT NULL,
  debit_account_id BIGINT NOT NULL,
  credit_account_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  pending_id BIGINT NOT NULL,
  code VARCHAR(32) NOT NULL,
  trace VARCHAR(64) NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_transfer PRIMARY KEY (transfer_id),
  CONSTRAINT uq_transfer_client_id UNIQUE (client_id),
  CONSTRAINT ck_transfer_amount CHECK (amount_fen > 0),
  CONSTRAINT ck_transfer_accounts CHECK (debit_account_id <> credit_account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- the two halves of ListTransfers
CREATE INDEX ix_transfer_debit ON transfer (debit_account_id, created_at_us, transfer_id);
CREATE INDEX ix_transfer_credit ON transfer (credit_account_id, created_at_us, transfer_id);

-- What is left of each pending transfer; the only part of it that changes.
CREATE TABLE pending_transfer (
  transfer_id BIGINT NOT NULL,
  rest_fen BIGINT NOT NULL,
  CONSTRAINT pk_pending_transfer PRIMARY KEY (transfer_id),
  CONSTRAINT ck_pending_transfer_rest CHECK (rest_fen >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
