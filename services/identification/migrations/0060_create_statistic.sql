-- What a region held at the end of `day`, in the cells of domain/statistic_cells.h: villages, and every region around
-- them. Rows stand for days on which something changed only; those of a village have the last day of a year, those of
-- a township that of a month.
CREATE TABLE statistic (
  region_code BIGINT NOT NULL,
  day DATE NOT NULL,
  cells MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_statistic PRIMARY KEY (region_code, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What changed in a village at an instant, written with the change itself. `pending` until it is added to table
-- statistic; `nonce` only makes rows distinct.
CREATE TABLE statistic_delta (
  region_code BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  nonce BIGINT NOT NULL,
  pending BOOLEAN NOT NULL,
  cells MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_statistic_delta PRIMARY KEY (region_code, at_us, nonce),
  -- Figures of today, and the roller: what is not in table statistic yet.
  KEY ix_statistic_delta_pending (pending, region_code, at_us),
  -- Figures of a moment amid a day, of regions with many villages; villages that changed since midnight.
  KEY ix_statistic_delta_at (at_us, region_code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- AGES: the day up to which birthdays are counted; writers share it. ROLL: locked by who adds deltas to statistic.
-- FILL: the day on which what was in the register before these tables was counted. REPAIR: `number` of corrections.
CREATE TABLE statistic_state (
  name VARCHAR(16) NOT NULL,
  day DATE NULL,
  number BIGINT NOT NULL,
  CONSTRAINT pk_statistic_state PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO statistic_state (name, day, number)
VALUES ('AGES', NULL, 0), ('FILL', NULL, 0), ('REPAIR', NULL, 0), ('ROLL', NULL, 0);

-- Villages that households were recorded in before they moved, however short.
CREATE TABLE past_village (
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  CONSTRAINT pk_past_village PRIMARY KEY (region_code, household_id),
  CONSTRAINT fk_past_village_household FOREIGN KEY (household_id) REFERENCES household (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT IGNORE INTO past_village (region_code, household_id)
SELECT region_code, household_id FROM former_residence;
