-- BigQuery's functions that DuckDB has not, or has with another meaning, as macros of the attached database bq.
-- cast_to_type keeps a DATE a DATE where DuckDB would make a TIMESTAMP of it. Overloads by type are avoided: DuckDB
-- cannot choose between them when an argument is an aggregate.

CREATE MACRO bq.main.div(a, b) AS
    CASE WHEN b = 0 THEN error('division by zero: ' || a || ' / ' || b) ELSE a / b END;
CREATE MACRO bq.main.safe_divide(a, b) AS CASE WHEN b <> 0 THEN a / b END;
CREATE MACRO bq.main.ieee_divide(a, b) AS CAST(a AS DOUBLE) / CAST(b AS DOUBLE);

CREATE MACRO bq.main.shift(x, i) AS cast_to_type(x + i, x);
CREATE MACRO bq.main.shift_back(x, i) AS cast_to_type(x - i, x);
CREATE MACRO bq.main.trunc(x, u) AS cast_to_type(date_trunc(u, x), x);
-- Weeks that begin `ahead` days before Monday (Sunday: 1).
CREATE MACRO bq.main.trunc_week(x, ahead) AS
    cast_to_type(date_trunc('week', x + to_days(ahead)) - to_days(ahead), x);
CREATE MACRO bq.main.timestamp_in(x, zone) AS timezone(zone, CAST(x AS TIMESTAMP));
-- EXTRACT(WEEK): the days before the year's first Sunday are week 0.
CREATE MACRO bq.main.week_of_year(x, ahead) AS
    (dayofyear(x) + 6 - ((isodow(x) - 1 + ahead) % 7)) // 7;

CREATE MACRO bq.main.to_text(x) AS CASE
    WHEN typeof(x) LIKE 'DECIMAL%' THEN regexp_replace(regexp_replace(CAST(x AS VARCHAR), '(\.\d*?)0+$', '\1'), '\.$', '')
    WHEN typeof(x) = 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\.0$', '')
    ELSE CAST(x AS VARCHAR) END;
CREATE MACRO bq.main.byte_length(x VARCHAR) AS strlen(x), (x BLOB) AS octet_length(x);
CREATE MACRO bq.main.host(url) AS nullif(regexp_extract(url, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//(?:[^@/]*@)?([^/:?#]+)', 1), '');

CREATE MACRO bq.main.at(list, i) AS CASE
    WHEN i < 0 THEN error('Array index ' || i || ' is out of bounds (underflow)')
    WHEN i >= len(list) THEN error('Array index ' || i || ' is out of bounds (overflow)')
    ELSE list[i + 1] END;
CREATE MACRO bq.main.at_safe(list, i) AS CASE WHEN i >= 0 THEN list[i + 1] END;
CREATE MACRO bq.main.range_bucket(point, bounds) AS len(list_filter(bounds, lambda b: b <= point));
CREATE MACRO bq.main.top_count(x, n) AS list_transform(
    list_slice(list_reverse_sort(list_transform(map_entries(histogram(x)), lambda e: {'n': e['value'], 'x': e['key']})), 1, n),
    lambda e: {'value': e['x'], 'count': e['n']});

CREATE MACRO bq.main.json_scalar(j, kind) AS
    CASE WHEN json_type(j) IN kind THEN json_extract_string(j, '$')
         ELSE error('The provided JSON input is not of the type that the function converts') END;
CREATE MACRO bq.main.json_int(j) AS CAST(bq.main.json_scalar(j, ['UBIGINT', 'BIGINT', 'DOUBLE']) AS BIGINT);
CREATE MACRO bq.main.json_float(j) AS CAST(bq.main.json_scalar(j, ['UBIGINT', 'BIGINT', 'DOUBLE']) AS DOUBLE);
CREATE MACRO bq.main.json_bool(j) AS CAST(bq.main.json_scalar(j, ['BOOLEAN']) AS BOOLEAN);
CREATE MACRO bq.main.string(j JSON) AS bq.main.json_scalar(j, ['VARCHAR']),
    (x TIMESTAMPTZ) AS CAST(x AS VARCHAR), (x DATE) AS CAST(x AS VARCHAR), (x TIMESTAMP) AS CAST(x AS VARCHAR),
    (x TIME) AS CAST(x AS VARCHAR);
CREATE MACRO bq.main.json_kind(j) AS CASE json_type(j)
    WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array'
    WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL ELSE 'number' END;
CREATE MACRO bq.main.json_like(source, j) AS cast_to_type(j, source);
