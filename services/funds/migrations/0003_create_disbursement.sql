CREATE TABLE disbursement_batch (
  batch_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  purpose VARCHAR(40) NOT NULL,
  budget_line_id BIGINT NOT NULL,
  project_id BIGINT NOT NULL,
  paying_account_id BIGINT NOT NULL,
  pay_date DATE NOT NULL,
  declared_count INT NOT NULL,
  declared_total_fen BIGINT NOT NULL,
  item VARCHAR(40) NOT NULL,
  declared_item_total BIGINT NOT NULL,
  standard_fen BIGINT NOT NULL,
  paid_per TINYINT NOT NULL,
  state TINYINT NOT NULL,
  version BIGINT NOT NULL,
  pending_transfer_id BIGINT NOT NULL,
  reject_reason VARCHAR(500) NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  approved_by VARCHAR(128) NOT NULL,
  approved_at_us BIGINT NOT NULL,
  CONSTRAINT pk_disbursement_batch PRIMARY KEY (batch_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- ListDisbursementBatches
CREATE INDEX ix_disbursement_batch_region ON disbursement_batch (region_code, batch_id);

-- Every state that a batch has had: who, when and why.
CREATE TABLE disbursement_batch_history (
  batch_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  state TINYINT NOT NULL,
  changed_by VARCHAR(128) NOT NULL,
  changed_at_us BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  CONSTRAINT pk_disbursement_batch_history PRIMARY KEY (batch_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE disbursement_line (
  line_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  line_number INT NOT NULL,
  client_line_id VARCHAR(64) NOT NULL,
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  payee_name VARCHAR(100) NOT NULL,
  bank_account_sealed VARBINARY(512) NOT NULL,
  bank_account_hash VARBINARY(32) NOT NULL,
  amount_fen BIGINT NOT NULL,
  item_count BIGINT NOT NULL,
  CONSTRAINT pk_disbursement_line PRIMARY KEY (line_id),
  CONSTRAINT uq_disbursement_line_number UNIQUE (batch_id, line_number),
  CONSTRAINT uq_disbursement_line_client UNIQUE (batch_id, client_line_id),
  CONSTRAINT ck_disbursement_line_amount CHECK (amount_fen >= 0 AND item_count >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- ListHouseholdPayments
CREATE INDEX ix_disbursement_line_household ON disbursement_line (household_id, line_id);

-- What the bank said of a line; only ever inserted.
CREATE TABLE disbursement_result (
  line_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  result TINYINT NOT NULL,
  bank_reference VARCHAR(64) NOT NULL,
  receipt_id BIGINT NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_disbursement_result PRIMARY KEY (line_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One payment to a household (person_id 0) or person, for a purpose in a year. Held from the submission of a batch;
-- given up when the batch is sent back or the line returned.
CREATE TABLE payment_claim (
  purpose VARCHAR(40) NOT NULL,
  year SMALLINT NOT NULL,
  household_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  CONSTRAINT pk_payment_claim PRIMARY KEY (household_id, purpose, year, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- claims given up by a batch
CREATE INDEX ix_payment_claim_batch ON payment_claim (batch_id);

CREATE TABLE bank_receipt (
  receipt_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  file_sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paid_count INT NOT NULL,
  returned_count INT NOT NULL,
  uploaded_by VARCHAR(128) NOT NULL,
  uploaded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_bank_receipt PRIMARY KEY (receipt_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who saw full account numbers, and why.
CREATE TABLE bank_file_reading (
  reading_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  read_by VARCHAR(128) NOT NULL,
  reason VARCHAR(500) NOT NULL,
  read_at_us BIGINT NOT NULL,
  CONSTRAINT pk_bank_file_reading PRIMARY KEY (reading_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
