-- Authorisations of households to be compared (承诺授权书). `kinds`: codes separated by ';', empty for all.
CREATE TABLE household_authorization (
  household_id BIGINT NOT NULL,
  signed_on DATE NOT NULL,
  valid_to DATE NOT NULL,
  kinds VARCHAR(2000) NOT NULL,
  evidence_sha256 BINARY(32) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_household_authorization PRIMARY KEY (household_id, signed_on),
  CONSTRAINT ck_household_authorization_validity CHECK (valid_to >= signed_on)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
