CREATE TABLE purpose (
  code VARCHAR(40) NOT NULL,
  label_zh VARCHAR(100) NOT NULL,
  label_en VARCHAR(100) NOT NULL,
  CONSTRAINT pk_purpose PRIMARY KEY (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO purpose (code, label_zh, label_en) VALUES
  ('housing_renovation', '危房改造补助', 'Renovation of dangerous housing'),
  ('insurance_cooperative_medical', '新型农村合作医疗代缴', 'Contribution to cooperative medical insurance'),
  ('insurance_serious_illness', '大病保险代缴', 'Contribution to serious-illness insurance'),
  ('insurance_commercial_medical', '商业补充医疗保险代缴', 'Contribution to commercial medical insurance'),
  ('accident_insurance', '意外伤害保险', 'Accident insurance'),
  ('serious_illness_relief', '大病救助', 'Relief in serious illness'),
  ('student_grant', '助学金', 'Student grant'),
  ('in_kind_chick', '发放鸡雏', 'Chicks handed out'),
  ('in_kind_goose', '发放鹅雏', 'Geese handed out'),
  ('industry_support', '产业扶持', 'Support of household industry');

CREATE TABLE budget_line (
  budget_line_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  source_level TINYINT NOT NULL,
  year SMALLINT NOT NULL,
  purpose VARCHAR(40) NOT NULL,
  amount_fen BIGINT NOT NULL,
  document_number VARCHAR(64) NOT NULL,
  account_id BIGINT NOT NULL,
  source_account_id BIGINT NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_budget_line PRIMARY KEY (budget_line_id),
  CONSTRAINT uq_budget_line_document UNIQUE (region_code, year, document_number, purpose)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- ListBudgetLines
CREATE INDEX ix_budget_line_region ON budget_line (region_code, budget_line_id);

CREATE TABLE project (
  project_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  display_name VARCHAR(200) NOT NULL,
  purpose VARCHAR(40) NOT NULL,
  budget_line_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  state TINYINT NOT NULL,
  version BIGINT NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_project PRIMARY KEY (project_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- ListProjects
CREATE INDEX ix_project_region ON project (region_code, project_id);
-- sum of a line's projects
CREATE INDEX ix_project_budget_line ON project (budget_line_id);

-- Every state that a project has had.
CREATE TABLE project_history (
  project_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  state TINYINT NOT NULL,
  changed_by VARCHAR(128) NOT NULL,
  changed_at_us BIGINT NOT NULL,
  CONSTRAINT pk_project_history PRIMARY KEY (project_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
