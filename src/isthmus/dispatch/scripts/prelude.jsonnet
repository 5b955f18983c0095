// The helper functions of Field Nation's broker, for scripts: $.util.
// Names, arguments and defaults are documented; what is assumed is said beside each.
local path_of = std.native('isthmus_path');
local told(answer) = if std.objectHas(answer, 'error') then error answer['error'] else answer.value;
local is_empty(v) = v == null || v == '' || v == [] || v == {};
local child(v, step) =
  if std.isNumber(step) then (if std.isArray(v) && step < std.length(v) then v[step] else null)
  else if std.isObject(v) && std.objectHasAll(v, step) then v[step] else null;
local walk(v, steps) = std.foldl(child, steps, v);
local is_leaf(v) = !(std.isObject(v) || std.isArray(v));
local label(obj, steps) =
  local n = std.length(steps), field = steps[n - 1], above = steps[:n - 1];
  if n > 1 && above[n - 2] == 'udf'
  then walk(obj, above[:n - 2] + ['udf_labels', field])
  else walk(obj, above + ['labels', field]);
local read(obj, path) =
  local steps = told(path_of(path)), n = std.length(steps);
  if n > 1 && steps[n - 1] == 'label' && is_leaf(walk(obj, steps[:n - 1]))
  then label(obj, steps[:n - 1])
  else walk(obj, steps);
// Assumed: raw keeps an empty text or list, where otherwise the default stands in.
local lookup(obj, path, default, raw) =
  local v = read(obj, path);
  if v == null || (!raw && is_empty(v)) then default else v;
local rows(v) =
  if std.isObject(v) then (if std.objectHas(v, 'results') then rows(v.results) else [v])
  else if v == null then [] else if std.isArray(v) then v else [v];
local entry(e, names) =
  if std.objectHas(e, names[0]) then e[names[0]]
  else if std.objectHas(e, names[1]) then e[names[1]]
  else error 'An entry of the table has no ' + names[0] + ' (or ' + names[1] + ')';
local cmp(e) = entry(e, ['cmp', 'compare']);
local val(e) = entry(e, ['val', 'value']);
local first(found, default) = if std.length(found) > 0 then val(found[0]) else default;
local number(v) = if std.isNumber(v) then v
  else told(std.native('isthmus_number')(if std.isString(v) then v else std.manifestJsonEx(v, '')));
local numeric(v) = if is_empty(v) then 0 else number(v);
local sum(values) = std.foldl(function(a, b) a + b, values, 0);
local leaves(v) = std.flattenArrays([
  if std.isObject(f) && std.objectHas(f, 'results') && std.isArray(f.results)
  then leaves(f.results) else [f]
  for f in rows(v)
]);
local unique(values) = std.foldl(
  function(kept, v) if std.length([1 for k in kept if k == v]) > 0 then kept else kept + [v],
  values, []
);
local text(v) = if std.isString(v) then v else std.manifestJsonMinified(v);
local keep(filter, e) =
  if filter == null then true
  else if std.isFunction(filter) then filter(e)
  else std.length([k for k in std.objectFields(filter) if read(e, k) != filter[k]]) == 0;
{
  lookup_field(obj, path, default=null, raw=false):: lookup(obj, path, default, raw),
  lookup_custom_field(id, obj, default='')::
    local order = if std.isObject(obj) && std.objectHas(obj, 'custom_fields') then obj
    else walk(obj, ['workorder']);
    local fields = leaves(walk(order, ['custom_fields']));
    local mine = [f for f in fields if std.isObject(f)
      && (text(child(f, 'id')) == text(id) || child(f, 'name') == id)];
    local v = if std.length(mine) > 0 then child(mine[0], 'value') else null;
    if is_empty(v) then default else v,
  array_map(mappings, v, default=null):: first([e for e in mappings if cmp(e) == v], default),
  range_map(ranges, v, default=null)::
    if is_empty(v) then default
    else local n = number(v);
    if n == null then default else first([e for e in ranges if n <= number(cmp(e))], default),
  date_convert(v, fin='', fout='', tzin='UTC', tzout='UTC')::
    if is_empty(v) then ''
    else told(std.native('isthmus_date')(text(v), fin, fout, tzin, tzout)),
  // Assumed: without an argument the format itself, with one the date in it.
  date_time_format_fn_utc(v=null, fin='')::
    if v == null then 'YYYY-MM-DD HH:mm:ss' else self.date_convert(v, fin, 'YYYY-MM-DD HH:mm:ss'),
  date_add(v, fin='')::
    if is_empty(v) then '' else told(std.native('isthmus_day_later')(text(v), fin)),
  array_sum(arr):: sum([numeric(v) for v in rows(arr)]),
  object_map_array(arr, fields)::
    [{ [fields[path]]: read(e, path) for path in std.objectFields(fields) } for e in rows(arr)],
  results_values(arr, field, default='', raw=false)::
    [lookup(e, field, default, raw) for e in rows(arr)],
  results_values_unique(arr, field, default='', raw=false)::
    unique([lookup(e, field, default, raw) for e in rows(arr)]),
  // Assumed: an object of lists by the field's text; raw keeps those whose field is empty.
  results_group_by(arr, field, filter=null, raw=false)::
    local kept = [e for e in rows(arr) if keep(filter, e) && (raw || !is_empty(read(e, field)))];
    local key(e) = local v = read(e, field); if v == null then '' else text(v);
    { [k]: [e for e in kept if key(e) == k] for k in unique([key(e) for e in kept]) },
  is_expense_approved_fn(e)::
    local status = child(e, 'status');
    local name = if std.isObject(status) then child(status, 'name') else status;
    std.isString(name) && std.asciiLower(name) == 'approved',
  // Assumed: of the approved ones.
  sum_expense_field(arr, field)::
    sum([numeric(read(e, field)) for e in rows(arr) if self.is_expense_approved_fn(e)]),
}
