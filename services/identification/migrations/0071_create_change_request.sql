-- Changes of households that wait to be checked and approved, and what became of them. `edit_sealed` is a SealedPieces
-- (storage.proto) of a HouseholdEdit; `state` has the numbers of ChangeRequestState in change_request.proto.
CREATE TABLE change_request (
  id BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  state TINYINT NOT NULL,
  base_version BIGINT NOT NULL,
  edit_sealed MEDIUMBLOB NOT NULL,
  reason VARCHAR(500) NOT NULL,
  due_on DATE NOT NULL,
  proposed_by VARCHAR(128) NOT NULL,
  proposed_at_us BIGINT NOT NULL,
  verified_by VARCHAR(128) NOT NULL,
  verified_at_us BIGINT NOT NULL,
  decided_by VARCHAR(128) NOT NULL,
  decided_at_us BIGINT NOT NULL,
  note VARCHAR(500) NOT NULL,
  version INT NOT NULL,
  waiting_household_id BIGINT GENERATED ALWAYS AS (IF(state IN (1, 2), household_id, NULL)) STORED,
  CONSTRAINT pk_change_request PRIMARY KEY (id),
  -- One request at a time waits for a household.
  CONSTRAINT uq_change_request_waiting UNIQUE (waiting_household_id),
  CONSTRAINT fk_change_request_household FOREIGN KEY (household_id) REFERENCES household (id),
  -- ListChangeRequests: those of a region, village by village.
  KEY ix_change_request_region (region_code, id),
  -- Requests follow their household.
  KEY ix_change_request_household (household_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
