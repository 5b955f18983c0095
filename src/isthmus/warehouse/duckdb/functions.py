"""
The functions of DuckDB 2.0 that a person's query may use.

Left out are those that reach files, settings, secrets, sequences, logs or other SQL (read_csv,
current_setting, getvariable, nextval, write_log, query, ...), those that take one number and make
a value of that size (repeat, range as a list, list_resize, bitstring, format, printf), those that
wait (sleep_ms), and lambdas, whose growth nobody can tell beforehand.
"""

from typing import Final


def words(text: str) -> frozenset[str]:
    """Return the words of a text that lists them."""
    return frozenset(text.split())


FIXED: Final = words(
    "!= % & * ** + - / // < <= <> = > >= ^ ^@ abs acos add age asin atan atan2 bit_count bit_length"
    " cbrt ceil ceiling char_length character_length contains cos cot current_date"
    " current_localtime current_localtimestamp damerau_levenshtein date_add date_diff date_part"
    " date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek"
    " dayofyear days_in_month decade degrees divide ends_with epoch epoch_ms epoch_us era even exp"
    " fdiv floor fmod format_bytes gamma gcd get_current_time get_current_timestamp"
    " greatest_common_divisor hamming hash hour if ilike_escape instr isfinite isinf isnan isodow"
    " isoyear jaccard jaro_similarity jaro_winkler_similarity julian last_day lcm"
    " least_common_multiple len length levenshtein lgamma like_escape list_contains list_has"
    " list_has_all list_has_any list_position ln log log10 log2 make_date make_time make_timestamp"
    " make_timestamptz md5 microsecond millisecond minute mod month monthname multiply"
    " not_ilike_escape not_like_escape now octet_length pi position pow power quarter radians"
    " random regexp_full_match regexp_matches round round_even second sha256 sign signbit sin"
    " sqrt starts_with strlen strpos subtract suffix prefix tan time_bucket timezone"
    " timezone_hour timezone_minute to_centuries to_days to_decades to_hours to_microseconds"
    " to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years"
    " today transaction_timestamp trunc try_strptime strptime typeof unicode week weekday"
    " weekofyear xor year yearweek ~~ ~~* !~~ !~~* ~~~ list_sum list_avg list_count list_min"
    " list_max list_median array_length cardinality isodow json_array_length json_valid"
    " json_contains json_exists json_type grouping grouping_id bool_and bool_or"
)
"""Whose values are numbers, times, yes or no, or names: never larger than a column's."""

SCALARS: Final = (
    words(
        "array_contains array_distinct array_extract array_has array_slice array_sort"
        " array_to_string ascii chr coalesce concat concat_ws constant_or_null element_at encode"
        " from_base64 from_hex greatest hex ifnull json_array json_extract json_extract_path"
        " json_extract_path_text json_extract_string json_keys json_object json_value lcase least"
        " left list_concat list_distinct list_element list_extract list_reverse list_reverse_sort"
        " list_slice list_sort list_unique list_value lower lpad ltrim map map_extract map_keys"
        " map_values nullif ord regexp_escape regexp_extract regexp_extract_all regexp_replace"
        " regexp_split_to_array replace reverse right row rpad rtrim split split_part str_split"
        " str_split_regex strftime string_split string_split_regex string_to_array strip_accents"
        " struct_extract struct_pack substr substring switch to_base64 to_hex to_json translate"
        " trim try ucase unnest upper url_decode url_encode || -> ->> json_structure any_value"
        " nfc_normalize"
    )
    | FIXED
)

AGGREGATES: Final = words(
    "any_value approx_count_distinct approx_quantile arbitrary arg_max arg_min argmax argmin"
    " array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif"
    " covar_pop covar_samp entropy favg first fsum group_concat histogram json_group_array"
    " json_group_object kurtosis last list listagg mad max max_by mean median min min_by mode"
    " product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept"
    " regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness stddev stddev_pop stddev_samp"
    " string_agg sum sumkahan var_pop var_samp variance weighted_avg wavg geomean"
)

WINDOWS: Final = words(
    "cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank"
    " rank_dense row_number"
)

STREAMED: Final = words("generate_series json_each json_tree range unnest")
"""Sources of rows; as such they make one after the other, however many."""
