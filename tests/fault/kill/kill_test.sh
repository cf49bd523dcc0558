# kill -9 of every service and of MariaDB in the middle of the main job's import, assessment, posting and projection:
# after each restart the job goes on, and the final table is the published one, nothing lost, nothing doubled.
source "$JZ_SOURCE_DIR/tests/lib/suite.sh"
up

# strike NAME MATCH: kill -9, then start again what is missing.
strike() {
  local pid
  pid=$(pid_of "$1")
  kill -9 "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
  echo "killed $1"
  up >/dev/null
}

# await TEXT: until the job says so.
await() {
  local tries
  for ((tries = 0; tries < 6000; tries++)); do
    grep -qF -- "$1" "$JZ_VAR/demo.out" && return 0
    kill -0 "$job" 2>/dev/null || fail "the job ended early: $(tail -n 3 "$JZ_VAR/demo.out")"
    sleep 0.02
  done
  fail "the job never said '$1'"
}

"$JZ_ROOT/deploy/demo" >"$JZ_VAR/demo.out" 2>&1 &
job=$!
await "importing the register"
strike identification
strike mariadb
await "paying the year's insurance"
strike funds
strike mariadb
strike funds
await "recording deaths"
strike identification
strike mariadb
await "pairing cadres"
strike assistance
strike identification
await "paying housing"
strike funds
strike evaluation
strike mariadb
await "checking the register"
strike identification
strike evaluation
wait "$job" || fail "the job failed: $(tail -n 5 "$JZ_VAR/demo.out")"

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
