-- Where households lived before they moved; where one lives now stands in `household`. The village of a household on a day
-- is that of the row whose span holds the day, or else the present one. Days before the register knows it count from the
-- year 1000 on.
CREATE TABLE former_residence (
  household_id BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  region_code BIGINT NOT NULL,
  moved_by VARCHAR(128) NOT NULL,
  moved_at_us BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  CONSTRAINT pk_former_residence PRIMARY KEY (household_id, valid_from),
  CONSTRAINT fk_former_residence_household FOREIGN KEY (household_id) REFERENCES household (id),
  CONSTRAINT ck_former_residence_span CHECK (valid_to >= valid_from),
  -- Figures of a village on a past day: who lived there then and has left since.
  KEY ix_former_residence_region (region_code, valid_to)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What became of a village's code, and on which day.
CREATE TABLE region_successor (
  code BIGINT NOT NULL,
  successor_code BIGINT NOT NULL,
  since DATE NOT NULL,
  reason VARCHAR(200) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_region_successor PRIMARY KEY (code, since, successor_code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
