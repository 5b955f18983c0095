"""
The functions of PostgreSQL that a person's query may use, and the other words before a bracket.

Left out are all that reach files, settings, locks, other sessions, other servers or large objects,
those that run SQL they are given (query_to_xml, ts_stat, ...), those that wait, and repeat.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS: Final = _words(
    """
    abs acos age any_value array_agg array_append array_cat array_length array_position
    array_positions array_prepend array_remove array_to_string array_upper array_lower ascii asin
    atan atan2 avg bit_and bit_length bit_or bool_and bool_or btrim cardinality cbrt ceil ceiling
    char_length character_length chr clock_timestamp coalesce concat concat_ws corr cos cot count
    covar_pop covar_samp cume_dist date date_bin date_part date_trunc degrees dense_rank div every
    exp extract factorial first_value floor format gcd generate_series generate_subscripts greatest
    grouping initcap isfinite json_agg json_array_elements json_array_elements_text
    json_array_length json_build_array json_build_object json_each json_each_text json_extract_path
    json_extract_path_text json_object_agg json_object_keys json_typeof jsonb_agg
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
    jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
    jsonb_object_agg jsonb_object_keys jsonb_typeof justify_days justify_hours justify_interval lag
    last_value lcm lead least left length ln log log10 lower lpad ltrim make_date make_interval
    make_time make_timestamp make_timestamptz max md5 min mod mode now nth_value ntile nullif
    num_nonnulls num_nulls octet_length overlay percent_rank percentile_cont percentile_disc
    pg_typeof pi position power radians random rank regexp_count regexp_instr regexp_like
    regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
    regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
    regr_syy replace reverse right round row_number row_to_json rpad rtrim scale sign sin split_part
    sqrt starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array
    string_to_table strpos substr substring sum tan timezone to_char to_date to_hex to_json to_jsonb
    to_number to_timestamp transaction_timestamp translate trim trunc unnest upper var_pop var_samp
    variance width_bucket
    """
)

TYPES: Final = _words(
    "bit bpchar char character decimal dec float interval numeric time timestamp timestamptz timetz"
    " varbit varchar varying zone"
)

BEFORE_BRACKETS: Final = _words(
    """
    all and any array as asymmetric bernoulli between by case cast cube distinct else escape except
    exists fetch filter first from full group having ilike in inner intersect is isnull join lateral
    left like limit materialized natural next not notnull offset on only or outer over overlaps
    right rollup row rows select sets similar some symmetric system then to union using values when
    where with
    """
)
