CREATE TABLE evaluation (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  period_start DATE NOT NULL,
  period_end DATE NOT NULL,
  result MEDIUMBLOB NOT NULL, -- serialized jingzhun.evaluation.v1.Evaluation
  created_by VARCHAR(100) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_evaluation PRIMARY KEY (id),
  -- ListEvaluations
  KEY ix_evaluation_region (region_code, id)
) ENGINE=InnoDB;
