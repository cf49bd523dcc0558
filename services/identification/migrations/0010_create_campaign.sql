-- Procedures as data: the order of steps. `step` has the numbers of CaseStep in case.proto. P1 is 组评, 村议, 乡核, 县定,
-- 组公示.
CREATE TABLE procedure_step (
  procedure_code VARCHAR(16) NOT NULL,
  position TINYINT NOT NULL,
  step TINYINT NOT NULL,
  CONSTRAINT pk_procedure_step PRIMARY KEY (procedure_code, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO procedure_step (procedure_code, position, step)
VALUES ('P1', 1, 1), ('P1', 2, 2), ('P1', 3, 3), ('P1', 4, 4), ('P1', 5, 5), ('P1', 6, 6);

-- The re-identification of a region. `state` has the numbers of CampaignState.
CREATE TABLE campaign (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  title VARCHAR(100) NOT NULL,
  period_start DATE NOT NULL,
  period_end DATE NOT NULL,
  procedure_code VARCHAR(16) NOT NULL,
  state TINYINT NOT NULL,
  job_id BIGINT NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_campaign PRIMARY KEY (id),
  CONSTRAINT ck_campaign_period CHECK (period_end >= period_start),
  -- ListCampaigns: newest first.
  KEY ix_campaign_created (created_at_us, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
