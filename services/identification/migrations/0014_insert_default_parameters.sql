-- What holds in the whole nation until a region enters its own: publicity of 7 days, group panels of at least 4 persons.
INSERT INTO parameter (kind, region_code, valid_from, recorded_at_us, value, text_value, reason, recorded_by)
VALUES ('publicity_days', 0, '2013-01-01', 0, 7, '', 'Default', 'migration'),
       ('group_panel_minimum', 0, '2013-01-01', 0, 4, '', 'Default', 'migration');
