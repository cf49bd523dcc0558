-- Kinds of departments' lists, effective-dated. `severity` and the types in `attributes` have the numbers of
-- ComparisonSeverity and ComparisonAttributeType; `attributes` has one line "name|type|label_zh|label_en" each.
CREATE TABLE comparison_kind (
  code VARCHAR(32) NOT NULL,
  region_code BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  label_zh VARCHAR(50) NOT NULL,
  label_en VARCHAR(50) NOT NULL,
  severity TINYINT NOT NULL,
  due_days INT NOT NULL,
  needs_authorization BOOLEAN NOT NULL,
  attributes TEXT NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_comparison_kind PRIMARY KEY (code, region_code, valid_from),
  CONSTRAINT ck_comparison_kind_validity CHECK (valid_to >= valid_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What departments commonly compare; assets need the household's authorisation (承诺授权书).
INSERT INTO comparison_kind (code, region_code, valid_from, valid_to, label_zh, label_en, severity, due_days,
  needs_authorization, attributes, recorded_by, recorded_at_us) VALUES
  ('vehicles', 0, '2014-01-01', '9999-12-31', '机动车', 'Vehicles', 1, 15, TRUE,
   'plate|1|号牌号码|Plate\nvehicle_type|1|车辆类型|Vehicle type\nregistered_on|3|登记日期|Registered on\nvalue|4|价值|Value', 'system', 0),
  ('housing', 0, '2014-01-01', '9999-12-31', '商品房', 'Housing', 1, 15, TRUE,
   'address|1|坐落|Address\narea|2|面积|Area in m2\nregistered_on|3|登记日期|Registered on\nprice|4|购房金额|Price', 'system', 0),
  ('business', 0, '2014-01-01', '9999-12-31', '工商登记', 'Business registration', 2, 15, FALSE,
   'business_name|1|企业名称|Business name\nrole|1|任职|Role\nregistered_capital|4|注册资本|Registered capital\nregistered_on|3|成立日期|Registered on', 'system', 0),
  ('payroll', 0, '2014-01-01', '9999-12-31', '财政供养', 'Public payroll', 1, 15, FALSE,
   'unit|1|单位|Unit\nposition|1|职务|Position\nmonthly_pay|4|月工资|Monthly pay', 'system', 0),
  ('tax', 0, '2014-01-01', '9999-12-31', '纳税', 'Tax', 2, 15, TRUE,
   'year|2|年度|Year\ntaxed_income|4|应税收入|Taxed income', 'system', 0),
  ('social_security', 0, '2014-01-01', '9999-12-31', '社会保险', 'Social security', 2, 15, FALSE,
   'insurance|1|险种|Insurance\nunit|1|参保单位|Unit\nmonthly_amount|4|月待遇|Monthly amount', 'system', 0),
  ('deaths', 0, '2014-01-01', '9999-12-31', '死亡', 'Deaths', 1, 7, FALSE,
   'died_on|3|死亡日期|Died on', 'system', 0),
  ('prison', 0, '2014-01-01', '9999-12-31', '服刑', 'Prison', 1, 7, FALSE,
   'since|3|起始日期|Since\nuntil|3|截止日期|Until', 'system', 0),
  ('other_benefits', 0, '2014-01-01', '9999-12-31', '其他家庭待遇', 'Benefits of other households', 2, 15, FALSE,
   'benefit|1|待遇名称|Benefit\nrecipient|1|领取户|Recipient household\nmonthly_amount|4|月金额|Monthly amount', 'system', 0);
