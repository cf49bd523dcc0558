# kill -9 of every service and of MariaDB in the middle of the main job's import, assessment, posting and projection:
# after each restart the job goes on, and the final table is the published one, nothing lost, nothing doubled.
#
# That it is the middle is made sure of: a session of the test holds a table, so that the service that comes to write
# it waits there, in a transaction that has written other rows. Then, and only then, something is killed.
source "$JZ_SOURCE_DIR/tests/lib/suite.sh"
up

declare -A held=()  # by table: the pipe to the session that holds it

# hold SERVICE TABLE: nobody writes the table from now on; it can be read.
hold() {
  local told=$JZ_VAR/run/held.$2 pipe
  exec {pipe}> >(database_admin -N --unbuffered >"$told" 2>&1)
  echo "LOCK TABLES jz_$1.$2 READ; SELECT 'held';" >&"$pipe"
  until_true "$2 is held" grep -q held "$told"
  held[$2]=$pipe
}
release() {
  local pipe=${held[$1]}
  # Said, for the end of the pipe is not seen while a service that was started meanwhile has it open, too.
  (echo '\q' >&"$pipe") 2>/dev/null || true
  exec {pipe}>&-
  unset "held[$1]"
}

# until_true WHAT COMMAND...: waits three minutes, for the lease of a killed job has to end first.
until_true() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < 1200; tries++)); do
    "$@" && return 0
    # The tables about transactions are filled anew only when nobody has read them for a tenth of a second.
    sleep 0.15
    [[ -z ${job:-} ]] || kill -0 "$job" 2>/dev/null || fail "the job ended before $what: $(tail -n 3 "$JZ_VAR/demo.out")"
  done
  fail "in vain until $what"
}

said() { grep -qF -- "$1" "$JZ_VAR/demo.out"; }

# How many rows the service has written in the transaction in which it now waits to write a table.
rows_midway() {
  database_admin -N -e "SELECT COALESCE(MAX(t.trx_rows_modified), 0) FROM information_schema.innodb_trx t
    JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
    WHERE p.user = 'jz_$1' AND p.state = 'Waiting for table metadata lock' AND p.info LIKE '%$2%'"
}
is_midway() { [[ $(rows_midway "$1" "$2") -gt 0 ]]; }

# strike NAME SERVICE TABLE: kills NAME with -9 once SERVICE is midway and comes to TABLE, which is held.
strikes=0
strike() {
  local pid rows
  until_true "$2 is in the middle of a transaction that writes $3" is_midway "$2" "$3"
  rows=$(rows_midway "$2" "$3")
  ((rows > 0)) || fail "$2 went on while $3 was held"
  pid=$(pid_of "$1")
  kill -9 "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
  strikes=$((strikes + 1))
  echo "killed $1 while $2 was in a transaction that had written $rows rows and came to $3"
}
# The server as it was, before anybody else is there: what is to be held next can be held in time.
restart_database() {
  local table
  for table in "${!held[@]}"; do release "$table"; done
  start_database
}
strike_service() {
  strike "$@"
  up >/dev/null
}

# The import: its job is killed in a chunk, goes on after the lease, and is killed again with the database. The first
# changes reach assistance, which is killed while it projects them.
hold identification adjustment
hold assistance projected_member
"$JZ_ROOT/deploy/demo" >"$JZ_VAR/demo.out" 2>&1 &
job=$!
strike_service identification identification adjustment
said "importing the register" || fail "that was not the import"
strike mariadb identification adjustment
restart_database
hold assistance projected_member
hold funds outbox
up >/dev/null
strike_service assistance assistance projected_member
release projected_member

# Posting: the service, then the database under it, then the service again.
until_true "it pays" said "paying the year's insurance"
strike_service funds funds outbox
strike mariadb funds outbox
restart_database
hold funds outbox
hold identification adjustment
up >/dev/null
strike_service funds funds outbox
release outbox

# Deaths and decisions: what changes a household's state writes an adjustment.
until_true "it records deaths" said "recording deaths"
strike_service identification identification adjustment
strike mariadb identification adjustment
restart_database
hold assistance measure
hold evaluation projected_member
up >/dev/null

# What was decided reaches evaluation, while plans are made.
until_true "it assists" said "pairing cadres"
hold funds disbursement_result
strike_service evaluation evaluation projected_member
release projected_member
strike_service assistance assistance measure
strike_service identification assistance measure
release measure

# The bank's answers.
until_true "it pays subsidies" said "paying housing"
strike_service funds funds disbursement_result
strike mariadb funds disbursement_result
restart_database
hold identification adjustment
up >/dev/null

until_true "it checks another register" said "checking the register"
strike_service identification identification adjustment
strike_service evaluation identification adjustment
release adjustment
wait "$job" || fail "the job failed: $(tail -n 5 "$JZ_VAR/demo.out")"
job=""
expect "strikes" "$strikes" 15

result=$JZ_VAR/demo/result.json
expect "closing" "$(jq -c .flows.closing "$result")" '{"households":473,"persons":1085}'
expect "differences" "$(jq '[.checks[] | select(.equal | not)] | length' "$result")" 3
# Run again on the quiet suite: the same, to the byte.
cp "$result" "$JZ_VAR/first.json"
"$JZ_ROOT/deploy/demo" >/dev/null
cmp "$result" "$JZ_VAR/first.json" || fail "the result changed"

# A service whose peers are down answers from its projection.
for service in identification funds; do
  kill -9 "$(pid_of "$service")"
done
rest township-clerk GET "/v1/assistance/coverage?regionCode=230221101000&asOf=2017-12-31" >"$JZ_VAR/coverage.json"
expect "coverage without identification" "$(jq -r .householdCount "$JZ_VAR/coverage.json")" 473
rest evaluator GET "/v1/evaluation/projection?regionCode=230221101000" >"$JZ_VAR/projection.json"
expect "evaluation without its sources" "$(jq -r .registeredCount "$JZ_VAR/projection.json")" 473
echo "nothing was lost, nothing doubled"
