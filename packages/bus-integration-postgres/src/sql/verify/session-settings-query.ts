// Settings $1 as a session has them, and how their values compare.

export const sessionSettingsQuery = `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', wanted.name,
    'value', pg_catalog.current_setting(wanted.name, true),
    'type', known.vartype,
    'unit', known.unit,
    'words', known.enumvals) ORDER BY wanted.name), '[]') AS settings
  FROM pg_catalog.unnest($1::pg_catalog.text[]) AS wanted(name)
  LEFT JOIN pg_catalog.pg_settings AS known ON pg_catalog.lower(known.name) = wanted.name`;
