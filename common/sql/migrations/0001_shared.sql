-- Ids are reserved in blocks, per county (IdAllocator).
CREATE TABLE id_block (
  county INT NOT NULL,
  next_sequence BIGINT NOT NULL,
  CONSTRAINT pk_id_block PRIMARY KEY (county)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Answers to writes, by request_id (RunOnce).
CREATE TABLE idempotency (
  -- SHA-256 of subject, method and request_id: short, and of no use to who reads the table.
  key_hash BINARY(32) NOT NULL,
  request_hash BINARY(32) NOT NULL,
  answer MEDIUMBLOB NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_idempotency PRIMARY KEY (key_hash),
  -- ForgetAnswers: the oldest first.
  INDEX ix_idempotency_created (created_at_us)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
